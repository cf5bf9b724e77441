"""The call list of the office: what somebody owes, weighed and put together by person.

Read live, so that whoever answered meanwhile is not called. Costs what is late or nearly so, within BAND for each
kind, through the indexes of the lights; nothing reads all open tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, Q, QuerySet

from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.queries import Viewer, rows_of
from fayol.commitments.queries.lights import IS_OPEN
from fayol.commitments.states import DISPATCHED, Side, State, Urgency
from fayol.ladders.calls import reached
from fayol.ladders.calls.models import Call, PhonePromise
from fayol.ladders.calls.policy import MISSES, MOST, Owed, Weighed, rank
from fayol.ladders.calls.registry import waiting_for
from fayol.ladders.calls.states import Answer, Result
from fayol.ladders.models import ChaseLine
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person, Post, Secretaryship
from fayol.organisation.prepared import prepared
from fayol.organisation.queries import active_absences, active_posts, primary_posts
from fayol.organisation.states import PostRole

BAND = 150
"""How many tasks of each kind are weighed."""
LOOK_BACK = timedelta(days=7)
_STEP_IN = (PostRole.LIAISON_A, PostRole.LIAISON_B, PostRole.HEAD)
_LIVE = sorted(DISPATCHED)


@dataclass(frozen=True)
class Other:
    """Somebody else who can be called instead, and as what."""

    person: Person
    role: str


@dataclass(frozen=True)
class Thing:
    """A task within a call."""

    row: Commitment
    weighed: Weighed
    owed: Owed


@dataclass(frozen=True)
class Line:
    """One call worth making. `misses`: calls in vain since the last one that got through."""

    person: Person
    post: Post | None
    things: list[Thing]
    misses: int = 0
    away: bool = False
    others: list[Other] = field(default_factory=list)

    @property
    def is_leader(self) -> bool:
        return self.post is not None and self.post.role == PostRole.LEADER


@dataclass(frozen=True)
class Sheet:
    """电话催办单: `lines` to call now, `made` the calls of today, the latest first."""

    lines: list[Line]
    made: list[Call]

    def line_of(self, person_id: int) -> Line | None:
        return next((line for line in self.lines if line.person.pk == person_id), None)


def sheet_for(person: Person, now: datetime, *, most: int = MOST) -> Sheet:
    """What the viewer may see of it. Those called today stand aside until it is time to try again."""
    calls = _recent_calls(now)
    made = [call for call in calls if call.at >= _start_of_day(now)]
    done = {call.callee_id for call in made if not _try_again(call.callee_id, calls, now)}
    rows = _candidates(Viewer.of(person, now), now)
    things = {one.pk: (row, one) for row, one in zip(rows, _owed(rows, now), strict=True)}
    people = Person.objects.in_bulk({row.holder_id for row in rows if row.holder_id} - done)
    away = set(active_absences(now).filter(person_id__in=people).values_list("person_id", flat=True))
    reachable = frozenset(pk for pk, one in people.items() if one.mobile and pk not in away)
    owed = [(row.holder_id, one) for row, one in things.values() if row.holder_id and row.holder_id in people]
    ranked = rank(owed, reachable=reachable, most=max(most - len(done), 0))
    misses = {pk: _misses(pk, calls) for pk in people}
    posts = primary_posts([worth.person_id for worth in ranked])
    stuck = [pk for pk in posts if misses[pk] >= MISSES or pk not in reachable or posts[pk].role == PostRole.LEADER]
    others = _others(stuck, posts)
    lines = [
        Line(
            people[worth.person_id],
            posts.get(worth.person_id),
            [Thing(things[one.pk][0], one, things[one.pk][1]) for one in worth.things],
            misses[worth.person_id],
            worth.person_id in away,
            others.get(worth.person_id, []),
        )
        for worth in ranked
    ]
    return Sheet(lines, made)


# ── what was called ────────────────────────────────────────────────────────


def _start_of_day(now: datetime) -> datetime:
    calendar = work_calendar()
    return datetime.combine(calendar.local_day(now), time(), calendar.tz)


def _recent_calls(now: datetime) -> list[Call]:
    """The calls of the last days, the latest first."""
    calls = Call.objects.filter(at__gte=now - LOOK_BACK, at__lte=now).select_related("caller", "callee")
    return list(calls.prefetch_related("promises").order_by("-at", "-pk"))


def _try_again(person_id: int, calls: Sequence[Call], now: datetime) -> bool:
    """Whether the person's latest call was in vain and may be repeated by now."""
    latest = next(one for one in calls if one.callee_id == person_id)
    return latest.again_at is not None and latest.again_at <= now


