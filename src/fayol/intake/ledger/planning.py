"""What a ledger workbook would change, row by row. Reads only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

from fayol.commitments.actions.importing import Brought
from fayol.commitments.models import Commitment
from fayol.commitments.queries import rows_of
from fayol.intake.ledger.exporting import SHEET_KEYS, Around, around, parse_ref, sheet_row
from fayol.intake.names import Directory
from fayol.kernel.errors import Refused
from fayol.kernel.text import squeeze
from fayol.matters.models import Matter
from fayol.organisation.models import Person, Post
from fayol.reading.ledger_columns import BY_KEY
from fayol.reading.ledger_sheet import LedgerRow, LedgerSheet
from fayol.reading.sheet import RowProblem
from fayol.reading.sheet_writer import Written
from fayol.reading.workbook import words

NEW, SKIP = "new", "skip"
SAFE = ("leader", "milestones", "problems", "needs", "next_steps", "check", "rating", "remarks")
"""Columns that may be changed in the workbook: no move depends on them."""
COMPUTED = frozenset({"number", "light", "chases", "on_time"})
"""Columns that the system writes anew each time; what the workbook says in them is not read for a known row."""
_SEPARATORS = re.compile(r"[、,，;；\n\t]+")
_TRAILING = re.compile(
    r"(?:按(?:照)?(?:各自)?职责(?:分工)?)?(?:分别|共同)?(?:牵头|负责|配合|落实)$|等(?:有关|相关)?(?:部门|单位)?$"
)
"""What stands behind the last name of a list and is no part of it."""
_PHONE = re.compile(r"[（(]?\s*[\d\-+ ]{5,20}\s*[）)]?")
_SUGGESTIONS = 3


@dataclass
class Line:
    """One row of the workbook. `kind`: new · same · update · refused (asks for what a ledger may not change) · known
    (a task like it is here already) · faulty."""

    row: int
    sheet: str
    kind: str
    title: str
    unit: str = ""
    ref: str = ""
    notes: list[str] = field(default_factory=list)
    commitment: Commitment | None = None
    changes: dict[str, str] = field(default_factory=dict)
    new: NewTask | None = None


@dataclass(frozen=True)
class NewTask:
    """A row that becomes a task. `lead` and `supports` are keys of units; names for units still to be made."""

    group: str
    text: str
    condition: str
    lead: int | str
    supports: tuple[int | str, ...]
    responsible_id: int | None
    required_on: date | None
    required_words: str
    required_rule: dict[str, object] | None
    brought: Brought
    source_kind: str
    source_ref: str
    sponsor: str


@dataclass
class Unknown:
    """A name of a unit that the organisation does not have: where it stands, what it may mean, what was chosen."""

    name: str
    rows: list[int]
    suggestions: list[tuple[int, str]]
    leads: bool
    chosen: str = ""
    why: str = ""


@dataclass
class Plan:
    """What taking the workbook in would do. `problems` that are `blocking`, and unknown units without a choice, stop
    all of it."""

    lines: list[Line]
    problems: list[RowProblem]
    unknown: dict[str, Unknown]
    title: str
    warnings: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()

    @property
    def blocking(self) -> list[RowProblem]:
        return [problem for problem in self.problems if problem.blocking]

    @property
    def open_names(self) -> list[Unknown]:
        return [one for one in self.unknown.values() if not one.chosen]

    @property
    def ready(self) -> bool:
        return not self.blocking and not self.open_names

    def of(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    def counts(self) -> dict[str, dict[str, int]]:
        """As the command line prints it."""
        return {"督办台账": {"created": len(self.of("new")), "changed": len(self.of("update")), "closed": 0}}


def plan(sheet: LedgerSheet, *, name: str = "", choices: Mapping[str, str] | None = None, now: datetime) -> Plan:
    return _Planning(sheet, name, choices or {}, now).run()


class _Planning:
    """Everything that planning needs to know, read once."""

    def __init__(self, sheet: LedgerSheet, name: str, choices: Mapping[str, str], now: datetime) -> None:
        self.sheet, self.choices, self.now = sheet, choices, now
        self.title = sheet.title or name.rpartition(".")[0] or "督办台账"
        self.directory = Directory.load()
        self.people = _people()
        self.unknown: dict[str, Unknown] = {}
        self.problems = [_strict(problem) for problem in sheet.problems]
        self.faulty = {(p.sheet, p.row) for p in self.problems if p.blocking}
        self.known, self.near = _known(sheet.rows)
        self.alike = _alike(sheet.rows)
        self.seen: set[int] = set()

    def run(self) -> Plan:
        lines = [self._line(row) for row in self.sheet.rows]
        return Plan(lines, self.problems, self.unknown, self.title, self.sheet.warnings, self.sheet.unknown_columns)

    def _line(self, row: LedgerRow) -> Line:
        title = " ".join(row.text("item").split())
        line = Line(row.row, row.sheet, "faulty", title, row.text("lead"), row.text("ref"))
        commitment = self.known.get(row.text("ref"))
        if commitment is not None:
            return self._compare(row, line, commitment)
        if (row.sheet, row.row) in self.faulty or ("", row.row) in self.faulty:
            return line
        line.new = self._new(row, line)
        if isinstance(line.new.lead, int) and (squeeze(row.text("item")), line.new.lead) in self.alike:
            line.kind, line.new = "known", None
            line.notes.append("系统里已有同一单位的同一条任务，没有再建一条。")
        else:
            line.kind = "new"
        return line

    # ── rows that came from here ──

    def _compare(self, row: LedgerRow, line: Line, commitment: Commitment) -> Line:
        line.commitment = commitment
        if commitment.pk in self.seen:
            self._fault(row, "ref", "这个编号在文件里出现了两次，请删去一行。")
            return line
        self.seen.add(commitment.pk)
        ours = sheet_row(commitment, self.near(commitment), self.now)
        differing = [
            key for key in row.values if key not in COMPUTED and _plain(row.values[key]) != _plain(ours.get(key))
        ]
        guarded = [BY_KEY[key].header for key in differing if key not in SAFE]
        if guarded:
            line.kind = "refused"
            line.notes.append(f"{'、'.join(guarded)}不能从台账改，请在任务页办理。")
        elif differing:
            line.kind = "update"
            line.changes = {SHEET_KEYS[key]: row.text(key) for key in differing}
            line.notes.append(f"改动：{'、'.join(BY_KEY[key].header for key in differing)}")
        else:
            line.kind = "same"
        return line

    # ── rows that are new here ──

    def _new(self, row: LedgerRow, line: Line) -> NewTask:
        leads = self._units(row, "lead", leads=True)
        supports = self._units(row, "support", leads=False)
        if len(leads) > 1:
            line.notes.append("写了几个牵头单位：第一个作为牵头，其余作为配合，请核对。")
        lead, others = (leads[0], leads[1:]) if leads else (0, [])
        responsible = self._responsible(row, line, lead)
        due, due_words, rule = _due(row)
        return NewTask(
            group=row.text("source_ref") or row.section or self.title,
            text=row.text("item"),
            condition=row.text("goal"),
            lead=lead,
            supports=tuple(dict.fromkeys(unit for unit in (*others, *supports) if unit != lead)),
            responsible_id=responsible,
            required_on=due,
            required_words=due_words,
            required_rule=rule,
            brought=self._brought(row, line, responsible),
            source_kind=row.text("source_kind"),
            source_ref=row.text("source_ref"),
            sponsor=row.text("sponsor"),
        )

    def _brought(self, row: LedgerRow, line: Line, responsible: int | None) -> Brought:
        kept = {SHEET_KEYS[key]: row.text(key) for key in SHEET_KEYS if row.text(key)}
        kept |= {"old_ref": row.text("ref")} if row.text("ref") else {}
        kept |= {"responsible": row.text("responsible")} if row.text("responsible") and not responsible else {}
        kept |= {label: text for label, text in row.extras.items() if text}
        percent, chases = row.values.get("progress"), row.values.get("chases")
        return Brought(
            opened_on=self._past(row, line, "opened_on"),
            acknowledged_on=self._past(row, line, "acknowledged_on"),
            extended_to=_day(row, "extended_due"),
            closed_on=self._past(row, line, "closed_on"),
            note=row.text("progress_note"),
            percent=percent if isinstance(percent, int) and 0 <= percent <= 100 else 0,
            chases=chases if isinstance(chases, int) and 0 <= chases < 30_000 else 0,
            sheet=kept,
        )

    def _past(self, row: LedgerRow, line: Line, key: str) -> date | None:
        day = _day(row, key)
        if day and day > self.now.date():
            self._fault(row, key, f"{day.isoformat()}还没有到，请改正。")
            line.kind = "faulty"
        return day

    def _units(self, row: LedgerRow, key: str, *, leads: bool) -> list[int | str]:
        """Keys of units, or names of units to be made; names without a choice are collected."""
        found: list[int | str] = []
        for name in (_TRAILING.sub("", part.strip()).strip() for part in _SEPARATORS.split(row.text(key))):
            if name:
                found += self._unit(name, row.row, [u for u in found if isinstance(u, int)], leads=leads)
        return list(dict.fromkeys(found))

    def _unit(self, name: str, row: int, besides: list[int], *, leads: bool) -> Sequence[int | str]:
        if group := self.directory.expand(name, besides=besides):
            return group
        try:
            return [self.directory.find(name, field="lead")]
        except Refused as refused:
            unknown = self.unknown.get(name) or self._note_unknown(name, str(refused))
        unknown.rows.append(row)
        unknown.leads = unknown.leads or leads
        if unknown.chosen == SKIP and unknown.leads:
            unknown.chosen = ""
        if unknown.chosen.isdecimal():
            return [int(unknown.chosen)]
        return [name] if unknown.chosen != SKIP else []

    def _note_unknown(self, name: str, why: str) -> Unknown:
        chosen = self.choices.get(name, "")
        if chosen.isdecimal() and int(chosen) not in self.directory:
            chosen = ""
        made = Unknown(
            name, [], self._like(name), False, chosen if chosen.isdecimal() or chosen in (NEW, SKIP) else "", why
        )
        self.unknown[name] = made
        return made

    def _like(self, name: str) -> list[tuple[int, str]]:
        """The units whose names are nearest, the nearest first."""
        names = {
            n: pk for pk, u in self.directory.units.items() for n in (u.official_name, u.short_name, *u.aliases) if n
        }
        close = get_close_matches(name, names, n=_SUGGESTIONS * 3, cutoff=0.5)
        keys = dict.fromkeys(names[n] for n in close)
        return [(pk, self.directory.label(pk)) for pk in keys][:_SUGGESTIONS]

    def _responsible(self, row: LedgerRow, line: Line, lead: int | str) -> int | None:
        """The person named, when there is just one of that name, or one in the leading unit."""
        text = row.text("responsible")
        if not text:
            return None
        name = squeeze(_PHONE.sub("", text))
        people = self.people.get(name, [])
        inside = [pk for pk, units in people if lead in units]
        if len(inside) == 1 or len(people) == 1:
            return inside[0] if len(inside) == 1 else people[0][0]
        line.notes.append(f"责任人“{text}”{'有重名' if people else '不在组织里'}，先按原文保留，由单位联络员承接。")
        return None

    def _fault(self, row: LedgerRow, key: str, message: str) -> None:
        self.problems.append(RowProblem(row.row, BY_KEY[key].header, message, "faulty", row.sheet))


def _strict(problem: RowProblem) -> RowProblem:
    """A task must be somebody's: without a leading unit the row cannot be taken in."""
    if problem.code != "no_lead":
        return problem
    return RowProblem(problem.row, problem.column, "没有写牵头单位，请补上由谁负责。", problem.code, problem.sheet)


