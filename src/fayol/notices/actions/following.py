"""What the issuing side does after sending: remind, phone, decide on leaves, ask newcomers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices.actions import _turn
from fayol.notices.actions.days import hold_days, settle_day
from fayol.notices.actions.sending import first_look, locked_issued
from fayol.notices.actions.telling import tell_all, tell_reminded, untold
from fayol.notices.audience import Entry, entries_of, expand
from fayol.notices.models import Notice, Receipt, Told
from fayol.notices.policy import REMIND_NOT_BEFORE
from fayol.notices.queries import unmet
from fayol.notices.states import EntryKind, Form, Leave, Reply, Stage, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

CALL_AGAIN = timedelta(hours=2)
"""Working time after which somebody who promised to pass a notice on is called again."""


@transaction.atomic
def remind(notice: Notice, *, only: Sequence[int] = (), by: Actor, now: datetime, expect: int | None = None) -> int:
    """One reminder to everybody who has not done it yet, or to those of `only` (receipts) who have not.

    Never to who is done; not before five minutes after sending or after the last reminder. One fact says to how many,
    and `reminded_at` of a receipt is its instant. Refused when nobody is left to be reminded. Answers how many. A few
    statements, however many they are.
    """
    row = locked_issued(notice, by=by, now=now, expect=expect)
    open_ = unmet(row)
    if only:
        open_ = open_.filter(pk__in=only)
    waiting = open_.filter(Q(reminded_at__isnull=True) | Q(reminded_at__lte=now - REMIND_NOT_BEFORE))
    waiting = waiting.filter(asked_at__lte=now - REMIND_NOT_BEFORE)
    people = waiting.update(reminded_at=now, reminders=F("reminders") + 1)
    if not people:
        done = not open_.exists()
        words = _("没有要提醒的人，都已答复。") if done else _("刚发出或刚提醒过，请5分钟后再提醒。")
        raise Refused("nobody_left" if done else "too_soon", words)
    data = {"people": people, **({"receipts": sorted(only)} if only else {}), **untold(row)}
    fact = record("notice", row.pk, "notice.reminded", by=by, now=now, data=data)
    tell_reminded(row, fact, people)
    return people


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call or a talk: `reached` the addressee himself; `heard` who took it otherwise; `answered` whether anybody."""

    way: Way = Way.PHONE
    answered: bool = True
    reached: bool = False
    heard: str = ""
    words: str = ""


@transaction.atomic
def log_call(receipt: Receipt, *, call: Call, by: Actor, now: datetime, expect: int | None = None) -> Told:
    """登记通话. Having told the addressee himself stands as 已告知本人 until he has said that it was so; a secretary's
    promise to pass it on stands as 代签 and is called again; nobody there is called again.

    Refused to others than the issuing side, and without the name of who took it when it was not the addressee
    (电话通知须问明并记录接话人).
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    if not turn.standing.issuer or by.person is None:
        raise Refused("issuer", _("由发通知的一方登记通话。"))
    if call.way not in (Way.PHONE, Way.IN_PERSON):
        raise Refused("way", _("请选电话或当面。"), field="way")
    if call.answered and not call.reached and not call.heard.strip():
        raise Refused("heard", _("请写明接话人姓名。"), field="heard")
    row = turn.row
    told = Told.objects.create(
        receipt=row, by=by.person, at=now, way=call.way.value, reached=call.reached and call.answered,
        answered=call.answered, heard=call.heard.strip()[:60], words=call.words.strip()[:300],
    )  # fmt: skip
    if told.reached:
        turn.reach(Stage.TOLD, now)
        row.duty_since = row.call_since = None
    elif told.answered:
        turn.reach(Stage.PROXIED, now)
        row.proxied_at = row.proxied_at or now
    turn.extra |= {"told": told.pk, "reached": told.reached, "answered": told.answered, "heard": told.heard}
    _turn.finish(turn, "told")
    if not told.reached:
        again = _turn.calendar_of(row).add_worked(now, CALL_AGAIN)
        row.next_look_at = min(row.next_look_at or again, again)
        row.save(update_fields=["next_look_at"])
    return told


@transaction.atomic
def grant_leave(receipt: Receipt, *, by: Actor, now: datetime, expect: int | None = None) -> Receipt:
    """The convenor agrees that somebody who must attend is absent or sends another."""
    turn = _leave_turn(receipt, by=by, now=now, expect=expect)
    turn.row.leave = Leave.GRANTED.value
    _turn.finish(turn, "leave_granted")
    settle_day(turn.row, now=now)
    return turn.row


@transaction.atomic
def refuse_leave(receipt: Receipt, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Receipt:
    """The convenor does not agree: the addressee knows, but has to answer anew. Refused without a reason."""
    if not words.strip():
        raise Refused("why", _("请写明不同意的理由。"), field="words")
    turn = _leave_turn(receipt, by=by, now=now, expect=expect)
    row = turn.row
    row.leave, row.reply, row.substitute = Leave.REFUSED.value, Reply.NOTHING.value, None
    turn.fall_back(now)
    row.confirmed_at, row.confirmed_by, row.confirmed_how = None, None, ""
    turn.extra["words"] = words.strip()[:300]
    _turn.finish(turn, "leave_refused")
    return row


def _leave_turn(receipt: Receipt, *, by: Actor, now: datetime, expect: int | None) -> _turn.Turn:
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    if not turn.standing.issuer or turn.standing.principal:
        raise Refused("issuer", _("由召集的一方答复请假。"))
    if turn.row.leave != Leave.ASKED:
        raise Refused("no_leave", _("没有待批的请假。"))
    return turn


@transaction.atomic
def add_people(notice: Notice, people: Sequence[Person], *, by: Actor, now: datetime, expect: int | None = None) -> int:
    """Sends the notice as it now stands to some more: those who joined later, or who were forgotten.

    Refused when all of them have it already. Answers how many were added.
    """
    row = locked_issued(notice, by=by, now=now, expect=expect)
    known = entries_of(row.audience)
    more = [Entry(EntryKind.PERSON, id=person.pk) for person in people]
    row.audience = [entry.to_json() for entry in [*known, *(entry for entry in more if entry not in known)]]
    row.version += 1
    row.save()
    only = row.audience
    row.audience = [entry.to_json() for entry in more]
    added = expand(row, now=now, look_at=first_look(row, must=False), look_at_must=first_look(row, must=True))
    row.audience = only
    if not added:
        raise Refused("have_it", _("这些人都已经收到这份通知。"), field="people")
    if row.form == Form.ATTEND:
        hold_days(row, now=now)
    data = {"people": added, "added": [person.pk for person in people], **untold(row)}
    fact = record("notice", row.pk, "notice.joined", by=by, now=now, data=data)
    tell_all(row, fact, added)
    return added
