"""Setting up what comes again, changing, pausing and ending it, and opening what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from fayol.commitments.actions import Asking, dispatch_many
from fayol.commitments.models import Commitment
from fayol.commitments.states import Nature, Urgency
from fayol.facts.journal import record
from fayol.facts.locking import locked
from fayol.kernel.errors import Refused
from fayol.kernel.recurrence import Shift
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import can_run, matter_for
from fayol.matters.actions import ask
from fayol.matters.models import Matter
from fayol.matters.recurring.access import check_arrange, check_units
from fayol.matters.recurring.models import Occurrence, Recurrence
from fayol.matters.recurring.policy import Round, Rule, rounds
from fayol.matters.recurring.states import MOST_AHEAD, MOST_LEAD, MOST_UNITS, Status
from fayol.matters.states import Status as MatterStatus
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import Calendars, calendars, work_calendar
from fayol.organisation.models import Unit
from fayol.organisation.queries import office


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What is asked again and again, of whom, and by which rule."""

    title: str
    rrule: str
    performers: tuple[int, ...]
    starts_on: date
    condition: str = ""
    shift: Shift = Shift.BEFORE
    lead: int = 2
    ends_on: date | None = None
    nature: Nature = Nature.DIRECTIVE
    urgency: Urgency = Urgency.NORMAL
    responsible_id: int | None = None
    matter_id: int | None = None


_PLAIN = (
    "title", "condition", "rrule", "shift", "lead", "starts_on", "ends_on", "nature", "urgency", "responsible_id",
    "matter_id",
)  # fmt: skip


@transaction.atomic
def set_up(duty: Duty, *, requester_unit_id: int, by: Actor, now: datetime) -> Recurrence:
    """From now on the rule opens what it says. Refused without a title, without units, for units that are not `by`'s
    to ask, and for a rule that never comes. An occasion whose opening has passed but not its day is opened at once."""
    if by.person is None:
        raise Refused("nobody", _("常规工作要由人布置。"))
    _check(duty, by, now)
    row = Recurrence(
        **{name: getattr(duty, name) for name in _PLAIN},
        requester_unit_id=requester_unit_id,
        requester=by.person,
        created_at=now,
        version=1,
    )
    _start_from(row, duty.performers, now)
    row.save()
    row.performers.set(duty.performers)
    record("recurrence", row.pk, "recurrence.set_up", by=by, now=now, data={"set": values_of(row)})
    return row


@transaction.atomic
def change(row: Recurrence, duty: Duty, *, by: Actor, now: datetime, expect: int | None = None) -> Recurrence:
    """From the next occasion on; what was opened stays as it is."""
    row = _locked(row, by, expect)
    if row.status == Status.ENDED:
        raise Refused("ended", _("这项常规工作已经停止，请另建一项。"))
    _check(duty, by, now)
    before = values_of(row)
    for name in _PLAIN:
        setattr(row, name, getattr(duty, name))
    row.performers.set(duty.performers)
    if row.status == Status.ACTIVE:
        _start_from(row, duty.performers, now)
    return _store(row, "changed", before, by=by, now=now)


