"""Small marks inside a line of text: 灯、阶段条、回执、把握、标注、标记."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class Level(StrEnum):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"
    DONE = "done"


LIGHT_ICONS = {
    Level.RED: "filled/alert-octagon",
    Level.AMBER: "filled/alert-triangle",
    Level.GREEN: "filled/circle-check",
    Level.GREY: "circle-dashed",
    Level.DONE: "filled/square-check",
}


@dataclass(frozen=True, slots=True)
class Light:
    """灯. Red means past due and nothing else. `sr` is said before the words to those who hear the page."""

    level: str
    text: str
    sr: str = ""


@dataclass(frozen=True, slots=True)
class Seg:
    """The row form of the stage line. `at` 0–5 is the current stage, 6 all done; `alt` when the stage is a detour."""

    at: int
    label: str
    alt: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """回执: how deep the knowing goes. `kind`: self, phone, told, proxy, read, sent, fail.

    Green is self, and phone once the person has said that the call took place; told is the caller's word alone."""

    kind: str
    text: str = ""


RECEIPTS: dict[str, tuple[str, str, str]] = {
    "self": (Level.GREEN, "user-check", _("本人已确认")),
    "phone": (Level.GREEN, "phone-call", _("电话告知本人")),
    "told": (Level.AMBER, "phone", _("已告知本人，待本人确认")),
    "proxy": (Level.AMBER, "user-question", _("秘书代签，本人未知悉")),
    "read": (Level.AMBER, "eye", _("已读未确认")),
    "sent": (Level.GREY, "mail", _("已到系统，未读")),
    "fail": (Level.RED, "mail-x", _("未送达")),
}
"""kind → level, icon, words."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """把握: 3 高, 2 中, 1 待补; always shown with its reason in words."""

    level: int
    reason: str = ""


CONFIDENCE_WORDS = {3: _("高"), 2: _("中"), 1: _("待补")}


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage marked in the original text. `kind`: lead, support, due, out, ask; `word` is shown after it."""

    kind: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Badge:
    """`colour`: red, amber, green, ink, indigo, or none."""

    text: str
    colour: str = ""
