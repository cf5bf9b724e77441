"""Which move becomes which message, for whom, in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages, register_readers
from fayol.commitments.access import visible_to
from fayol.commitments.models import Commitment
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person, Post
from fayol.organisation.states import COORDINATING_ROLES

TO_HOLDER: dict[str, str] = {
    "assigned": _("{who}交办给您：{title}"),
    "reassigned": _("{who}交办给您：{title}"),
    "insisted": _("{who}维持原要求：{title}"),
    "withdrawn": _("{who}撤回了商榷：{title}"),
    "countered": _("{who}提出商榷：{title}"),
    "declined": _("{who}退回：{title}"),
    "reported": _("{who}反馈完成，请核实：{title}"),
    "handed_back": _("{who}退回重办：{title}"),
    "reopened": _("{who}重新打开：{title}"),
    "held": _("{who}挂起，等您这边：{title}"),
    "resumed": _("{who}恢复办理：{title}"),
    "ball_moved": _("现在轮到您：{title}"),
    "agreed": _("{who}同意商榷：{title}"),
    "amended": _("{who}调整了要求：{title}"),
    "passed_on": _("{who}转给您承办：{title}"),
    "handed_over": _("{who}移交给您承办：{title}"),
}
"""To whoever has the ball after the move. A chase is told by the ladders, together with theirs."""
TO_REQUESTER: dict[str, str] = {
    "promised": _("{who}承诺{day}完成：{title}"),
    "progressed": _("{who}反馈进展：{title}"),
    "disputed": _("{who}提出职责异议：{title}"),
}
ASKING_REQUESTER: dict[str, str] = {"review_due": _("到了复查的日子，请定期限：{title}")}
TO_PERFORMER: dict[str, str] = {
    "accepted": _("{who}核实通过：{title}"),
    "cancelled": _("{who}撤销了任务：{title}"),
}
TO_OFFICE: dict[str, str] = {
    "declined": _("第二次退回，请协调办明确由谁办：{title}"),
    "disputed": _("{who}提出职责异议，请协调办裁定：{title}"),
}


def register() -> None:
    register_messages("commitment.*", compose)
    register_readers("/commitments/", seen_by)


def seen_by(person: Person, ids: Collection[int], now: datetime) -> set[int]:
    return set(visible_to(person, now).filter(pk__in=ids).values_list("pk", flat=True))


def compose(facts: list[Fact]) -> Iterator[Message]:
    rows = Commitment.objects.in_bulk([fact.subject_id for fact in facts])
    office: list[int] | None = None
    for fact in facts:
        row, verb = rows[fact.subject_id], fact.verb.partition(".")[2]
        if verb in TO_HOLDER and row.holder_id:
            yield _message(fact, row, row.holder_id, TO_HOLDER[verb], asks=True)
        if verb in TO_REQUESTER and row.requester_id:
            yield _message(fact, row, row.requester_id, TO_REQUESTER[verb])
        if verb in ASKING_REQUESTER and row.requester_id:
            yield _message(fact, row, row.requester_id, ASKING_REQUESTER[verb], asks=True)
        if verb in TO_PERFORMER:
            for person_id in _performers(row, fact):
                yield _message(fact, row, person_id, TO_PERFORMER[verb])
        if verb in TO_OFFICE and row.flag:
            office = _coordinators() if office is None else office
            for person_id in set(office) - {row.holder_id, row.requester_id}:
                yield _message(fact, row, person_id, TO_OFFICE[verb])


def _message(fact: Fact, row: Commitment, person_id: int, words: str, *, asks: bool = False) -> Message:
    day = f"{row.promised_on.month}月{row.promised_on.day}日" if row.promised_on else ""
    who = f"{fact.actor_name}（代{fact.behalf_name}）" if fact.behalf_name else fact.actor_name
    title = t(words).format(who=who, title=row.title, day=day)
    return Message(fact, person_id, title, fact.data.get("words", ""), f"/commitments/{row.pk}/", asks, row.urgency)


def _performers(row: Commitment, fact: Fact) -> set[int]:
    """The person responsible, else whoever spoke for the unit last."""
    if row.responsible_id:
        return {row.responsible_id}
    last = (
        Fact.objects.filter(
            subject_type="commitment", subject_id=row.pk, verb__in=("commitment.reported", "commitment.promised")
        )
        .order_by("-seq")
        .values_list("actor_id", flat=True)
        .first()
    )
    return {last} if last else set()


def _coordinators() -> list[int]:
    posts = Post.objects.filter(unit__is_office=True, ended_on__isnull=True, role__in=COORDINATING_ROLES)
    return list(posts.filter(person__active=True).values_list("person_id", flat=True).distinct())
