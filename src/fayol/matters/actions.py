"""Opening an affair, asking within it, changing and closing it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from fayol.commitments.actions import (
    Asking,
    accept,
    agree,
    counter,
    create_drafts,
    dispatch_many,
    promise,
    report,
)
from fayol.commitments.models import Commitment
from fayol.commitments.states import BEFORE_PROMISE, CLOSED, Nature, Urgency
from fayol.facts.journal import record
from fayol.facts.locking import locked
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.access import check_run
from fayol.matters.models import Matter, Series
from fayol.matters.states import Basis, Kind, Klass, Status, Visibility
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Unit
from fayol.organisation.queries import is_coordinator, office


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a matter is opened with. 即办 needs a title and a lead only."""

    title: str
    lead_unit_id: int
    coordinator_id: int
    requester_unit_id: int
    kind: Kind = Kind.COORDINATION
    klass: Klass = Klass.ORDINARY
    goal: str = ""
    benefits: dict[str, str] = field(default_factory=dict)
    basis_kind: Basis = Basis.FACT
    basis_text: str = ""
    nature: Nature = Nature.DIRECTIVE
    urgency: Urgency = Urgency.NORMAL
    supporting: tuple[int, ...] = ()
    informed: tuple[int, ...] = ()
    sponsor_id: int | None = None
    visibility: Visibility = Visibility.PARTIES
    named: tuple[int, ...] = ()
    due_on: date | None = None


@transaction.atomic
def open_matter(opening: Opening, *, by: Actor, now: datetime) -> Matter:
    """Open it and give it its number: per kind and year, without gap, never twice.

    The number is taken last, under the lock of its series, so that a refusal or a rollback leaves no gap.
    """
    _check_opening(opening, by)
    matter = Matter(
        **{name: getattr(opening, name) for name in _PLAIN},
        title=opening.title.strip()[:200],
        year=work_calendar().local_day(now).year,
        created_at=now,
        audience=audience_of(opening),
        version=1,
    )
    matter.number = _next_number(opening.kind, matter.year)
    matter.save()
    matter.supporting.set(opening.supporting)
    matter.informed.set(opening.informed)
    matter.named.set(opening.named)
    record("matter", matter.pk, "matter.opened", by=by, now=now, data={"label": matter.label, "set": values_of(matter)})
    return matter


_PLAIN = (
    "kind", "klass", "goal", "benefits", "basis_kind", "basis_text", "nature", "urgency", "lead_unit_id",
    "coordinator_id", "requester_unit_id", "sponsor_id", "visibility", "due_on",
)  # fmt: skip


def values_of(matter: Matter) -> dict[str, Any]:
    """What the facts keep of a matter, in the spelling of the journal."""
    values = {name: getattr(matter, name) for name in (*_PLAIN, "title", "year", "number", "status", "outcome")}
    values["due_on"] = matter.due_on.isoformat() if matter.due_on else None
    for name in ("supporting", "informed", "named"):
        values[name] = sorted(getattr(matter, name).values_list("pk", flat=True))
    return values


def _check_opening(opening: Opening, by: Actor) -> None:
    if len(opening.title.strip()) < 2:
        raise Refused("title_missing", _("请给事项起个名字，让各方一看就知道是什么事。"), field="title")
    if opening.klass is not Klass.INSTANT and len(opening.goal.strip()) < 2:
        raise Refused("goal_missing", _("请写明共同目标：办成什么样、到什么程度。"), field="goal")
    if opening.kind is Kind.SUPERVISION and by.person is not None and not is_coordinator(by.person):
        raise Refused("supervision", _("督办事项由协调办立项。您可以立协同事项，或请协调办立项督办。"), field="kind")
    if opening.lead_unit_id in (*opening.supporting, *opening.informed):
        raise Refused("lead_twice", _("牵头单位不能同时是配合或知会单位。"), field="supporting")
    if both := set(opening.supporting) & set(opening.informed):
        name = Unit.objects.get(pk=min(both)).name
        raise Refused("party_twice", _("{name}同时列为配合和知会，请只留一处。"), field="informed", name=name)
    if opening.visibility is Visibility.NAMED and not opening.named:
        raise Refused("nobody_named", _("选了“指定人员”可见，请至少指定一人。"), field="named")


def audience_of(opening: Opening) -> list[int]:
    """The tokens of those who may see it; with named people only, the office does not see it either."""
    people = {-pk for pk in (opening.coordinator_id, opening.sponsor_id, *opening.named) if pk}
    if opening.visibility is Visibility.ORGANISATION:
        return [0]
    if opening.visibility is Visibility.NAMED:
        return sorted(people)
    units = {opening.lead_unit_id, opening.requester_unit_id, *opening.supporting, *opening.informed, office().pk}
    return sorted(units | people)


def _next_number(kind: str, year: int) -> int:
    """Taken under the row lock of the series, held until the transaction ends: the next opener waits."""
    Series.objects.bulk_create([Series(kind=kind, year=year)], ignore_conflicts=True)
    Series.objects.filter(kind=kind, year=year).update(last=F("last") + 1)
    return Series.objects.get(kind=kind, year=year).last


