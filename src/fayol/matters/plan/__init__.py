"""The plan of a matter: who needs what from whom, what a moved date does to others, and what all agreed on.

A promise's date is what others count on. Its *input* is the day on which the last of what it needs arrives; from the
working day after it (and the lag) it needs its `workdays`; what is left until its due day is its slack. When a date
moves, those who count on it directly are asked to reconfirm, those further on are told; everybody else is left alone.
"""