def _misses(person_id: int, calls: Sequence[Call]) -> int:
    count = 0
    for call in calls:
        if call.callee_id != person_id:
            continue
        if call.result != Result.MISSED:
            break
        count += 1
    return count


def _others(people: Sequence[int], posts: dict[int, Post]) -> dict[int, list[Other]]:
    """Who can be called instead: the unit's liaisons and its head; for a leader the secretaries."""
    units = {posts[pk].unit_id for pk in people if pk in posts}
    found = active_posts().filter(unit__in=units, role__in=_STEP_IN, person__active=True).select_related("person")
    by_unit: dict[int, list[Post]] = {}
    for post in sorted(found, key=lambda post: _STEP_IN.index(PostRole(post.role))):
        by_unit.setdefault(post.unit_id, []).append(post)
    others = {
        pk: [Other(post.person, post.role) for post in by_unit.get(posts[pk].unit_id, []) if post.person_id != pk]
        for pk in people
        if pk in posts
    }
    served = Secretaryship.objects.filter(leader__in=people, secretary__active=True).select_related("secretary")
    for one in served.order_by("order", "id"):
        others.setdefault(one.leader_id, []).insert(0, Other(one.secretary, "secretary"))
    return {pk: _once(some) for pk, some in others.items()}


def _once(others: Iterable[Other]) -> list[Other]:
    return list({other.person.pk: other for other in reversed(list(others))}.values())[::-1]


# ── what is owed ───────────────────────────────────────────────────────────


def _candidates(viewer: Viewer, now: datetime) -> list[Commitment]:
    """Tasks about which a call could be worth it: late ones from both ends, those getting late, and those whose date
    was given on the phone and is open again. Not the viewer's own, and none that waits for an announced day."""
    seen = Q(audience__overlap=list(viewer.tokens), holder__isnull=False, state__in=_LIVE)
    base = Commitment.objects.filter(IS_OPEN, seen).exclude(holder=viewer.person.pk)
    today = work_calendar().local_day(now)
    quiet = base.exclude(next_word_on__gte=today)
    late = quiet.filter(due_at__lt=now)
    near = quiet.filter(Q(due_at__gte=now) | Q(due_at__isnull=True), amber_at__lte=now)
    spoken = _doubtful(now)
    bands = (
        late.order_by("due_at", "pk"),
        late.order_by("-due_at", "-pk"),
        near.order_by("-amber_at", "-pk"),
        quiet.filter(pk__in=reached.highest(most=BAND)),
        base.filter(pk__in=spoken),
    )
    ids = list(dict.fromkeys(pk for band in bands for pk in band.values_list("pk", flat=True)[:BAND]))
    pending = PhonePromise.objects.filter(commitment__in=ids, answer=Answer.WAITING, answer_by__gt=now)
    left_alone = set(pending.values_list("commitment_id", flat=True)) | reached.left_alone(ids, now) - set(spoken)
    return rows_of([pk for pk in ids if pk not in left_alone])


def _doubtful(now: datetime) -> list[int]:
    """Tasks whose date by phone was denied, or not confirmed in time."""
    lapsed = PhonePromise.objects.filter(answer=Answer.WAITING, answer_by__lte=now).order_by("answer_by")
    denied = PhonePromise.objects.filter(answer=Answer.DENIED, settled=False).order_by("-answered_at")
    return [pk for some in (lapsed, denied) for pk in some.values_list("commitment_id", flat=True)[:BAND]]


