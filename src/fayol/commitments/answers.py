"""What the performer may answer to a task without signing in, by a link or by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fayol.answers.actions import end_for_subjects
from fayol.answers.registry import Answer, Field, Given, Subject, register_answers
from fayol.answers.states import Way
from fayol.commitments import actions
from fayol.commitments.access import moves_of
from fayol.commitments.models import Commitment
from fayol.commitments.states import CLOSED, NATURE_WORDS, STATE_WORDS, Move
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person
from fayol.organisation.queries import find_units, roster


def register() -> None:
    register_answers("commitment", CommitmentAnswers(), path="/commitments/")
    subscribe("commitment.accepted", _closed)
    subscribe("commitment.cancelled", _closed)


def _closed(facts: list[Fact]) -> None:
    end_for_subjects("commitment", {fact.subject_id for fact in facts}, now=facts[0].at)


class CommitmentAnswers:
    def subject(self, pk: int) -> Subject | None:
        row = Commitment.objects.select_related("requester", "requester_unit").filter(pk=pk).first()
        if row is None:
            return None
        lines = [
            (_("要求期限"), row.required_on),
            (_("承诺期限"), row.promised_on),
            (_("完成标准"), row.condition),
            (_("交付物"), row.deliverable),
            (_("性质"), NATURE_WORDS[row.nature]),
            (_("状态"), STATE_WORDS[row.state]),
        ]
        asked_by = " ".join([row.requester_unit.name, *([row.requester.name] if row.requester else [])])
        return Subject(
            title=row.title,
            asked_by=asked_by,
            answers=[move.value for move in _OFFERED],
            lines=[(label, value) for label, value in lines if value],
            text=row.text if row.text != row.title else "",
            version=row.version,
            closed=row.state in CLOSED,
        )

    def offered(self, person: Person, pk: int, now: datetime) -> list[Answer]:
        row = Commitment.objects.filter(pk=pk).first()
        if row is None or row.holder_id is None:
            return []
        open_now = set(moves_of(person, row, now))
        return [make(row) for move, make in _OFFERED.items() if move in open_now]

    def perform(self, pk: int, key: str, given: Given, *, by: Actor, now: datetime, expect: int, way: Way) -> None:
        row = Commitment.objects.get(pk=pk)
        values = _VALUES.get(Move(key), dict)(dict(given))
        getattr(actions, key)(row, by=by, now=now, expect=expect, **values)


# ── what each asks for ─────────────────────────────────────────────────────


def _acknowledge(row: Commitment) -> Answer:
    fields = [Field("restated", _("用一句话复述：交什么、什么时候交"), "line", required=False)]
    words = ("收到", "已收到", "签收", "已签收", "知悉", "已阅", "好的", "明白", "OK")
    return Answer("acknowledge", _("收到"), fields, words, final=False)


def _promise(row: Commitment) -> Answer:
    fields = [
        Field("due_on", _("我承诺完成的日期"), "date", initial=row.required_on),
        Field("words", _("附言"), "line", required=False),
    ]
    return Answer("promise", _("承诺期限"), fields, ("同意", "可以", "没问题", "承诺", "按期完成"), final=False)


def _report(row: Commitment) -> Answer:
    fields = [Field("result", _("完成了什么"), hint=_("对照完成标准逐条写")), _attachment()]
    return Answer("report", _("已办结"), fields, ("办结", "已办结", "完成", "已完成", "办完", "已办完", "办好"))


def _progress(row: Commitment) -> Answer:
    fields = [Field("note", _("进展"), hint=_("做了什么，到哪一步")), _attachment()]
    return Answer("progress", _("进展"), fields, ("进展",), agrees=False, free=True, final=False)


def _counter(row: Commitment) -> Answer:
    fields = [
        Field("words", _("难在哪里"), hint=_("写明卡在哪里、为什么")),
        Field("due_on", _("希望改到"), "date", required=False),
        Field("condition", _("希望完成标准改为"), "line", required=False),
        _attachment(),
    ]
    words = ("有困难", "困难", "商榷", "申请延期", "延期", "办不了", "做不到", "完不成")
    return Answer("counter", _("有困难"), fields, words, agrees=False, final=False)


def _decline(row: Commitment) -> Answer:
    fields = [
        Field("ground", _("退回的依据"), hint=_("职责条款、制度或事实，至少一句话")),
        Field("unit", _("应由哪个单位办理"), "line"),
        _attachment(),
    ]
    return Answer("decline", _("退回"), fields, ("退回", "拒绝", "不同意"), agrees=False)


def _pass_on(row: Commitment) -> Answer:
    return Answer("pass_on", _("转给同事"), [_colleague(row), Field("words", _("附言"), "line", required=False)], _TO)


def _hand_over(row: Commitment) -> Answer:
    return Answer("hand_over", _("移交同事"), [_colleague(row), Field("words", _("办到哪一步、还缺什么"))], _TO)


_TO = ("转给…", "移交给…", "转…")


def _attachment() -> Field:
    return Field("files", _("附件"), "file", required=False)


def _colleague(row: Commitment) -> Field:
    people = {post.person_id: f"{post.person.name}　{post.words}" for post in roster(row.performer_unit)}
    people.pop(row.responsible_id or 0, None)
    return Field("person_id", _("交给谁"), "person", choices=list(people.items()))


_OFFERED: dict[Move, Callable[[Commitment], Answer]] = {
    Move.ACKNOWLEDGE: _acknowledge,
    Move.REPORT: _report,
    Move.PROMISE: _promise,
    Move.PROGRESS: _progress,
    Move.COUNTER: _counter,
    Move.PASS_ON: _pass_on,
    Move.HAND_OVER: _hand_over,
    Move.DECLINE: _decline,
}
"""In the order of the buttons; what the table of moves does not allow now is left out."""


def _with_unit(given: dict[str, Any]) -> dict[str, Any]:
    name = given.pop("unit")
    found = [unit for unit in find_units(name) if name in (unit.short_name, unit.official_name, *unit.aliases)]
    if len(found) != 1:
        raise Refused("unit_unknown", _("没有找到单位“{name}”，请写全称。"), field="unit", name=name)
    return {**given, "suggested_unit_id": found[0].pk}


_VALUES: dict[Move, Callable[[dict[str, Any]], dict[str, Any]]] = {Move.DECLINE: _with_unit}