def _people() -> dict[str, list[tuple[int, set[int]]]]:
    units: dict[int, set[int]] = {}
    for person, unit in Post.objects.filter(ended_on__isnull=True).values_list("person_id", "unit_id"):
        units.setdefault(person, set()).add(unit)
    found: dict[str, list[tuple[int, set[int]]]] = {}
    for pk, name in Person.objects.filter(active=True).values_list("pk", "name"):
        found.setdefault(squeeze(name), []).append((pk, units.get(pk, set())))
    return found


def _known(rows: Sequence[LedgerRow]) -> tuple[dict[str, Commitment], _Near]:
    """The promises that the numbers in the workbook mean, by the number as it is written there."""
    numbers = {text: parse_ref(text) for text in {row.text("ref") for row in rows}}
    keys = {number for number in numbers.values() if isinstance(number, int)}
    wanted = [number for number in numbers.values() if isinstance(number, tuple)]
    origins = {
        (m.kind, m.year, m.number): m.pk
        for m in Matter.objects.filter(kind__in={w[0] for w in wanted}, year__in={w[1] for w in wanted},
                                       number__in={int(w[2].partition("-")[0]) for w in wanted})
    }  # fmt: skip
    found = Commitment.objects.filter(origin_type="matter", origin_id__in=origins.values())
    by_ref = {(origin, ref): pk for pk, origin, ref in found.values_list("pk", "origin_id", "ref")}
    meant: dict[str, int] = {}
    for text, number in numbers.items():
        if isinstance(number, tuple):
            origin = origins.get((number[0], number[1], int(number[2].partition("-")[0])))
            if (origin, number[2]) in by_ref:
                meant[text] = by_ref[origin, number[2]]
    alone = set(Commitment.objects.filter(pk__in=keys).exclude(origin_type="matter").values_list("pk", flat=True))
    meant |= {text: number for text, number in numbers.items() if isinstance(number, int) and number in alone}
    loaded = {row.pk: row for row in rows_of(sorted(set(meant.values())))}
    return {text: loaded[pk] for text, pk in meant.items()}, _Near(loaded.values())