def _owed(rows: Sequence[Commitment], now: datetime) -> list[Owed]:
    ids = [row.pk for row in rows]
    chased = _chased(ids)
    rungs = reached.levels(ids)
    waiting = waiting_for(ids)
    phoned = _phoned(ids)
    return [
        _owed_one(row, now, chased.get(row.pk), rungs.get(row.pk, ""), waiting.get(row.pk, ()), phoned.get(row.pk))
        for row in rows
    ]


def _owed_one(
    row: Commitment,
    now: datetime,
    chased: tuple[int, datetime] | None,
    rung: str,
    waiting: tuple[str, ...],
    phoned: PhonePromise | None,
) -> Owed:
    calendar = work_calendar()
    today = calendar.local_day(now)
    performing = row.holder_side == Side.PERFORMER
    late = bool(performing and row.due_at and row.due_at < now)
    left = calendar.workdays_between(today, row.due_on) if performing and row.due_on else None
    last = max(filter(None, (row.holder_since, row.last_note_at if performing else None)), default=now)
    unsigned_late = bool(row.state == State.ASSIGNED and row.sign_due_at and row.sign_due_at < now)
    passed = row.next_word_on if row.next_word_on and row.next_word_on < today and performing else None
    return Owed(
        pk=row.pk,
        state=State(row.state),
        urgency=Urgency(row.urgency),
        late=max(-(left or 0), 0) if late else None,
        left=left if left is not None and left >= 0 else None,
        unsigned_late=unsigned_late,
        silent=_days(last, today),
        word_on=passed,
        chases=chased[0] if chased else 0,
        chased=(today - calendar.local_day(chased[1])).days if chased and chased[1] >= last else None,
        rung=rung,
        waiting=waiting,
        phoned_on=phoned.day if phoned and phoned.answer == Answer.WAITING else None,
        denied=bool(phoned and phoned.answer == Answer.DENIED),
    )


def _days(moment: datetime, today: date) -> int:
    calendar = work_calendar()
    return max(calendar.workdays_between(calendar.local_day(moment), today), 0)


def _chased(ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """How often each was chased by message, by a ladder or by hand, and when last."""
    sent = ChaseLine.objects.filter(commitment__in=ids, chase__isnull=False).order_by()
    found = sent.values("commitment_id").annotate(times=Count("pk"), last=Max("chase__sent_at"))
    return {one["commitment_id"]: (one["times"], one["last"]) for one in found}


def leads_waiting(ids: Sequence[int]) -> dict[int, list[str]]:
    """A supporting task is waited for by the unit that leads."""
    supports = Commitment.objects.filter(pk__in=ids, parent__isnull=False)
    leads = supports.values_list("pk", "parent__performer_unit__short_name", "parent__performer_unit__official_name")
    return {pk: [short or official] for pk, short, official in leads}


def _phoned(ids: Sequence[int]) -> dict[int, PhonePromise]:
    """The date by phone that is open again."""
    again = Q(answer=Answer.WAITING) | Q(answer=Answer.DENIED, settled=False)
    return {one.commitment_id: one for one in PhonePromise.objects.filter(again, commitment__in=ids).order_by("pk")}


def spoken_of(person: Person, keys: Sequence[str], now: datetime) -> list[Commitment]:
    """The tasks named in a form, as far as the viewer sees them."""
    ids = [int(key) for key in keys if key.isdecimal() and len(key) < 18][:BAND]
    return list(visible_to(person, now).filter(pk__in=ids).order_by("due_at", "pk"))


# ── for the page of a task, and for who promised ───────────────────────────


def calls_about(commitment_id: int) -> list[Call]:
    """Every call about a task, the latest first."""
    calls = Call.objects.filter(items__commitment=commitment_id).select_related("caller", "callee")
    return list(calls.prefetch_related("promises").order_by("-at", "-pk"))


def open_promise_of(commitment_id: int) -> PhonePromise | None:
    """The date by phone that nobody has confirmed or denied yet."""
    waiting = PhonePromise.objects.filter(commitment=commitment_id, answer=Answer.WAITING)
    return waiting.select_related("person", "caller", "commitment").first()


@prepared
def promises_to_confirm(person: int) -> QuerySet[PhonePromise]:
    return PhonePromise.objects.filter(person=person, answer=Answer.WAITING)
