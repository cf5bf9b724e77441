"""Letters as they come in: bytes to words. No Django, no database, no clock."""
