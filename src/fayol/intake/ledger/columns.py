"""Which columns of the grid somebody wants to see: kept in a cookie, so that an address sent on shows the same rows
to everybody in their own columns."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from fayol.commitments.queries import Filters
from fayol.kernel.text import gettext_noop as _

COOKIE = "fayol_ledger"
KEPT = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` is what a first click on its head sorts by; `css` hides it on narrow screens."""

    key: str
    title: str
    sort: str = ""
    css: str = ""


COLUMNS = (
    Column("light", _("灯"), "light"),
    Column("ref", _("编号"), "ref"),
    Column("title", _("任务"), "title"),
    Column("unit", _("单位"), "unit"),
    Column("supports", _("配合"), "", "xl"),
    Column("ball", _("当前责任方"), "holder"),
    Column("stage", _("阶段"), "stage"),
    Column("due", _("期限"), "due"),
    Column("note", _("最近反馈"), "-note", "lg"),
    Column("chased", _("催办"), "-climbed"),
    Column("spent", _("用时"), "", "xl"),
)
FIXED = frozenset({"light", "title"})
OPTIONAL = tuple(column for column in COLUMNS if column.key not in FIXED)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: `sort` is what a click asks for, `state` what stands in aria-sort ("" when not sorted)."""

    column: Column
    sort: str
    state: str


def shown(request: HttpRequest) -> list[str]:
    """The keys of the columns to show; all of them unless chosen otherwise."""
    kept = request.COOKIES.get(COOKIE, "")
    hidden = {key for key in kept.split(".") if key} - FIXED
    return [column.key for column in COLUMNS if column.key not in hidden]


def cookie_for(wanted: list[str]) -> str:
    """Those left out, so that a column added later is shown to everybody."""
    return ".".join(column.key for column in OPTIONAL if column.key not in wanted)


_CLOSED_TOO = {"light": "", "ball": "", "chased": "-chases"}
"""What is closed has no light, nobody has its ball, and no chase climbs for it."""


def heads(keys: list[str], filters: Filters, sort: str) -> list[Head]:
    """A second click on a head turns the order round."""
    found = []
    for column in COLUMNS:
        if column.key not in keys:
            continue
        click = column.sort if filters.scope == "open" else _CLOSED_TOO.get(column.key, column.sort)
        state = ""
        if click and sort.removeprefix("-") == click.removeprefix("-"):
            state = "descending" if sort.startswith("-") else "ascending"
            if column.key != "light":
                click = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
        found.append(Head(column, click, state))
    return found