@transaction.atomic
def ask(
    matter: Matter, askings: Sequence[Asking], *, by: Actor, now: datetime, dispatch: bool = True
) -> list[Commitment]:
    """Ask units for promises within the matter: numbered "118-01" on, seen by the matter's audience.

    Units not yet party to it become so: those that lead a task as supporting, unless they lead the matter.
    Returns the leads. Refused when the matter is closed or by somebody who does not run it.
    """
    row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    check_run(by, row, now)
    if row.status != Status.OPEN:
        raise Refused("matter_closed", _("事项已经结束，不能再交办。请另立事项，或先重新打开。"))
    _join(row, _units(askings))
    numbered = [_numbered(row, asking) for asking in askings]
    row.version += 1
    row.save(update_fields=["tasks", "audience", "version"])
    made = (dispatch_many if dispatch else create_drafts)(numbered, by=by, now=now)
    data = {"tasks": [c.pk for c in made], "set": values_of(row)}
    record("matter", row.pk, "matter.asked", by=by, now=now, data=data)
    return made


def _units(askings: Iterable[Asking]) -> set[int]:
    return {a.performer_unit_id for asking in askings for a in (asking, *asking.supports)}


def _join(row: Matter, units: set[int]) -> None:
    new = units - {row.lead_unit_id} - set(row.supporting.values_list("pk", flat=True))
    row.supporting.add(*new)
    row.informed.remove(*new)
    if row.visibility == Visibility.PARTIES:
        row.audience = sorted({*row.audience, *units})


def _numbered(row: Matter, asking: Asking) -> Asking:
    row.tasks += 1
    ref = f"{row.number}-{row.tasks:02d}"
    shared: dict[str, Any] = {
        "origin": ("matter", row.pk, row.title),
        "audience": tuple(row.audience),
    }
    supports = tuple(
        replace(s, **shared, ref=f"{ref}.{i}", nature=asking.nature, urgency=asking.urgency)
        for i, s in enumerate(asking.supports, start=1)
    )
    return replace(asking, **shared, ref=ref, supports=supports)


@transaction.atomic
def open_and_ask(
    opening: Opening, askings: Sequence[Asking], *, by: Actor, now: datetime
) -> tuple[Matter, list[Commitment]]:
    """Open a matter and dispatch all its promises: either everything exists afterwards or nothing."""
    matter = open_matter(opening, by=by, now=now)
    made = ask(matter, askings, by=by, now=now)
    matter.refresh_from_db()
    return matter, made


@transaction.atomic
def open_instant(
    title: str, *, lead_unit_id: int, requester_unit_id: int, by: Actor, now: datetime
) -> tuple[Matter, Commitment]:
    """即办: two fields, one promise, due today. The performer closes it in a tap (`finish_instant`)."""
    if by.person_id is None:
        raise Refused("nobody", _("即办事项要由人发起。"))
    opening = Opening(
        title=title,
        lead_unit_id=lead_unit_id,
        coordinator_id=by.person_id,
        requester_unit_id=requester_unit_id,
        klass=Klass.INSTANT,
        urgency=Urgency.URGENT,
    )
    calendar = work_calendar()
    asking = Asking(
        title=title,
        performer_unit_id=lead_unit_id,
        requester_unit_id=requester_unit_id,
        requester_id=by.person_id,
        urgency=Urgency.URGENT,
        required_on=calendar.next_workday(calendar.local_day(now)),
    )
    matter, made = open_and_ask(opening, [asking], by=by, now=now)
    return matter, made[0]


@transaction.atomic
def finish_instant(matter: Matter, *, by: Actor, now: datetime, words: str = "") -> Matter:
    """The performer's one tap: signed, promised for today and reported in his name, and accepted by the rule of
    即办 (the asker may reopen). Refused for other classes and for whoever could not make these moves."""
    row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    if row.klass != Klass.INSTANT:
        raise Refused("not_instant", _("只有即办事项可以一键办结。"))
    for task in Commitment.objects.filter(origin_type="matter", origin_id=row.pk).exclude(state__in=CLOSED):
        _finish(task, by=by, now=now, words=words)
    _end(row, Status.CLOSED, words, now)
    record("matter", row.pk, "matter.closed", by=by, now=now, data={"words": words, "set": values_of(row)})
    return row


def _finish(task: Commitment, *, by: Actor, now: datetime, words: str) -> None:
    today = work_calendar().local_day(now)
    if task.state in BEFORE_PROMISE:
        if task.required_on is not None and task.required_on < today:
            task = counter(task, words=_("已过要求的日期，今天办结"), due_on=today, by=by, now=now)
            task = agree(task, by=SYSTEM, now=now, words=_("即办事项，逾期办结照记"))
        else:
            task = promise(task, due_on=today, by=by, now=now)
    task = report(task, result=words.strip() or _("已办"), by=by, now=now)
    accept(task, by=SYSTEM, now=now, words=_("即办事项，承办方办结即结"))


