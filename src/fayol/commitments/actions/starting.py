"""Asking: drafts, dispatch, asking anew, changing what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fayol.commitments import policy, policy_counting
from fayol.commitments.actions._turn import Turn, begin, settle_many, snapshot
from fayol.commitments.models import Commitment
from fayol.commitments.states import Move, Nature, Role, State, Urgency
from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked of one unit. `supports` are asked of other units and answered to this one's holder.

    `anchor_at` is what `required_rule` counts from; a rule that counts from the dispatch finds it itself. Where the
    rule does not lead to `required_on`, somebody decided otherwise, and the rule is kept for its words only.
    `origin` is (type, id, title) of the matter or paper behind it; `audience` the tokens that may see it.
    """

    title: str
    performer_unit_id: int
    requester_unit_id: int
    requester_id: int | None = None
    responsible_id: int | None = None
    text: str = ""
    condition: str = ""
    deliverable: str = ""
    nature: Nature = Nature.DIRECTIVE
    urgency: Urgency = Urgency.NORMAL
    required_on: date | None = None
    required_words: str = ""
    required_rule: dict[str, Any] | None = None
    anchor_at: datetime | None = None
    origin: tuple[str, int, str] | None = None
    ref: str = ""
    audience: tuple[int, ...] = ()
    sheet: dict[str, Any] = field(default_factory=dict)
    source: tuple[int, int, int] | None = None
    supports: tuple[Asking, ...] = ()


@transaction.atomic
def create_drafts(askings: Sequence[Asking], *, by: Actor, now: datetime) -> list[Commitment]:
    """Write askings down as drafts (leads first, in order), nobody being told yet."""
    return _create(askings, by=by, now=now, dispatch=False)


@transaction.atomic
def dispatch_many(askings: Sequence[Asking], *, by: Actor, now: datetime) -> list[Commitment]:
    """Ask all at once, leads and their supports: either every promise exists afterwards or none. Returns the leads."""
    return _create(askings, by=by, now=now, dispatch=True)


def _create(askings: Sequence[Asking], *, by: Actor, now: datetime, dispatch: bool) -> list[Commitment]:
    for asking in askings:
        _check_asking(asking, now)
    leads = [_row(asking, None, now) for asking in askings]
    _insert(leads, by=by, now=now, dispatch=dispatch)
    supports = [
        _row(support, lead, now) for asking, lead in zip(askings, leads, strict=True) for support in asking.supports
    ]
    _insert(supports, by=by, now=now, dispatch=dispatch)
    return leads


def _check_asking(asking: Asking, now: datetime) -> None:
    policy.check_words(asking.title, field="title", sentence=_("任务没有写要做什么，请用一句话写明。"))
    units = [asking.performer_unit_id, *(s.performer_unit_id for s in asking.supports)]
    if len(units) != len(set(units)):
        raise Refused(
            "unit_twice", _("“{title}”的同一个单位既牵头又配合，或配合了两次，请删去重复的。"), title=asking.title
        )


def _row(asking: Asking, lead: Commitment | None, now: datetime) -> Commitment:
    origin_type, origin_id, origin_title = asking.origin or ("", None, "")
    document, start, end = asking.source or (None, None, None)
    return Commitment(
        title=asking.title.strip()[:300],
        text=asking.text,
        condition=asking.condition,
        deliverable=asking.deliverable[:300],
        nature=asking.nature,
        role=Role.SUPPORT if lead else Role.LEAD,
        urgency=asking.urgency,
        parent=lead,
        origin_type=origin_type,
        origin_id=origin_id,
        origin_title=origin_title[:300],
        ref=asking.ref,
        audience=list(asking.audience),
        requester_unit_id=lead.performer_unit_id if lead else asking.requester_unit_id,
        requester_id=lead.responsible_id if lead else asking.requester_id,
        performer_unit_id=asking.performer_unit_id,
        responsible_id=asking.responsible_id,
        required_on=asking.required_on,
        required_words=asking.required_words[:200],
        required_rule=asking.required_rule,
        anchor_at=asking.anchor_at,
        sheet=asking.sheet,
        source_document=document,
        source_start=start,
        source_end=end,
        created_at=now,
    )


def _insert(rows: list[Commitment], *, by: Actor, now: datetime, dispatch: bool) -> None:
    turns = [Turn(row=row, by=by, now=now, before={}, extra={"words": "", "files": []}) for row in rows]
    for row in rows:
        if dispatch:
            _send_out(row, now)
        else:
            _count(row)
    settle_many(turns, "assigned" if dispatch else "created")


