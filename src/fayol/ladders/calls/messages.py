"""A date given on the phone goes to the one who gave it, and the answer goes back to the caller."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages
from fayol.facts.models import Fact
from fayol.ladders.calls.models import Call, PhonePromise
from fayol.organisation.calendar import work_calendar


def register() -> None:
    register_messages("call.made", to_confirm)
    register_messages("call.confirmed", back_to_caller)
    register_messages("call.denied", back_to_caller)


def to_confirm(facts: list[Fact]) -> Iterator[Message]:
    """One message for each call, whatever number of tasks the date was given for."""
    calls = Call.objects.filter(pk__in=[fact.subject_id for fact in facts]).prefetch_related("promises__commitment")
    by_key = {call.pk: call for call in calls}
    for fact in facts:
        given = list(by_key[fact.subject_id].promises.all())
        if given:
            yield _ask(fact, given)


def _ask(fact: Fact, given: list[PhonePromise]) -> Message:
    first = given[0]
    parts = {
        "at": _day(work_calendar().local_day(first.given_at)),
        "day": _day(first.day),
        "title": first.commitment.title,
    }
    if len(given) == 1:
        title = t("您%(at)s电话承诺%(day)s交“%(title)s”，请确认") % parts
    else:
        title = t("您%(at)s电话承诺%(day)s交%(n)d件事，请确认") % {**parts, "n": len(given)}
    body = "\n".join([one.commitment.title for one in given] if len(given) > 1 else [first.words])
    link = f"/commitments/{first.commitment_id}/#phone" if len(given) == 1 else "/"
    urgency = first.commitment.urgency
    return Message(fact, first.person_id, title, body.strip(), link, asks=True, urgency=urgency)


def back_to_caller(facts: list[Fact]) -> Iterator[Message]:
    given = PhonePromise.objects.select_related("commitment").in_bulk([fact.data["promise"] for fact in facts])
    for fact in facts:
        one = given[fact.data["promise"]]
        parts = {"who": fact.actor_name, "day": _day(one.day), "title": one.commitment.title}
        denied = fact.verb == "call.denied"
        words = t("%(who)s说电话里的日期不是这样：%(title)s") if denied else t("%(who)s确认了%(day)s：%(title)s")
        link = f"/commitments/{one.commitment_id}/"
        yield Message(fact, one.caller_id, words % parts, fact.data.get("words", ""), link, asks=denied)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
