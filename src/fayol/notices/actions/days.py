"""Time that a notice takes from somebody's day, and what else wants it: 暂定占位 and 撞车."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from fayol.facts.journal import record, record_many
from fayol.facts.locking import locked
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices.models import Clash, Engagement, Notice, Receipt
from fayol.notices.states import Claim, Grip, Leave, Reply, Stage
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.models import Person, Secretaryship
from fayol.organisation.queries import active_delegations, is_coordinator

_HOLD = """
INSERT INTO notices_engagement (person_id, starts_at, ends_at, title, place, people, claim, grip, organiser_id,
                                receipt_id, version)
SELECT r.person_id, %s, %s, %s, %s, %s, 'notice', 'held', %s, r.id, 1
  FROM notices_receipt r
 WHERE r.notice_id = %s
   AND (r.must OR EXISTS (SELECT FROM organisation_secretaryship s WHERE s.leader_id = r.person_id))
ON CONFLICT (receipt_id) DO UPDATE
   SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, title = excluded.title, place = excluded.place,
       grip = CASE WHEN notices_engagement.grip = 'released' THEN 'released' ELSE 'held' END,
       version = notices_engagement.version + 1
"""


def hold_days(notice: Notice, *, now: datetime) -> None:
    """Puts a hold on the day of everybody who must come or who has a secretary, and looks for clashes at once.

    A notice without a time takes none; one corrected moves its holds.
    """
    held = Engagement.objects.filter(receipt__notice=notice)
    if notice.starts_at is None or notice.ends_at is None:
        held.exclude(grip=Grip.RELEASED).update(grip=Grip.RELEASED.value, version=F("version") + 1)
        _close_stale(Clash.objects.filter(Q(first__in=held) | Q(second__in=held), over_at__isnull=True), now=now)
        return
    people = notice.receipts.count()
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLD,
            [notice.starts_at, notice.ends_at, notice.title, notice.place, people, notice.duty_id or notice.author_id,
             notice.pk],
        )  # fmt: skip
    find_clashes(held, now=now)


def settle_day(receipt: Receipt, *, now: datetime) -> None:
    """Makes the hold firm, or lets it go, as the person has answered."""
    row = Engagement.objects.filter(receipt=receipt).first()
    if row is None or receipt.stage != Stage.CONFIRMED:
        return
    gone = receipt.reply in (Reply.LEAVE, Reply.SUBSTITUTE) and receipt.leave != Leave.ASKED
    grip = Grip.RELEASED if gone else Grip.FIRM if receipt.reply != Reply.LEAVE else Grip.HELD
    if row.grip != grip:
        row.grip = grip.value
        row.version += 1
        row.save(update_fields=["grip", "version"])
        if not gone:
            find_clashes(Engagement.objects.filter(pk=row.pk), now=now)
    _close_stale(_clashes_with(row), now=now)


@transaction.atomic
def take_time(
    person: Person, *, starts_at: datetime, ends_at: datetime, title: str, place: str = "", people: int = 0,
    by: Actor, now: datetime,
) -> Engagement:  # fmt: skip
    """An own appointment in the calendar of a leader: by himself, by whoever serves him, or by a coordinator.

    Refused to others, without a title, and when it ends before it starts or has already ended. That it clashes is no
    reason to refuse it: both organisers are told.
    """
    _check_keeper(person, by, now)
    if not title.strip():
        raise Refused("title", _("请写明是什么安排。"), field="title")
    if ends_at <= starts_at:
        raise Refused("ends", _("结束时间应晚于开始时间。"), field="ends_at")
    if ends_at <= now:
        raise Refused("past", _("这段时间已经过去。"), field="starts_at")
    row = Engagement.objects.create(
        person=person, starts_at=starts_at, ends_at=ends_at, title=title.strip()[:120], place=place.strip()[:120],
        people=people, organiser=by.person or person,
    )  # fmt: skip
    record("engagement", row.pk, "engagement.taken", by=by, now=now, data=_data(row))
    find_clashes(Engagement.objects.filter(pk=row.pk), now=now)
    return row


@transaction.atomic
def free_time(row: Engagement, *, by: Actor, now: datetime, expect: int | None = None) -> Engagement:
    """Lets an own appointment go. What a notice holds goes with the answer to the notice."""
    row = locked(row, expect=expect)
    _check_keeper(row.person, by, now)
    if row.claim != Claim.OWN:
        raise Refused("by_notice", _("这是通知占用的时间，请在通知里答复参加、请假或委托。"))
    _give_way(row, by=by, now=now)
    _close_stale(_clashes_with(row), now=now)
    return row


def _check_keeper(person: Person, by: Actor, now: datetime) -> None:
    who = by.person
    if who is None or who == person or is_coordinator(who):
        return
    if Secretaryship.objects.filter(leader=person, secretary=who).exists():
        return
    if not active_delegations(now).filter(principal=person, deputy=who).exists():
        raise Refused("not_keeper", _("只有本人、其秘书或受托人和协调员可以安排这份日程。"))


def _data(row: Engagement) -> dict[str, object]:
    return {
        "person": row.person_id, "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
        "title": row.title, "grip": row.grip,
    }  # fmt: skip


def _give_way(row: Engagement, *, by: Actor, now: datetime) -> None:
    row.grip = Grip.RELEASED.value
    row.version += 1
    row.save(update_fields=["grip", "version"])
    record("engagement", row.pk, "engagement.released", by=by, now=now, data=_data(row))


# ── clashes ────────────────────────────────────────────────────────────────

_PAIRS = """
SELECT DISTINCT least(a.id, b.id), greatest(a.id, b.id)
  FROM notices_engagement a
  JOIN notices_engagement b
    ON b.person_id = a.person_id AND b.id <> a.id AND b.grip <> 'released'
   AND b.starts_at < a.ends_at AND a.starts_at < b.ends_at
 WHERE a.id IN ({rows}) AND a.grip <> 'released'
