"""Tables of tasks: the heads of the columns say what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fayol.reading.clauses import Roles, label_role, parse_clause
from fayol.reading.drafts import Draft, Named, Writer
from fayol.reading.flat import Flat, flatten
from fayol.reading.source import Block
from fayol.reading.units import looks_like_unit, split_list

_HEADS = (
    ("support", re.compile(r"配合|协办|协同|协助|参与|参加|协作|支持(?:单位|部门)|成员单位")),
    ("person", re.compile(r"责任领导|分管领导|责任人|联系人|电话|经办人|负责人|领导")),
    ("unit", re.compile(
        r"(?:牵头|主办|责任|承办|负责|落实|提供|实施|主责|完成|执行|办理|主管)(?:责任)?(?:单位|部门"
        r"|处室|科室|部室|机构|主体)?$"
        r"|^(?:单位|部门|责任|分工)$|牵头|主办"
    )),
    ("time", re.compile(
        r"时限|时间要求|完成时间|截止|期限|办结时间|时间节点|完成日期|频率|进度要求"
        r"|时间安排|^时间$|周期"
    )),
    ("result", re.compile(r"成果|标准|目标要求|交付|产出")),
    ("about", re.compile(r"类别|来源|工作组|领域|维度|备注|进展|情况|督办人|级别|亮灯|状态|文号")),
    ("task", re.compile(r"任务|事项|内容|工作|措施|项目|要求|指标|职责|议题|决议")),
    ("number", re.compile(r"序号|编号|^号$|^№$")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Column:
    role: str
    head: str


def column_role(head: str) -> str:
    """What a column holds, by its head: unit, support, person, time, result, task, number, or ""."""
    squeezed = "".join(head.split())
    if len(squeezed) > 24:
        return ""
    return next((role for role, pattern in _HEADS if pattern.search(squeezed)), "")


def read_table(
    cells: list[Block], converted: str, writer: Writer, *, first_is_lead: bool, also: list[Named]
) -> list[Draft]:
    """One draft a row that names a unit. A merged cell serves all the rows it spans."""
    grid = _grid(cells, converted)
    if not grid:
        return []
    head_row, columns = _head(grid)
    if head_row is None or not any(column.role in ("unit", "support") for column in columns.values()):
        return _unheaded(grid, writer, first_is_lead, also)
    drafts = []
    for row in sorted(grid):
        if row > head_row:
            draft = _row(grid[row], columns, writer, first_is_lead, also)
            if draft:
                drafts.append(draft)
    return drafts


def _grid(cells: list[Block], converted: str) -> dict[int, dict[int, Flat]]:
    grid: dict[int, dict[int, Flat]] = {}
    for cell in cells:
        flat = flatten(converted, cell.start, cell.end)
        if not flat.text or cell.row is None or cell.column is None:
            continue
        for row in range(cell.row, cell.row + min(cell.rows, 2000)):
            grid.setdefault(row, {})[cell.column] = flat
    return grid


def _head(grid: dict[int, dict[int, Flat]]) -> tuple[int | None, dict[int, _Column]]:
    """The row whose cells name columns best, among the first eight."""
    best: tuple[int, int | None, dict[int, _Column]] = (1, None, {})
    for row in sorted(grid)[:8]:
        columns = {at: _Column(column_role(flat.text), flat.text) for at, flat in grid[row].items()}
        score = len({column.role for column in columns.values() if column.role})
        if score > best[0]:
            best = (score, row, columns)
    return best[1], best[2]


def _row(
    row: dict[int, Flat], columns: dict[int, _Column], writer: Writer, first: bool, also: list[Named]
) -> Draft | None:
    stated: list[Named] = []
    answering: list[Named] = []
    helping: list[Named] = []
    times, tasks = [], []
    for at in sorted(row):
        column, flat = columns.get(at, _Column("", "")), row[at]
        whole = (flat, 0, len(flat.text))
        if column.role in ("unit", "support"):
            _place(flat, column, writer, stated, answering, helping)
        elif column.role == "time":
            times.append(whole)
        elif column.role in ("task", "result", "about", ""):
            tasks.append((column.role, whole))
    if not (stated or answering or helping) or not tasks:
        return None
    named = [piece for role, piece in tasks if role == "task"] or [piece for _role, piece in tasks]
    main = [max(named, key=lambda piece: piece[2])]
    draft = Draft(pieces=main, how="table", time_pieces=times or main, time_cell=bool(times))
    lead = stated
    if not lead and (len(answering) == 1 or first):
        lead, answering = answering[:1], answering[1:]
        draft.first_is_lead = first and bool(answering)
    more = [unit for unit in also if unit.name not in {known.name for known in (*lead, *answering, *helping)}]
    if lead:
        draft.lead, draft.support = lead, [*answering, *helping, *more]
    else:
        draft.joint, draft.support = answering, helping
        (draft.joint if answering else draft.support).extend(more)
    draft.governed = bool(more)
    return draft


def _place(
    flat: Flat, column: _Column, writer: Writer, stated: list[Named], answering: list[Named], helping: list[Named]
) -> None:
    text = flat.text
    roles = parse_clause(text, 0, len(text)) if re.search(r"牵头|配合|负责|：", text) else None
    if roles is None:
        roles = Roles()
        units = split_list(text, 0, len(text))
        role = "support" if column.role == "support" else label_role(column.head)
        for unit in units:
            target = (
                roles.stated
                if role == "lead" or unit.noted_lead
                else roles.helping
                if role == "support"
                else roles.answering
            )
            target.append(unit)
    for source, target_list in ((roles.stated, stated), (roles.answering, answering), (roles.helping, helping)):
        target_list.extend(writer.named(flat, raw) for raw in source)


def _unheaded(grid: dict[int, dict[int, Flat]], writer: Writer, first: bool, also: list[Named]) -> list[Draft]:
    """A table without heads: cells that say "牵头单位：A" themselves."""
    drafts = []
    for row in sorted(grid):
        for flat in grid[row].values():
            roles = parse_clause(flat.text, 0, len(flat.text))
            if not roles or not any(looks_like_unit(unit.name) for unit in roles.everybody):
                continue
            others = [(cell, 0, len(cell.text)) for cell in grid[row].values() if cell is not flat]
            draft = Draft(pieces=others or [(flat, 0, len(flat.text))], how="table")
            drafts.append(writer.share(draft, flat, roles, first=first, also=also))
            break
    return drafts
