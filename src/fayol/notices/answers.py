"""What an addressee may answer to a notice without signing in, by a link or by mail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from fayol.answers.actions import end_for_subjects
from fayol.answers.letters.attendance import Attendance
from fayol.answers.registry import Answer, Field, Given, Subject, register_answers
from fayol.answers.states import Way as By
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.kernel.errors import Stale
from fayol.kernel.text import gettext_noop as _
from fayol.notices import actions, policy
from fayol.notices.models import Notice, Receipt
from fayol.notices.states import REPLIES, REPLY_WORDS, WANT_WORDS, Depth, Form, Reply, Status, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import roster

RECONFIRM = "reconfirm"
"""The answer to a round of 会前复核; 请假 and 委托 are answers to the notice then as before."""


def register() -> None:
    register_answers("notice", NoticeAnswers(), path="/notices/")
    subscribe("notice.withdrawn", _withdrawn)


def _withdrawn(facts: list[Fact]) -> None:
    end_for_subjects("notice", {fact.subject_id for fact in facts}, now=facts[0].at)


class NoticeAnswers:
    """Only the addressee's own receipt: whoever takes papers in for another signs in to say so."""

    def subject(self, pk: int) -> Subject | None:
        row = Notice.objects.select_related("unit", "author").filter(pk=pk).exclude(status=Status.DRAFT).first()
        if row is None:
            return None
        lines: list[tuple[str, Any]] = [
            (_("时间"), row.starts_at),
            (_("地点"), row.place),
            (_("回复期限"), row.due_at),
        ]
        return Subject(
            title=row.title,
            asked_by=f"{row.unit.name} {row.author.name}",
            answers=_keys(Form(row.form)),
            lines=[(label, _written(value)) for label, value in lines if value],
            text=row.body,
            version=row.edition,
            closed=row.status == Status.WITHDRAWN,
        )

    def offered(self, person: Person, pk: int, now: datetime) -> list[Answer]:
        row = _receipt(person, pk)
        if row is None or row.notice.status != Status.SENT or Form(row.notice.form) is Form.UPLOAD:
            return []
        answers = [_answer(reply, row) for reply in REPLIES[Form(row.notice.form)]]
        if not row.recheck:
            return answers
        return [_RECONFIRM, *(one for one in answers if one.key != Reply.ATTEND)]

    def perform(self, pk: int, key: str, given: Given, *, by: Actor, now: datetime, expect: int, way: By) -> None:
        assert by.person is not None
        row = Receipt.objects.select_related("notice", "person").get(notice=pk, person=by.person)
        if row.edition != expect:
            raise Stale
        if key == RECONFIRM:
            actions.reconfirm(row, by=by, now=now, way=Way(way.value))
            return
        substitute = given.get("substitute")
        answer = actions.Answer(
            reply=Reply(key),
            words=str(given.get("words") or ""),
            substitute=Person.objects.filter(pk=substitute).first() if substitute else None,
            restated=str(given.get("restated") or ""),
            values={one.key: given.get(f"v_{one.key}") for one in policy.fields_of(row.notice.fields)},
        )
        actions.confirm(row, answer=answer, by=by, now=now, way=Way(way.value))


def _keys(form: Form) -> list[str]:
    return [*(reply.value for reply in REPLIES[form]), *([RECONFIRM] if form is Form.ATTEND else [])]


def _receipt(person: Person, pk: int) -> Receipt | None:
    return Receipt.objects.select_related("notice", "unit").filter(notice=pk, person=person).first()


def _written(value: object) -> str | date:
    if isinstance(value, datetime):
        local = value.astimezone(timezone.get_current_timezone())
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return str(value)


# ── what each asks for ─────────────────────────────────────────────────────

_WORDS: dict[Reply, tuple[str, ...]] = {
    Reply.CONFIRM: ("收到", "已收到", "知悉", "已知悉", "已阅", "好的", "明白", "确认", "OK"),
    Reply.ATTEND: ("参加", "出席", "到会", "准时参加", "收到，参加", "OK"),
    Reply.LEAVE: ("请假", "不参加", "无法参加", "不能参加"),
    Reply.SUBSTITUTE: ("委托", "委托他人"),
    Reply.AGREE: ("同意", "无意见", "没有意见", "无异议"),
    Reply.AGREE_WITH: ("同意，建议", "建议"),
    Reply.RESERVED: ("原则同意",),
    Reply.DISAGREE: ("不同意", "反对"),
    Reply.UNCONCERNED: ("不涉及",),
}
_RECONFIRM = Answer(RECONFIRM, _("仍按时参加"), words=("仍按时参加", "仍参加", "按时参加", *_WORDS[Reply.ATTEND]))
_ATTENDANCE = {
    Reply.ATTEND: Attendance.ATTEND,
    Reply.LEAVE: Attendance.DECLINE,
    Reply.SUBSTITUTE: Attendance.DELEGATED,
}
_AGREES = frozenset({Reply.CONFIRM, Reply.ATTEND, Reply.AGREE})


def _answer(reply: Reply, row: Receipt) -> Answer:
    fields = [*_asked(reply, row), *_restatement(row)]
    return Answer(
        reply.value,
        REPLY_WORDS[reply],
        fields,
        _WORDS.get(reply, ()),
        agrees=reply in _AGREES,
        final=True,
        attendance=_ATTENDANCE.get(reply),
    )


def _asked(reply: Reply, row: Receipt) -> list[Field]:
    if reply is Reply.FILLED:
        return [_fill(one) for one in policy.fields_of(row.notice.fields)]
    words = Field("words", _("理由或意见"), required=reply in WANT_WORDS)
    return [_substitute(row), words] if reply is Reply.SUBSTITUTE else [words] if reply is not Reply.CONFIRM else []


def _substitute(row: Receipt) -> Field:
    people = {post.person_id: f"{post.person.name}　{post.words}" for post in roster(row.unit)} if row.unit else {}
    people.pop(row.person_id, None)
    return Field("substitute", _("由谁参加"), "person", choices=list(people.items()))


def _fill(one: policy.Field) -> Field:
    hint = "、".join(one.options)
    return Field(f"v_{one.key}", one.label, "line", required=one.required, hint=hint)


def _restatement(row: Receipt) -> list[Field]:
    if Depth(row.notice.depth) is not Depth.RESTATED:
        return []
    return [Field("restated", _("用一句话复述：要做什么、什么时候"), "line")]