class _Near:
    def __init__(self, rows: object) -> None:
        self._of = around(rows)  # type: ignore[arg-type]

    def __call__(self, row: Commitment) -> Around:
        return self._of(row)


def _alike(rows: Sequence[LedgerRow]) -> set[tuple[str, int]]:
    """(text, leading unit) of tasks that are here already and read like one of the rows."""
    titles = {" ".join(row.text("item").split())[:300] for row in rows} | {row.text("item")[:300] for row in rows}
    found: set[tuple[str, int]] = set()
    for batch in _chunks(sorted(titles), 1000):
        rows_ = Commitment.objects.filter(title__in=batch, role="lead").exclude(state="cancelled")
        found |= {
            (squeeze(text or title), unit)
            for title, text, unit in rows_.values_list("title", "text", "performer_unit_id")
        }
    return found


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _plain(value: Written | object) -> str:
    """For comparing cells: white space and the form of characters do not count, an empty cell is an empty text."""
    return "" if value is None else squeeze(words(value))  # type: ignore[arg-type]


def _day(row: LedgerRow, key: str) -> date | None:
    value = row.values.get(key)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    meant = row.dates.get(key)
    return meant.on if meant else None


def _due(row: LedgerRow) -> tuple[date | None, str, dict[str, object] | None]:
    """The day, the words of the cell unless they are just that day, and the rule behind the words."""
    value, meant = row.values.get("due"), row.dates.get("due")
    if isinstance(value, date):
        return _day(row, "due"), "", None
    rule = meant.rule.to_json() if meant and meant.rule else None
    return _day(row, "due"), row.text("due")[:200], rule
