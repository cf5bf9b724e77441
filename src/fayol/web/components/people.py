"""Who has the ball: the pill in lists and the bar at the top of a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ball:
    """责任球. `kind`: me, other, late, none (nobody: done). `do` is the verb, `since` the small words after it."""

    who: str
    do: str = ""
    since: str = ""
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class MoveBar:
    """责任条: whose move, what, since when. `who` is the person's name, `unit` theirs; with `mine` it says 轮到您.

    `form`: the bar holds a whole form below the sentence instead of buttons beside it.
    """

    do: str
    who: str = ""
    unit: str = ""
    meta: str = ""
    mine: bool = False
    form: bool = False