def _count(row: Commitment) -> None:
    """The day and hour to which the rule leads, once it is known what it counts from."""
    rule, anchor_at = row.required_rule, row.anchor_at
    row.anchor_at = row.required_at = None
    if not rule or anchor_at is None or not policy_counting.is_counted(rule):
        return
    found = policy_counting.required_by(rule, anchor_at, work_calendar(row.performer_unit_id))
    if found and row.required_on in (None, found.on):
        row.anchor_at, row.required_on, row.required_at = anchor_at, found.on, found.at


def _send_out(row: Commitment, now: datetime) -> None:
    """To the performer: from here the clock runs. A task sent out anew keeps the day it was first dispatched."""
    if row.anchor_at is None and row.required_rule and policy_counting.at_dispatch(row.required_rule):
        row.anchor_at = row.dispatched_at or now
    _count(row)
    row.state = State.ASSIGNED
    row.dispatched_at = row.dispatched_at or now
    row.acknowledged_at = None
    row.promised_on = row.proposed_on = None
    row.proposed_condition = row.came_from = ""
    row.sign_due_at = policy.sign_due(
        Urgency(row.urgency), dispatched_at=now, calendar=work_calendar(row.performer_unit_id)
    )


@transaction.atomic
def assign(commitment: Commitment, *, by: Actor, now: datetime, expect: int | None = None) -> Commitment:
    """Send a draft to its performer. The clock starts here, signed for or not."""
    turn = begin(commitment, Move.ASSIGN, by=by, now=now, expect=expect)
    _send_out(turn.row, now)
    return turn.settle("assigned")


@transaction.atomic
def reassign(
    commitment: Commitment,
    *,
    unit_id: int,
    responsible_id: int | None = None,
    words: str = "",
    required_on: date | None = None,
    by: Actor,
    now: datetime,
    expect: int | None = None,
) -> Commitment:
    """Ask another unit (or another person of the same one) after a return; its supports now answer to the new lead."""
    turn = begin(commitment, Move.REASSIGN, by=by, now=now, expect=expect)
    row = turn.row
    if (unit_id, responsible_id) == (row.performer_unit_id, row.responsible_id):
        raise Refused("same_performer", _("仍是原来的承办人。要维持原交办，请用“维持原要求”。"), field="unit")
    row.performer_unit_id, row.responsible_id = unit_id, responsible_id
    if required_on and required_on != row.required_on:
        _decide(row, required_on)
    elif row.anchor_at:
        row.required_on = None  # counted anew, by the calendar of the other unit
    row.suggested_unit_id, row.flag = None, ""
    _send_out(row, now)
    done = turn.settle("reassigned", words=words.strip())
    follow_lead(done, by=by, now=now)
    return done


def _decide(row: Commitment, required_on: date) -> None:
    """A day that somebody names takes the place of the rule."""
    row.required_on, row.required_words, row.required_rule = required_on, "", None
    row.required_at = row.anchor_at = None


def follow_lead(lead: Commitment, *, by: Actor, now: datetime) -> None:
    """The open supports of a lead answer to whoever leads now."""
    rows = list(Commitment.objects.select_for_update(of=("self",)).filter(parent=lead).exclude(closed_at__isnull=False))
    turns = []
    for row in rows:
        before = snapshot(row)
        row.requester_unit_id, row.requester_id = lead.performer_unit_id, lead.responsible_id
        if before["requester_unit_id"] != row.requester_unit_id or before["requester_id"] != row.requester_id:
            turns.append(Turn(row=row, by=by, now=now, before=before, extra={"words": "", "files": []}))
    settle_many(turns, "requester_changed")


@transaction.atomic
def amend(
    commitment: Commitment,
    *,
    title: str | None = None,
    condition: str | None = None,
    deliverable: str | None = None,
    required_on: date | None = None,
    words: str = "",
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """Change what is asked. A new date or standard undoes the promise: the performer answers anew.

    Refused without a reason once dispatched, when nothing changes, or for a date that has passed.
    """
    turn = begin(commitment, Move.AMEND, by=by, now=now, expect=expect)
    row = turn.row
    if row.state != State.DRAFT:
        words = policy.check_words(words, field="words", sentence=_("请写明为什么调整要求，承办方会看到。"))
    if required_on and required_on != row.required_on and required_on < turn.today:
        raise Refused("past_date", _("期限{due}已经过去，请填今天或以后的日期。"), field="required_on", due=required_on)
    asked = {"title": title, "condition": condition, "deliverable": deliverable, "required_on": required_on}
    wanted = {name: value for name, value in asked.items() if value is not None and value != getattr(row, name)}
    if not wanted and not files:
        raise Refused("nothing_changed", _("没有改动任何内容。"))
    for name, value in wanted.items():
        setattr(row, name, value)
    if required_on and "required_on" in wanted:
        _decide(row, required_on)
    if row.state == State.PROMISED and {"condition", "required_on"} & wanted.keys():
        row.state, row.promised_on = State.ACKNOWLEDGED, None
    return turn.settle("amended", words=words, files=files)
