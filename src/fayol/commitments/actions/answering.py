"""Answering: what the performer may say to what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from fayol.commitments import policy
from fayol.commitments.actions._turn import Turn, begin
from fayol.commitments.actions.starting import follow_lead
from fayol.commitments.models import Commitment
from fayol.commitments.states import BEFORE_PROMISE, Move, Role, State
from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import active_posts


def _signed(turn: Turn) -> None:
    """Any answer is also a signature."""
    turn.row.acknowledged_at = turn.row.acknowledged_at or turn.now


@transaction.atomic
def acknowledge(
    commitment: Commitment, *, by: Actor, now: datetime, restated: str = "", expect: int | None = None
) -> Commitment:
    """Sign for it: the right unit has it and knows what is asked. `restated` is its own line for result and date."""
    turn = begin(commitment, Move.ACKNOWLEDGE, by=by, now=now, expect=expect)
    turn.row.state = State.ACKNOWLEDGED
    _signed(turn)
    return turn.settle("acknowledged", words=restated.strip())


@transaction.atomic
def promise(
    commitment: Commitment, *, due_on: date, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """The performer takes it on, for a date of its own choosing.

    Refused when `due_on` has passed or is later than the required date (counter instead). From here the promised
    date counts, not the required one.
    """
    turn = begin(commitment, Move.PROMISE, by=by, now=now, expect=expect)
    policy.check_promise(due_on, required_on=turn.row.required_on, today=turn.today)
    turn.row.state, turn.row.promised_on = State.PROMISED, due_on
    _signed(turn)
    return turn.settle("promised", words=words.strip())


@transaction.atomic
def counter(
    commitment: Commitment,
    *,
    words: str,
    due_on: date | None = None,
    condition: str = "",
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """Propose another date, another standard or both; after a promise this is asking for an extension.

    Refused without a reason, with neither date nor standard, for a past date, or for the date that already holds.
    """
    turn = begin(commitment, Move.COUNTER, by=by, now=now, expect=expect)
    row = turn.row
    words = policy.check_words(words, field="words", sentence=_("请写明理由，要求人要凭它决定。"))
    _check_counter(turn, due_on, condition.strip())
    row.came_from = policy.back_to(State(row.state))
    row.proposed_on, row.proposed_condition = due_on, condition.strip()
    row.state = State.COUNTERED
    _signed(turn)
    return turn.settle("countered", words=words, files=files, extension=row.came_from not in BEFORE_PROMISE)


def _check_counter(turn: Turn, due_on: date | None, condition: str) -> None:
    if due_on is None and not condition:
        raise Refused("nothing_proposed", _("请写明希望改到哪一天，或希望改成什么标准。"), field="due_on")
    if due_on and due_on < turn.today:
        raise Refused("past_date", _("提出的日期{due}已经过去，请填今天或以后的日期。"), field="due_on", due=due_on)
    if due_on and due_on == turn.row.due_on and not condition:
        raise Refused(
            "same_date", _("提出的日期就是现在的期限{due}，不用商榷，直接承诺即可。"), field="due_on", due=due_on
        )


@transaction.atomic
def withdraw(
    commitment: Commitment, *, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """Take a counter back before it is answered: everything is as it was before it."""
    turn = begin(commitment, Move.WITHDRAW, by=by, now=now, expect=expect)
    lead_back(turn.row)
    return turn.settle("withdrawn", words=words.strip())


def lead_back(row: Commitment) -> None:
    """To the state before the counter or the hold; what was proposed is gone from the row, not from the facts."""
    row.state = row.came_from or State.ACKNOWLEDGED
    row.came_from = row.proposed_condition = row.waiting_for = ""
    row.proposed_on = row.waiting_until = None
    row.waiting_unit_id = row.waiting_person_id = None


@transaction.atomic
def decline(
    commitment: Commitment,
    *,
    ground: str,
    suggested_unit_id: int | None,
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """Return it, with a ground and the unit that should do it instead. 协商性 only.

    The second return goes to the coordinating office, whoever asked: it has to be ruled, not passed round again.
    """
    turn = begin(commitment, Move.DECLINE, by=by, now=now, expect=expect)
    row = turn.row
    ground = _check_ground(row, ground, suggested_unit_id)
    row.returns += 1
    row.flag = "second_return" if row.returns > 1 else ""
    row.state, row.suggested_unit_id = State.DECLINED, suggested_unit_id
    _signed(turn)
    return turn.settle("declined", words=ground, files=files)


def _check_ground(row: Commitment, ground: str, suggested_unit_id: int | None) -> str:
    ground = policy.check_words(
        ground, field="ground", least=4, sentence=_("请写明退回的依据（职责条款、制度或事实），至少一句话。")
    )
    if suggested_unit_id is None:
        raise Refused("no_suggestion", _("请指明应由哪个单位办理。"), field="suggested_unit")
    if suggested_unit_id == row.performer_unit_id:
        raise Refused("suggested_self", _("应由哪个单位办理，不能填本单位。"), field="suggested_unit")
    return ground


@transaction.atomic
def dispute(
    commitment: Commitment,
    *,
    ground: str,
    suggested_unit_id: int | None,
    by: Actor,
    now: datetime,
    expect: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Commitment:
    """Dispute the duty of a 指令性 task: the office is told and will rule; meanwhile the work goes on here."""
    turn = begin(commitment, Move.DISPUTE, by=by, now=now, expect=expect)
    row = turn.row
    if row.flag == "disputed":
        raise Refused("already_disputed", _("已经提出过职责异议，等协调办裁定。裁定前请继续办理。"))
    ground = _check_ground(row, ground, suggested_unit_id)
    row.flag, row.suggested_unit_id = "disputed", suggested_unit_id
    _signed(turn)
    return turn.settle("disputed", words=ground, files=files)


@transaction.atomic
def pass_on(
    commitment: Commitment, *, person_id: int, by: Actor, now: datetime, words: str = "", expect: int | None = None
) -> Commitment:
    """Give it to somebody else of the same unit before it is promised. The unit stays the performer."""
    turn = begin(commitment, Move.PASS_ON, by=by, now=now, expect=expect)
    return _to_colleague(turn, person_id, "passed_on", words)


@transaction.atomic
def hand_over(
    commitment: Commitment, *, person_id: int, words: str, by: Actor, now: datetime, expect: int | None = None
) -> Commitment:
    """Hand promised work to a colleague of the same unit, saying how far it is. The unit's promise stands."""
    turn = begin(commitment, Move.HAND_OVER, by=by, now=now, expect=expect)
    words = policy.check_words(words, field="words", sentence=_("请写明办到哪一步、还缺什么，接手的人要凭它继续。"))
    return _to_colleague(turn, person_id, "handed_over", words)


def _to_colleague(turn: Turn, person_id: int, verb: str, words: str) -> Commitment:
    row = turn.row
    person = Person.objects.filter(pk=person_id, active=True).first()
    if person is None or not active_posts().filter(person=person, unit_id=row.performer_unit_id).exists():
        raise Refused(
            "not_colleague", _("只能转给本单位的人。要换单位，请退回并指明应由哪个单位办理。"), field="person"
        )
    if person.pk == row.responsible_id:
        raise Refused("same_person", _("现在就由{name}承办，不用再转。"), field="person", name=person.name)
    row.responsible_id = person.pk
    done = turn.settle(verb, words=words.strip())
    if row.role == Role.LEAD:
        follow_lead(done, by=turn.by, now=turn.now)
    return done
