"""The organisation as a workbook: sheets 单位, 人员, 任职, and if wanted 分管 and 代收. Every fault is collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop, squeeze
from fayol.reading.org_check import check
from fayol.reading.org_columns import COLUMNS, KIND_WORDS, KINDS, LONGEST, ROLE_WORDS, ROLES, SHEET_NAMES
from fayol.reading.org_rows import (
    CHARGES,
    PEOPLE,
    POSTS,
    SECRETARIES,
    UNITS,
    ChargeRow,
    OrgSheet,
    PersonRow,
    PostRow,
    SecretaryRow,
    UnitRow,
)
from fayol.reading.safety import LIMIT_BYTES
from fayol.reading.sheet import NoHeader, RowProblem, TableRow, read_table
from fayol.reading.sheet_writer import SheetBook, Written
from fayol.reading.workbook import Grid, Workbook, open_workbook, words

_T = TypeVar("_T")


def read_org(source: Path | bytes, *, name: str, complete: bool = True, limit_bytes: int = LIMIT_BYTES) -> OrgSheet:
    """Rows and all their faults. With `complete` the workbook is held to be the whole organisation and its references
    are checked within it (see org_check); without, only what a cell itself shows, and the caller checks the rest.

    Refused as in `load.read`, and when none of the sheets 单位, 人员, 任职 is there (missing_sheets).
    """
    book = open_workbook(source, name=name, limit_bytes=limit_bytes)
    grids = _by_name(book)
    if not grids.keys() & {UNITS, PEOPLE, POSTS}:
        raise _no_sheets(name, book)
    reading = _Reading()
    org = OrgSheet(
        units=reading.rows(grids, UNITS, reading.unit),
        people=reading.rows(grids, PEOPLE, reading.person),
        posts=reading.rows(grids, POSTS, reading.post),
        charges=reading.rows(grids, CHARGES, reading.charge),
        secretaries=reading.rows(grids, SECRETARIES, reading.secretary),
        warnings=(*book.warnings, *_unread(book, grids)),
        sheets=frozenset(grids),
    )
    problems = [*reading.problems, *(check(org) if complete else ())]
    places = {sheet: place for place, sheet in enumerate(COLUMNS)}
    return replace(org, problems=tuple(sorted(problems, key=lambda p: (places[p.sheet], p.row))))


def write_org(org: OrgSheet | None = None) -> bytes:
    """The workbook that `read_org` reads; without rows it is the template to be filled in."""
    org = org or OrgSheet()
    known = {person.code for person in org.people if person.code}
    tables: Mapping[str, Iterable[Mapping[str, Written]]] = {
        UNITS: map(_written_unit, org.units),
        PEOPLE: map(_written_person, org.people),
        POSTS: (_written_post(post, known) for post in org.posts),
        CHARGES: (_written(row, "leader", "unit", "order") for row in org.charges),
        SECRETARIES: (_written(row, "leader", "secretary", "order") for row in org.secretaries),
    }
    book = SheetBook()
    for sheet, rows in tables.items():
        book.add(sheet, COLUMNS[sheet], rows)
    return book.saved()


def _no_sheets(name: str, book: Workbook) -> Refused:
    return Refused(
        "missing_sheets",
        gettext_noop("“{name}”里没有名为“单位”“人员”“任职”的工作表。现有：{found}。请下载模板，按模板填写。"),
        field="file",
        name=name,
        found="、".join(grid.name for grid in book.grids) or "—",
    )


def _by_name(book: Workbook) -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    for grid in book.grids:
        title = squeeze(grid.name)
        for sheet, names in SHEET_NAMES.items():
            if title in names:
                grids.setdefault(sheet, grid)
    return grids


def _unread(book: Workbook, grids: Mapping[str, Grid]) -> list[str]:
    used = {id(grid) for grid in grids.values()}
    left = [grid.name for grid in book.grids if id(grid) not in used]
    return [f"没有读取这些工作表：{'、'.join(left)}。"] if left else []


# ------------------------------------------------------------------------------------------------------ reading

_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|\+\d{6,15}|0\d{9,11}|\d{7,8}|[48]00\d{7}")
_EMAIL = re.compile(r"[^@\s,;，；<>()]+@[^@\s,;，；<>()]+\.[^@\s.,;，；<>()]{2,}")
_YES = frozenset({"是", "1", "y", "yes", "true", "√", "✓", "对", "启用", "在用", "在职", "在岗", "有效"})
_NO = frozenset({"否", "0", "n", "no", "false", "×", "x", "停用", "撤销", "离职", "离岗", "无效", "已撤销"})


class _Row:
    """One row's cells as words, with the place to note what is wrong with them."""

    def __init__(self, sheet: str, row: TableRow, headers: Mapping[str, str], problems: list[RowProblem]) -> None:
        self.number = row.number
        self._sheet, self._row, self._headers, self._problems = sheet, row, headers, problems

    def text(self, key: str) -> str:
        """The cell on one line; noted when it is longer than can be kept."""
        text = " ".join(words(self._row.values.get(key, "")).split())
        most = LONGEST.get(key, 2000)
        if len(text) > most:
            self.note(key, f"太长（{len(text)} 字），请缩短到 {most} 字以内。", "too_long")
        return text

    def note(self, key: str, message: str, code: str) -> None:
        header = self._headers.get(key) or next((c.header for c in COLUMNS[self._sheet] if c.key == key), "")
        self._problems.append(RowProblem(self.number, header, message, code, self._sheet))

    def needed(self, key: str, message: str) -> str:
        text = self.text(key)
        if not text:
            self.note(key, message, "empty")
        return text

    def order(self) -> int | None:
        text = self.text("order")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,6}", text):
            self.note("order", f"“{text[:20]}”不是数字，请填 0 到 999999 的整数，或留空。", "not_a_number")
            return None
        return int(text)

    def yes(self, key: str) -> bool | None:
        text = squeeze(self.text(key))
        if text in _YES or text in _NO:
            return text in _YES
        if text:
            self.note(key, f"“{text[:20]}”看不懂，请填“是”或“否”，或留空。", "not_yes_or_no")
        return None

    def one_of(self, key: str, known: Mapping[str, str], default: str) -> str:
        text = self.text(key)
        found = known.get(squeeze(text)) if text else default
        if found is None:
            choices = "、".join(dict.fromkeys(KIND_WORDS.values() if key == "kind" else ROLE_WORDS.values()))
            self.note(key, f"“{text[:20]}”不在可选范围内，请填：{choices}。", f"unknown_{key}")
        return found or default