"""


def find_clashes(rows: QuerySet[Engagement], *, now: datetime) -> list[Clash]:
    """Writes down every overlap of these with others of the same person, once; both organisers hear of new ones.

    One that was over and comes back, because somebody comes after all or a time moved, is as good as new.
    """
    some, params = rows.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(rows=some), params)
        pairs = cursor.fetchall()
    firsts, now_there = [a for a, _b in pairs], set(pairs)
    known = set(Clash.objects.filter(first__in=firsts).values_list("first_id", "second_id"))
    back = [row.pk for row in Clash.objects.filter(first__in=firsts, over_at__isnull=False) if _pair(row) in now_there]
    Clash.objects.filter(pk__in=back).update(
        found_at=now, asked_at=None, over_at=None, kept=None, words="", decided_by=None, version=F("version") + 1
    )
    fresh = [Clash(first_id=a, second_id=b, found_at=now) for a, b in sorted(pairs) if (a, b) not in known]
    Clash.objects.bulk_create(fresh, ignore_conflicts=True)
    made = {_pair(row) for row in fresh}
    found = Clash.objects.filter(first__in=firsts, found_at=now).order_by("pk")
    clashes = [row for row in found if row.pk in back or _pair(row) in made]
    record_many(
        "clash",
        [(row.pk, "clash.found", {"first": row.first_id, "second": row.second_id}) for row in clashes],
        by=SYSTEM,
        now=now,
    )
    return clashes


def _pair(row: Clash) -> tuple[int, int]:
    return row.first_id, row.second_id


def _clashes_with(row: Engagement) -> QuerySet[Clash]:
    return Clash.objects.filter(Q(first=row) | Q(second=row), over_at__isnull=True)


def _close_stale(clashes: QuerySet[Clash], *, now: datetime) -> None:
    """A clash is over when one side has been let go or the two no longer overlap."""
    for clash in clashes.select_related("first", "second"):
        one, other = clash.first, clash.second
        gone = Grip.RELEASED in (one.grip, other.grip)
        if gone or one.starts_at >= other.ends_at or other.starts_at >= one.ends_at:
            kept = next((row for row in (one, other) if row.grip != Grip.RELEASED), None)
            _over(clash, kept, by=SYSTEM, now=now)


def _over(clash: Clash, kept: Engagement | None, *, by: Actor, now: datetime) -> None:
    clash.over_at, clash.kept = now, kept
    clash.version += 1
    clash.save(update_fields=["over_at", "kept", "words", "decided_by", "version"])
    data = {"kept": kept.pk if kept else None, "words": clash.words}
    record("clash", clash.pk, "clash.over", by=by, now=now, data=data)


@transaction.atomic
def ask_to_choose(clash: Clash, *, by: Actor, now: datetime) -> Clash:
    """Puts a clash before the office's head as 二选一. By either organiser, the person himself or who serves him."""
    row = _open_clash(clash)
    if by.person_id not in organisers_of(row) | keepers_of(row) and not (by.person and is_coordinator(by.person)):
        raise Refused("not_party", _("只有两边的组织者、本人和其秘书可以报请定夺。"))
    if row.asked_at is not None:
        raise Refused("asked", _("已报请定夺，请等办公室答复。"))
    row.asked_at = now
    row.version += 1
    row.save(update_fields=["asked_at", "version"])
    record("clash", row.pk, "clash.asked", by=by, now=now)
    return row


@transaction.atomic
def choose(clash: Clash, *, keep: Engagement, words: str, by: Actor, now: datetime) -> Clash:
    """The office decides which of the two stands. The other gives way; whoever organised it has to tell his people.

    Refused to others than coordinators of the office, without a reason, and for an engagement that is not of the two.
    """
    row = _open_clash(clash)
    if by.person is None or not is_coordinator(by.person):
        raise Refused("not_office", _("撞车由协调办定夺。"))
    if not words.strip():
        raise Refused("why", _("请写明理由，两边都会看到。"), field="words")
    if keep.pk not in (row.first_id, row.second_id):
        raise Refused("keep", _("请在两项安排里选一项保留。"), field="keep")
    losing = row.second if keep.pk == row.first_id else row.first
    row.words, row.decided_by = words.strip()[:300], by.person
    _give_way(losing, by=by, now=now)
    _over(row, keep, by=by, now=now)
    row.refresh_from_db()
    return row


def _open_clash(clash: Clash) -> Clash:
    sides = ("first__person", "second__person", "first__receipt__notice", "second__receipt__notice")
    row = Clash.objects.select_for_update(of=("self",)).select_related(*sides).get(pk=clash.pk)
    if row.over_at is not None:
        raise Refused("over", _("这处撞车已经处理。"))
    return row


def organisers_of(clash: Clash) -> set[int]:
    return side_of(clash.first) | side_of(clash.second)


def side_of(row: Engagement) -> set[int]:
    """Who organises what takes this time: of a notice the officer on duty and whoever wrote it."""
    return {row.organiser_id} | ({row.receipt.notice.author_id} if row.receipt else set())


def keepers_of(clash: Clash) -> set[int]:
    """The person whose day it is, and whoever serves him."""
    person = clash.first.person_id
    return {person, *Secretaryship.objects.filter(leader=person).values_list("secretary_id", flat=True)}