@transaction.atomic
def update_matter(
    matter: Matter, *, by: Actor, now: datetime, words: str = "", expect: int | None = None, **changes: Any
) -> Matter:
    """Change what a matter says or who is party to it. Lists of keys for `supporting`, `informed`, `named`.

    The audience is computed anew, for its promises too, and never takes away sight from whoever has a part in one.
    """
    row = locked(matter, expect=expect)
    check_run(by, row, now)
    before = values_of(row)
    parties = {name: changes.pop(name) for name in ("supporting", "informed", "named") if name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    for name, keys in parties.items():
        getattr(row, name).set(keys)
    _check_opening(_as_opening(row), by)
    after = values_of(row)
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        raise Refused("nothing_changed", _("没有改动任何内容。"))
    row.version += 1
    row.audience = _audience_now(row)
    row.save()
    _share(row)
    record("matter", row.pk, "matter.updated", by=by, now=now, data={"words": words, "set": changed})
    return row


def _as_opening(row: Matter) -> Opening:
    values: dict[str, Any] = {name: getattr(row, name) for name in (*_PLAIN, "title")}
    values |= {"kind": Kind(row.kind), "klass": Klass(row.klass), "visibility": Visibility(row.visibility)}
    for name in ("supporting", "informed", "named"):
        values[name] = tuple(getattr(row, name).values_list("pk", flat=True))
    return Opening(**values)


def _audience_now(row: Matter) -> list[int]:
    return audience_of(_as_opening(row))


def _share(row: Matter) -> None:
    """Give the matter's name and audience to its promises, each keeping its own parties in sight."""
    tasks = list(Commitment.objects.filter(origin_type="matter", origin_id=row.pk).select_for_update(of=("self",)))
    by_unit = row.visibility == Visibility.PARTIES
    for task in tasks:
        people = {-pk for pk in (task.requester_id, task.responsible_id, task.holder_id) if pk}
        parties = (task.requester_unit_id, task.performer_unit_id, task.holder_unit_id)
        units = {pk for pk in parties if pk and by_unit}
        task.origin_title = row.title
        task.audience = [0] if 0 in row.audience else sorted({*row.audience, *people, *units})
    Commitment.objects.bulk_update(tasks, ["audience", "origin_title"], batch_size=500)


@transaction.atomic
def close_matter(matter: Matter, *, by: Actor, now: datetime, outcome: str = "", expect: int | None = None) -> Matter:
    """The affair is done. Refused while promises are open: accept or cancel them first. 即办 closes in one tap."""
    row = locked(matter, expect=expect)
    check_run(by, row, now)
    if row.status != Status.OPEN:
        raise Refused("closed", _("事项已经结束。"))
    tasks = Commitment.objects.filter(origin_type="matter", origin_id=row.pk).exclude(state__in=CLOSED)
    if row.klass != Klass.INSTANT and (left := tasks.count()):
        raise Refused("tasks_open", _("还有{count}条任务没有办结。请先核实或撤销，再办结事项。"), count=left)
    _end(row, Status.CLOSED, outcome, now)
    record("matter", row.pk, "matter.closed", by=by, now=now, data={"words": outcome, "set": values_of(row)})
    return row


@transaction.atomic
def cancel_matter(matter: Matter, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Matter:
    """Call the affair off, with the reason. Refused while promises are open."""
    row = locked(matter, expect=expect)
    check_run(by, row, now)
    if row.status != Status.OPEN:
        raise Refused("closed", _("事项已经结束。"))
    if len(words.strip()) < 2:
        raise Refused("words_missing", _("请写明为什么撤销。"), field="words")
    left = Commitment.objects.filter(origin_type="matter", origin_id=row.pk).exclude(state__in=CLOSED).count()
    if left:
        raise Refused("tasks_open", _("还有{count}条任务没有办结。请先撤销任务，再撤销事项。"), count=left)
    _end(row, Status.CANCELLED, words, now)
    record("matter", row.pk, "matter.cancelled", by=by, now=now, data={"words": words, "set": values_of(row)})
    return row


@transaction.atomic
def follow_reopened(ids: Collection[int], *, now: datetime) -> None:
    """These tasks are in work again: matters of theirs that had ended go on."""
    tasks = Commitment.objects.filter(pk__in=ids, origin_type="matter").exclude(state__in=CLOSED)
    ended = Matter.objects.select_for_update(of=("self",)).filter(pk__in=tasks.values("origin_id"))
    for row in ended.exclude(status=Status.OPEN).order_by("pk"):
        row.status, row.closed_at, row.version = Status.OPEN, None, row.version + 1
        row.save(update_fields=["status", "closed_at", "version"])
        record("matter", row.pk, "matter.reopened", by=SYSTEM, now=now, data={"set": values_of(row)})


def _end(row: Matter, status: Status, outcome: str, now: datetime) -> None:
    row.status, row.outcome, row.closed_at, row.version = status, outcome.strip(), now, row.version + 1
    row.save(update_fields=["status", "outcome", "closed_at", "version"])