class _Reading:
    def __init__(self) -> None:
        self.problems: list[RowProblem] = []

    def rows(self, grids: Mapping[str, Grid], sheet: str, make: Callable[[_Row], _T]) -> tuple[_T, ...]:
        grid = grids.get(sheet)
        if grid is None:
            return ()
        table = read_table(grid, COLUMNS[sheet])
        if isinstance(table, NoHeader):
            found = f"现有的列：{'、'.join(table.found)}。" if table.found else ""
            message = f"没有认出表头，缺少列：{'、'.join(table.missing)}。{found}请对照模板补上。"
            self.problems.append(RowProblem(0, "", message, "missing_headers", sheet))
            return ()
        return tuple(make(_Row(sheet, row, table.headers, self.problems)) for row in table.rows)

    def unit(self, row: _Row) -> UnitRow:
        name = row.needed("official_name", "没有写单位名称，请补填或删去这一行。")
        aliases = tuple(dict.fromkeys(a for a in re.split(r"[;；、,，|\n]\s*", row.text("aliases")) if a))
        for alias in aliases:
            if len(alias) > LONGEST["official_name"]:
                row.note("aliases", f"别名“{alias[:20]}…”太长，请缩短。", "too_long")
        return UnitRow(
            row=row.number,
            official_name=name,
            code=row.text("code"),
            short_name=row.text("short_name"),
            aliases=aliases,
            parent=row.text("parent") or row.text("parent_name"),
            kind=row.one_of("kind", KINDS, "department"),
            order=row.order(),
            duties=row.text("duties"),
            is_office=bool(row.yes("is_office")),
            active=row.yes("active") is not False,
        )

    def person(self, row: _Row) -> PersonRow:
        name = row.needed("name", "没有写姓名，请补填或删去这一行。")
        return PersonRow(
            row.number, name, row.text("code"), self._mobile(row), self._email(row), row.yes("active") is not False
        )

    def _mobile(self, row: _Row) -> str:
        text = row.text("mobile")
        if text and not _MOBILE.fullmatch(re.sub(r"[\s\-()（）]", "", squeeze(text))):
            row.note("mobile", f"“{text[:20]}”不是电话号码，请填 11 位手机号或带区号的座机号。", "bad_mobile")
        return text

    def _email(self, row: _Row) -> str:
        text = row.text("email")
        if text and not _EMAIL.fullmatch(text):
            row.note("email", f"“{text[:30]}”不是邮箱地址，请改正或留空。", "bad_email")
        return text

    def post(self, row: _Row) -> PostRow:
        code, name = row.text("code"), row.text("name")
        if not code and not name:
            row.note("name", "没有写工号或姓名，请补填或删去这一行。", "empty")
        unit = row.text("unit_code") or row.needed("unit", "没有写单位，请补填。")
        role = row.one_of("role", ROLES, "member")
        order = row.order()
        return PostRow(row.number, code or name, unit, row.text("title"), role, order, row.yes("primary"), name)

    def charge(self, row: _Row) -> ChargeRow:
        leader = row.needed("leader", "没有写领导，请补填。")
        return ChargeRow(row.number, leader, row.needed("unit", "没有写单位，请补填。"), row.order())

    def secretary(self, row: _Row) -> SecretaryRow:
        leader = row.needed("leader", "没有写领导，请补填。")
        return SecretaryRow(row.number, leader, row.needed("secretary", "没有写代收人，请补填。"), row.order())


# ------------------------------------------------------------------------------------------------------ writing


def _written_unit(unit: UnitRow) -> dict[str, Written]:
    return {
        **_written(unit, "code", "official_name", "short_name", "parent", "order", "duties"),
        "aliases": "；".join(unit.aliases),
        "kind": KIND_WORDS[unit.kind],
        "is_office": "是" if unit.is_office else "",
        "active": "" if unit.active else "停用",
    }


def _written_person(person: PersonRow) -> dict[str, Written]:
    return {**_written(person, "code", "name", "mobile", "email"), "active": "" if person.active else "离职"}


def _written_post(post: PostRow, known: Iterable[str]) -> dict[str, Written]:
    """The reference goes into the column 工号 when it is one of the workbook's codes or differs from the name."""
    coded = post.person in known or (post.name != "" and post.person != post.name)
    return {
        **_written(post, "unit", "title", "order"),
        "code": post.person if coded else "",
        "name": post.name if coded else post.person,
        "role": ROLE_WORDS[post.role],
        "primary": "" if post.primary is None else "是" if post.primary else "否",
    }


def _written(row: object, *keys: str) -> dict[str, Written]:
    return {key: getattr(row, key) for key in keys}
