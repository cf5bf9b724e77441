"""Working: progress, results, waiting for others, chasing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from fayol.commitments import policy
from fayol.commitments.access import can_chase
from fayol.commitments.actions._turn import Turn, begin, hand_balls, settle_many, snapshot
from fayol.commitments.actions.answering import lead_back
from fayol.commitments.models import Commitment
from fayol.commitments.next_word import word_limit_of
from fayol.commitments.policy_foresee import ANSWERED_BY_A_NOTE
from fayol.commitments.states import CLOSED, Move, State
from fayol.facts.locking import locked
from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """What work waits for: a unit (and person), an event in words, or a day on which it goes on by itself."""

    what: str
    unit_id: int | None = None
    person_id: int | None = None
    until: date | None = None


@transaction.atomic
def progress(
    commitment: Commitment,
    *,
    note: str,
    percent: int | None = None,
    trouble: str = "",
    needs: str = "",
    next_step: str = "",
    next_on: date | None = None,
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """A progress note, with how far it is (0–99), what is in the way and what the office should help with.

    `next_on` announces the day of the next word: until then nobody needs to chase. It holds for this note only.
    Refused when it has passed or lies after the due day; of what is late already, when it lies further behind the due
    day than the chasing may be put off. The due day stays where it is.
    """
    turn = begin(commitment, Move.PROGRESS, by=by, now=now, expect=expect)
    row = turn.row
    note = policy.check_words(note, field="note", sentence=_("请写一句进展：做了什么，到哪一步。"))
    if percent is not None:
        if not 0 <= percent <= 99:
            raise Refused("percent", _("完成比例填0到99；全部完成请用“反馈完成”。"), field="percent")
        row.percent = percent
    if next_on is not None:
        _check_next_word(next_on, turn)
    row.last_note, row.last_note_at, row.next_word_on = note, now, next_on
    row.foreseen = [reason for reason in row.foreseen if reason["code"] not in ANSWERED_BY_A_NOTE]
    row.foreseen_at = row.foreseen_at if row.foreseen else None
    said = {"trouble": trouble, "needs": needs, "next_step": next_step}
    row.sheet = {**row.sheet, **{key: value.strip() for key, value in said.items() if value.strip()}}
    return turn.settle("progressed", words=note, files=files, percent=row.percent)


def _check_next_word(day: date, turn: Turn) -> None:
    row, calendar = turn.row, work_calendar(turn.row.performer_unit_id)
    late = row.due_on is not None and row.due_at is not None and row.due_at < turn.now
    policy.check_next_word(day, due_on=None if late else row.due_on, today=turn.today)
    if late and row.due_on:
        limit = word_limit_of(row)
        policy.check_late_word(day, due_on=row.due_on, limit=limit, today=turn.today, calendar=calendar)


@transaction.atomic
def report(
    commitment: Commitment,
    *,
    result: str,
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """Say that it is done, and how. The one who asked has to check it before it is closed."""
    turn = begin(commitment, Move.REPORT, by=by, now=now, expect=expect)
    row = turn.row
    result = policy.check_words(result, field="result", sentence=_("请写明完成了什么，对照完成标准。"))
    row.state, row.reported_at = State.REPORTED, now
    row.last_note, row.last_note_at, row.percent = result, now, 100
    return turn.settle("reported", words=result, files=files)


@transaction.atomic
def hold(
    commitment: Commitment, *, waiting: Standstill, by: Actor, now: datetime, expect: int | None = None
) -> Commitment:
    """Put work on hold: the ball goes to the party waited for (the requester when only an event or day is named).

    Refused without saying what is waited for, or with neither a party nor a day on which to look again.
    """
    turn = begin(commitment, Move.HOLD, by=by, now=now, expect=expect)
    row = turn.row
    what = policy.check_words(waiting.what, field="what", sentence=_("请写明在等什么。"))
    if waiting.unit_id is None and waiting.until is None:
        raise Refused("endless", _("请指明等哪个单位，或到哪一天再看；不能无限期挂起。"), field="until")
    if waiting.until and waiting.until <= turn.today:
        raise Refused("past_date", _("恢复日期{due}须在今天以后。"), field="until", due=waiting.until)
    row.came_from, row.state, row.waiting_for = row.state, State.ON_HOLD, what[:200]
    row.waiting_unit_id, row.waiting_person_id = waiting.unit_id, waiting.person_id
    row.waiting_until = waiting.until
    return turn.settle("held", words=what)


@transaction.atomic
def resume(
    commitment: Commitment, *, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """Take work up again where it stood; by either party, by the one waited for, or by the day that came."""
    turn = begin(commitment, Move.RESUME, by=by, now=now, expect=expect)
    lead_back(turn.row)
    return turn.settle("resumed", words=words.strip())


@transaction.atomic
def chase(
    commitment: Commitment, *, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """Chase whoever has the ball; counted, and told to him. Refused for closed tasks and without a stake in it."""
    row = locked(commitment, expect=expect)
    if row.state in CLOSED or row.state == State.DRAFT:
        raise Refused("not_chasable", _("“{title}”没有在办，不用催办。"), title=row.title)
    if by.person is not None and not can_chase(by.person, row, now):
        raise Refused("no_stake", _("“{title}”正轮到您自己，或与您无关，不能催办。"), title=row.title)
    turn = Turn(row=row, by=by, now=now, before=snapshot(row))
    row.chases += 1
    return turn.settle("chased", words=words.strip(), holder=row.holder_id)


@transaction.atomic
def rehold(ids: Sequence[int], *, now: datetime) -> int:
    """Resolve again who has the ball, after somebody came, left or was replaced. Returns how many balls moved.

    Rows whose holder stays the same are not touched; a move leaves a fact by the system.
    """
    rows = list(
        Commitment.objects.select_for_update(of=("self",)).filter(pk__in=ids).exclude(state__in=CLOSED).order_by("pk")
    )
    turns = [Turn(row=row, by=SYSTEM, now=now, before=snapshot(row)) for row in rows]
    hand_balls(rows, now)
    moved = [turn for turn in turns if turn.before["holder_id"] != turn.row.holder_id
             or turn.before["holder_unit_id"] != turn.row.holder_unit_id]  # fmt: skip
    for turn in moved:
        turn.extra = {"words": "", "files": [], "because": turn.row.holder_because}
    settle_many(moved, "ball_moved")
    return len(moved)
