"""A matter in words: its facts, its light, and whose move it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.commitments.presenter import MY_TURN, left_words
from fayol.commitments.presenter_talk import Change, Entry, author_of
from fayol.commitments.states import DOING, State
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.matters.models import Matter
from fayol.matters.queries import Figures
from fayol.matters.states import Status
from fayol.web.http import components, dates

SIDES: tuple[tuple[str, str], ...] = (("lead", _("牵头方")), ("support", _("配合方")), ("whole", _("整体")))
VERBS: dict[str, tuple[str, str]] = {
    "opened": ("flag", _("立项，编号%(label)s")),
    "asked": ("send", _("交办了%(n)d条任务")),
    "updated": ("pencil", _("改了%(fields)s")),
    "closed": ("circle-check", _("办结事项")),
    "cancelled": ("ban", _("撤销事项")),
    "reopened": ("lock-open", _("重新打开")),
}
FIELDS: dict[str, str] = {
    "title": _("名称"), "goal": _("目标"), "benefits": _("对各方的益处"), "basis_kind": _("依据类别"),
    "basis_text": _("依据"), "nature": _("性质"), "klass": _("类别"), "urgency": _("紧急程度"),
    "lead_unit_id": _("牵头单位"), "supporting": _("配合单位"), "informed": _("知会单位"),
    "sponsor_id": _("分管领导"), "coordinator_id": _("协调人"), "visibility": _("公开范围"),
    "named": _("指定人员"), "due_on": _("办结期限"), "status": _("状态"), "outcome": _("结果"), "kind": _("种类"),
    "requester_unit_id": _("立项单位"), "year": _("年份"), "number": _("编号"),
}  # fmt: skip


def told(facts: Sequence[Fact], now: datetime) -> list[Entry]:
    """The matter's own facts; `facts` in their order."""
    entries, due = [], ""
    for fact in facts:
        icon, words = VERBS.get(fact.verb.partition(".")[2], ("history", _("记录了一次变动")))
        changed = fact.data.get("set", {})
        new = changed.get("due_on") or ""
        shift = (
            [Change(t("办结期限"), components.Shift(_day(due, now), _day(new, now)))]
            if due and new and due != new
            else []
        )
        due = changed.get("due_on", due) or ""
        entries.append(
            Entry(
                seq=fact.seq, icon=icon, who=author_of(fact), said=t(words) % _params(fact), at=fact.at,
                words=fact.data.get("words", ""), changes=tuple(shift),
            )
        )  # fmt: skip
    return entries


def _params(fact: Fact) -> Mapping[str, object]:
    changed = fact.data.get("set", {})
    fields = "、".join(t(FIELDS.get(name, name)) for name in changed)
    return {"label": fact.data.get("label", ""), "n": len(fact.data.get("tasks", ())), "fields": fields}


def _day(text: str, now: datetime) -> str:
    return dates.full_day(date.fromisoformat(text), now)


def light_of(matter: Matter, figures: Figures, now: datetime) -> components.Light:
    """Of an affair: red when a task is late or the affair itself is, amber when one wants attention."""
    if matter.status != Status.OPEN:
        return components.Light("done", matter.get_status_display())
    if figures.red:
        return components.Light("red", ngettext("%(n)d条超期", "%(n)d条超期", figures.red) % {"n": figures.red})
    if matter.due_on and dates.day_of(now) > matter.due_on:
        return components.Light("red", t("事项超期"))
    if figures.amber:
        return components.Light("amber", ngettext("%(n)d条临期", "%(n)d条临期", figures.amber) % {"n": figures.amber})
    return components.Light("green", t("正常")) if figures.total else components.Light("grey", t("未分解"))


def my_bar(turns: Sequence[Commitment], now: datetime) -> components.MoveBar:
    task = turns[0]
    doing = t("%(do)s“%(title)s”") % {"do": t(MY_TURN[State(task.state)]), "title": task.title}
    return components.MoveBar(doing, meta=_turn_meta(task, len(turns) - 1, now), mine=True)


def _turn_meta(task: Commitment, more: int, now: datetime) -> str:
    words = _came(task, now)
    if task.state in (State.PROMISED, State.ACKNOWLEDGED, State.ASSIGNED, State.HANDED_BACK) and task.due_on:
        left = t("已超期") if task.due_at and task.due_at < now else left_words(task, now)
        words += t("期限%(day)s，%(left)s。") % {"day": dates.full_day(task.due_on, now), "left": left}
    return words + (ngettext("您还有%(n)d件。", "您还有%(n)d件。", more) % {"n": more} if more > 0 else "")


def _came(task: Commitment, now: datetime) -> str:
    doer = f"{task.performer_unit.name} {task.responsible.name if task.responsible else ''}".strip()
    if task.state == State.REPORTED and task.reported_at:
        return t("%(doer)s%(at)s反馈：%(words)s。") % {
            "doer": doer, "at": dates.daytime(task.reported_at, now), "words": task.last_note.rstrip("。"),
        }  # fmt: skip
    return t("自%(at)s起轮到您。") % {"at": dates.daytime(task.holder_since, now)} if task.holder_since else ""


def their_bar(task: Commitment, now: datetime) -> components.MoveBar:
    """Nobody waits for the viewer: whoever has the task that is due first."""
    doing = t("%(do)s“%(title)s”") % {"do": t(DOING[State(task.state)]), "title": task.title}
    since = dates.workdays_since(task.holder_since, now) if task.holder_since else ""
    meta = t("最近到期的一条，%(since)s。现在不需要您操作。") % {"since": since}
    return components.MoveBar(
        doing, task.holder.name if task.holder else "", task.holder_unit.name if task.holder_unit else "", meta
    )
