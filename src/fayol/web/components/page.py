"""Furniture of a page: the way back, choices, options, quotations, empty places, a moved date."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way back; the last one has no `url`."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """选项: the bold answer and its small consequence. The likely one is preselected, a destructive one never."""

    name: str
    value: str
    answer: str
    consequence: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One of the options of a decision card, keyed 甲乙丙. `tag` marks it, for example 两部门都可接受."""

    key: str
    value: str
    what: str
    consequence: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """批示: words kept verbatim, never shortened; who and when below them."""

    text: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A date that moved. `level` colours the new one."""

    old: str
    new: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands where nothing is: what is next and one way on. `drawn` with the picture, for a whole card.

    `level`: 3 below a card's title, 2 where the card has none.
    """

    title: str
    words: str = ""
    url: str = ""
    action: str = ""
    icon: str = ""
    drawn: bool = True
    level: int = 3