@transaction.atomic
def pause(row: Recurrence, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Recurrence:
    """Nothing is opened until it goes on; what falls into the pause is not made up for."""
    row = _locked(row, by, expect)
    if row.status != Status.ACTIVE:
        raise Refused("not_active", _("这项常规工作没有在进行。"))
    return _rest(row, Status.PAUSED, "paused", words, by=by, now=now)


@transaction.atomic
def go_on(row: Recurrence, *, by: Actor, now: datetime, expect: int | None = None) -> Recurrence:
    """With the next occasion from today on."""
    row = _locked(row, by, expect)
    if row.status != Status.PAUSED:
        raise Refused("not_paused", _("这项常规工作没有暂停。"))
    _check_matter(row.matter)
    before = values_of(row)
    row.status, row.why, row.trouble = Status.ACTIVE, "", ""
    _start_from(row, _units(row), now)
    return _store(row, "resumed", before, by=by, now=now)


@transaction.atomic
def end(row: Recurrence, *, words: str = "", by: Actor, now: datetime, expect: int | None = None) -> Recurrence:
    """For good. What was opened has to be done all the same."""
    row = _locked(row, by, expect)
    if row.status == Status.ENDED:
        raise Refused("ended", _("这项常规工作已经停止，请另建一项。"))
    return _rest(row, Status.ENDED, "ended", words, by=by, now=now)


def _rest(row: Recurrence, status: Status, verb: str, words: str, *, by: Actor, now: datetime) -> Recurrence:
    before = values_of(row)
    row.status, row.why, row.next_open_at = status, words.strip()[:300], None
    return _store(row, verb, before, by=by, now=now, words=words.strip())


# ── opening ────────────────────────────────────────────────────────────────


@transaction.atomic
def open_due(row: Recurrence, *, now: datetime) -> list[Commitment]:
    """Open what is due of a row that the caller has locked; each occasion once, however often this runs.

    Of occasions whose day passed meanwhile (the machine stood still) only the last one is asked for, due on the next
    working day, and only when no later one opens now; the others are noted as passed over.
    """
    if row.matter_id and row.matter is not None and row.matter.status != MatterStatus.OPEN:
        _rest(row, Status.PAUSED, "paused", _("所属事项已经结束"), by=SYSTEM, now=now)
        return []
    units, known = _units(row), calendars()
    due = list(takewhile(lambda one: one.opens_at <= now, _coming(row, units, row.handled_until, known)))
    gone = [one for one in due if one.closes_at <= now]
    current = due[len(gone) :]
    if gone and not current:
        current = [gone.pop()]
    before = values_of(row)
    made = [task for one in current for task in _open(row, one, known, now)]
    for one in gone:
        Occurrence.objects.create(recurrence=row, day=one.day, due_on=one.due_on, opened_at=now)
    _go_on_after(row, units, due[-1].day if due else row.handled_until)
    row.trouble = ""
    passed = [one.day.isoformat() for one in gone]
    if row.status == Status.ACTIVE and row.next_open_at is None:
        row.status, row.why = Status.ENDED, _("到了截止日期")
    _store(row, "opened", before, by=SYSTEM, now=now, tasks=[task.pk for task in made], passed_over=passed)
    return made


def _open(row: Recurrence, occasion: Round, known: Calendars, now: datetime) -> list[Commitment]:
    """Each unit by its own calendar. Where the day has passed meanwhile, it is due on the next working day."""
    askings = []
    for unit in row.performers.order_by("path", "pk").values_list("pk", flat=True):
        calendar = known.of(unit)
        if day := occasion.due_by(calendar):
            late = calendar.close_of_business(day) <= now
            askings.append(_asking(row, unit, calendar.next_workday(calendar.local_day(now)) if late else day))
    if row.matter is not None:
        made = ask(row.matter, askings, by=SYSTEM, now=now)
    else:
        made = dispatch_many(askings, by=SYSTEM, now=now)
    due_on = max(asking.required_on or occasion.due_on for asking in askings)
    keys = [task.pk for task in made]
    Occurrence.objects.create(recurrence=row, day=occasion.day, due_on=due_on, opened_at=now, commitments=keys)
    return made


def _asking(row: Recurrence, unit: int, due_on: date) -> Asking:
    return Asking(
        title=f"{row.title}（{due_on.month}月{due_on.day}日）",
        condition=row.condition,
        performer_unit_id=unit,
        responsible_id=row.responsible_id,
        requester_unit_id=row.requester_unit_id,
        requester_id=row.requester_id,
        nature=Nature(row.nature),
        urgency=Urgency(row.urgency),
        required_on=due_on,
        origin=("recurrence", row.pk, row.title),
        audience=tuple(sorted({unit, row.requester_unit_id, office().pk, -row.requester_id})),
    )


def rule_of(row: Recurrence) -> Rule:
    return Rule(row.rrule, row.starts_on, Shift(row.shift), row.lead, row.ends_on)


def _units(row: Recurrence) -> list[int]:
    return list(row.performers.order_by("pk").values_list("pk", flat=True))


def _coming(
    row: Recurrence, units: Sequence[int], after: date | None, known: Calendars | None = None
) -> Iterator[Round]:
    return rounds(rule_of(row), (known or calendars()).among(units), after=after)


def _start_from(row: Recurrence, units: Sequence[int], now: datetime) -> None:
    """With the first occasion not dealt with whose working day has not passed: nothing is made up for."""
    today = work_calendar().local_day(now)
    yesterday = date.fromordinal(today.toordinal() - 1)
    day = max(row.handled_until or yesterday, yesterday)
    for one in takewhile(lambda one: one.due_on < today, _coming(row, units, day)):
        day = one.day
    _go_on_after(row, units, day)


def _go_on_after(row: Recurrence, units: Sequence[int], day: date | None) -> None:
    """`day` is the last one dealt with; the next opening follows from it."""
    row.handled_until = day
    coming = next(_coming(row, units, day), None)
    row.next_open_at = coming.opens_at if coming else None


@transaction.atomic
def recount(known: Calendars, units: Collection[int] | None = None) -> int:
    """The working days changed (of these units only): openings follow them. Returns how many moved. No fact: it
    follows from the rule."""
    rows = Recurrence.objects.filter(status=Status.ACTIVE)
    if units is not None:
        rows = rows.filter(pk__in=owed_by(units))
    moved = []
    for row in rows.select_for_update(of=("self",)).prefetch_related("performers").order_by("pk"):
        owing = [unit.pk for unit in row.performers.all()]
        coming = next(_coming(row, owing, row.handled_until, known), None)
        if coming is not None and coming.opens_at != row.next_open_at:
            row.next_open_at = coming.opens_at
            moved.append(row)
    Recurrence.objects.bulk_update(moved, ["next_open_at"], batch_size=500)
    return len(moved)


def owed_by(units: Collection[int]) -> QuerySet[Any]:
    """The keys of the duties that some of these units owe."""
    return Recurrence.performers.through._default_manager.filter(unit__in=units).values("recurrence")


def shifted(row: Recurrence, before: Calendars, after: Calendars, last: date) -> tuple[date, date] | None:
    """The first of the coming occasions up to `last` that other calendars bring to another day: both days."""
    units = [unit.pk for unit in row.performers.all()]
    pairs = zip(
        _coming(row, units, row.handled_until, before), _coming(row, units, row.handled_until, after), strict=False
    )
    for old, new in takewhile(lambda pair: pair[0].due_on <= last, islice(pairs, MOST_AHEAD)):
        if old.due_on != new.due_on:
            return old.due_on, new.due_on
    return None


# ── what they share ────────────────────────────────────────────────────────


def _check(duty: Duty, by: Actor, now: datetime) -> None:
    if len(duty.title.strip()) < 2:
        raise Refused("title_missing", _("请写明要定期做什么，如“报送周工作小结”。"), field="title")
    if not duty.performers:
        raise Refused("no_units", _("请写明由哪些单位办理。"), field="performers")
    if len(set(duty.performers)) > MOST_UNITS:
        raise Refused(
            "too_many", _("一项常规工作最多布置给{most}个单位，请分开建。"), field="performers", most=MOST_UNITS
        )
    if duty.responsible_id and len(set(duty.performers)) > 1:
        raise Refused("one_person", _("布置给多个单位时不能指定一个承办人，由各单位联络员接办。"), field="responsible")
    if not 0 <= duty.lead <= MOST_LEAD:
        raise Refused("lead", _("提前布置的天数填0到{most}。"), field="lead", most=MOST_LEAD)
    if duty.ends_on and duty.ends_on < max(duty.starts_on, work_calendar().local_day(now)):
        raise Refused("ends_early", _("截止日期{day}已经过去，或早于开始日期。"), field="ends_on", day=duty.ends_on)
    check_units(by, duty.performers)
    if duty.matter_id is not None and by.person is not None:
        matter = matter_for(by.person, duty.matter_id, now)
        _check_matter(matter)
        if not can_run(by.person, matter, now):
            raise Refused("not_your_matter", _("这个事项不由您协调，不能在其中布置常规工作。"))


def _check_matter(matter: Matter | None) -> None:
    if matter is not None and matter.status != MatterStatus.OPEN:
        raise Refused("matter_closed", _("所属事项“{title}”已经结束，不能再布置。"), title=matter.title)


def _locked(row: Recurrence, by: Actor, expect: int | None) -> Recurrence:
    found = locked(row, expect=expect)
    check_arrange(by, found)
    return found


def _store(row: Recurrence, verb: str, before: dict[str, Any], *, by: Actor, now: datetime, **extra: Any) -> Recurrence:
    row.version += 1
    row.save()
    after = values_of(row)
    changed = {name: value for name, value in after.items() if before[name] != value}
    record("recurrence", row.pk, f"recurrence.{verb}", by=by, now=now, data={**extra, "set": changed})
    return row


def values_of(row: Recurrence) -> dict[str, Any]:
    """What the facts keep of it, in the spelling of the journal."""
    values = {name: getattr(row, name) for name in (*_PLAIN, "requester_unit_id", "requester_id", "status", "why")}
    for name in ("starts_on", "ends_on", "handled_until"):
        day = getattr(row, name)
        values[name] = day.isoformat() if day else None
    values["performers"] = sorted(row.performers.values_list("pk", flat=True)) if row.pk else []
    return values


def units_of_duty(row: Recurrence) -> list[Unit]:
    return list(row.performers.order_by("path", "pk"))
