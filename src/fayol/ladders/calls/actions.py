"""Writing down a call, and answering a date that was given in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from fayol.commitments import actions as moves
from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, State
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.calls.models import Call, CallItem, PhonePromise
from fayol.ladders.calls.policy import step_for
from fayol.ladders.calls.states import Answer, Result, Step
from fayol.ladders.policy import opening_from
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.organisation.queries import is_coordinator


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a call came to: `day` is a date given for the tasks it was about."""

    result: Result
    day: date | None = None
    words: str = ""


@transaction.atomic
def log_call(callee: Person, tasks: Sequence[Commitment], *, said: Said, by: Actor, now: datetime) -> Call:
    """Write down a call. A date that was given waits for the callee's own confirmation.

    Refused for who does not coordinate, without a task, for a date with nobody at the other end, without a date where
    one was given, and for a date that has passed. A miss comes back at the next opening.
    """
    caller = by.person
    if caller is None or not is_coordinator(caller):
        raise Refused("not_office", _("电话催办由协调办的协调员登记。"))
    seen = visible_to(caller, now).filter(pk__in=[task.pk for task in tasks]).exclude(state__in=CLOSED)
    rows = list(seen.select_for_update(of=("self",)).order_by("pk"))
    if not rows:
        raise Refused("nothing_spoken", _("请勾选通话谈到的任务；已办结的不用再打。"), field="items")
    result = _result(said, work_calendar().local_day(now))
    again = opening_from(now + timedelta(seconds=1), work_calendar()) if result is Result.MISSED else None
    call = Call.objects.create(
        caller=caller, callee=callee, at=now, result=result, words=said.words.strip()[:500], again_at=again
    )
    CallItem.objects.bulk_create(CallItem(call=call, commitment=row) for row in rows)
    if result is not Result.MISSED:
        _clear(rows, now)
    promised = [row for row in rows if row.holder_id == callee.pk] if said.day and result is Result.PROMISED else []
    if result is Result.PROMISED and not promised:
        raise Refused("moved_on", _("这些任务已不在{name}手里，日期没有记。请看最新情况。"), name=callee.name)
    if said.day is not None:
        _note_down(call, promised, said.day, now)
    data = {
        "callee": callee.pk, "result": str(result), "words": call.words, "items": [row.pk for row in rows],
        "day": said.day.isoformat() if promised and said.day else "",
    }  # fmt: skip
    record("call", call.pk, "call.made", by=by, now=now, data=data)
    return call


def _result(said: Said, today: date) -> Result:
    """A date given makes it a promise, whichever button was pressed."""
    if said.day is None:
        if said.result is Result.PROMISED:
            raise Refused("no_day", _("请填对方答应的日期。"), field="day")
        return said.result
    if said.result is Result.MISSED:
        raise Refused("missed_with_day", _("没接通就没有答应的日期：请清空日期，或改选接通。"), field="day")
    if said.day < today:
        raise Refused("past_date", _("答应的日期{day}已经过去，请填今天或以后的日期。"), field="day", day=said.day)
    return Result.PROMISED


def _clear(rows: Sequence[Commitment], now: datetime) -> None:
    """What was given or denied in former calls has been talked over now."""
    former = PhonePromise.objects.filter(commitment__in=rows)
    former.filter(answer=Answer.DENIED, settled=False).update(settled=True)
    former.filter(answer=Answer.WAITING).update(answer=Answer.OVERTAKEN, answered_at=now)


def _note_down(call: Call, rows: Sequence[Commitment], day: date, now: datetime) -> None:
    calendar = work_calendar()
    answer_by = calendar.add_worked(now, calendar.day_length)
    PhonePromise.objects.bulk_create(
        PhonePromise(
            call=call, commitment=row, person=call.callee, caller=call.caller, day=day, words=call.words,
            given_at=now, answer_by=answer_by,
        )
        for row in rows
    )  # fmt: skip


@transaction.atomic
def confirm(promise: PhonePromise, *, by: Actor, now: datetime) -> PhonePromise:
    """The one who gave the date stands by it: now it counts, as what the task's state makes of it.

    Refused when it was answered already, when the task has moved on, and where the engine refuses (a date that has
    passed meanwhile).
    """
    given = _open(promise)
    row = Commitment.objects.select_related("requester").get(pk=given.commitment_id)
    step = step_for(State(row.state), day=given.day, due_on=row.due_on, required_on=row.required_on)
    if step is Step.KEEP and given.day < work_calendar().local_day(now):
        raise Refused("past_date", _("{day}已经过去。请选“不是这样”，写明现在的打算。"), day=given.day)
    _STEPS[step](row, given, by, now)
    given.answer, given.answered_at = Answer.CONFIRMED, now
    given.save(update_fields=["answer", "answered_at"])
    data = {"promise": given.pk, "commitment": row.pk, "day": given.day.isoformat(), "step": str(step)}
    record("call", given.call_id, "call.confirmed", by=by, now=now, data=data)
    return given


@transaction.atomic
def deny(promise: PhonePromise, *, words: str, by: Actor, now: datetime) -> PhonePromise:
    """It was not said like that: back to the caller, who has to call again. Refused without a word of what is right."""
    words = words.strip()
    if len(words) < 2:
        raise Refused("words_missing", _("请写一句实际情况，例如哪天能交、卡在哪里。"), field="words")
    given = _open(promise)
    given.answer, given.answered_at, given.answer_words = Answer.DENIED, now, words[:500]
    given.save(update_fields=["answer", "answered_at", "answer_words"])
    data = {"promise": given.pk, "commitment": given.commitment_id, "words": words}
    record("call", given.call_id, "call.denied", by=by, now=now, data=data)
    return given


def overtake(ids: Sequence[int], *, now: datetime) -> None:
    """The tasks moved on by themselves: dates by phone that nobody answered have nothing to say any more."""
    former = PhonePromise.objects.filter(commitment__in=ids)
    former.filter(answer=Answer.WAITING).update(answer=Answer.OVERTAKEN, answered_at=now)
    former.filter(answer=Answer.DENIED, settled=False).update(settled=True)


def _open(promise: PhonePromise) -> PhonePromise:
    given = PhonePromise.objects.select_for_update(of=("self",)).select_related("caller").get(pk=promise.pk)
    if given.answer != Answer.WAITING:
        raise Refused("answered", _("这个日期已经答复过，或任务已有新进展，不用再确认。"))
    return given


def _words(given: PhonePromise) -> str:
    said = _("{caller}来电时答应的日期").format(caller=given.caller.name)
    return f"{said}。{given.words}" if given.words else said


def _promise(row: Commitment, given: PhonePromise, by: Actor, now: datetime) -> None:
    moves.promise(row, due_on=given.day, words=_words(given), by=by, now=now)


def _counter(row: Commitment, given: PhonePromise, by: Actor, now: datetime) -> None:
    moves.counter(row, due_on=given.day, words=_words(given), by=by, now=now)


def _note(row: Commitment, given: PhonePromise, by: Actor, now: datetime) -> None:
    moves.progress(row, note=_words(given), next_on=given.day, by=by, now=now)


def _keep(row: Commitment, given: PhonePromise, by: Actor, now: datetime) -> None:
    """Nothing in the engine carries it: the answer itself is what counts."""


_STEPS: dict[Step, Callable[[Commitment, PhonePromise, Actor, datetime], None]] = {
    Step.PROMISE: _promise,
    Step.COUNTER: _counter,
    Step.NOTE: _note,
    Step.KEEP: _keep,
}
