"""A call in words: why, and what to say. Courteous, ready to be read out; presentation only, no queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.kernel.text import gettext_noop as _
from fayol.ladders.calls.models import PhonePromise
from fayol.ladders.calls.policy import Reason, step_for
from fayol.ladders.calls.queries import Line, Thing
from fayol.ladders.calls.states import Situation, Step
from fayol.web.http import dates

SPOKEN = 3
"""Tasks that are named in one breath; the others only counted."""
REASONS = 4
RUNG_WORDS: dict[str, str] = {
    "person": _("承办人"),
    "liaison_a": _("联络员A角"),
    "liaison_b": _("联络员B角"),
    "head": _("部门负责人"),
    "office": _("协调办"),
    "brief": _("领导简报"),
    "secretary": _("秘书"),
}


def reasons_of(reasons: Iterable[Reason], now: datetime) -> str:
    """超期3天，已到部门负责人一级，昨天催过未回，下游2家在等"""
    return t("，").join(_filled(reason, now) for reason in list(reasons)[:REASONS])


def _filled(reason: Reason, now: datetime) -> str:
    params = {name: _shown(name, value, now) for name, value in reason.params.items()}
    return t(reason.words).format(**params)


def _shown(name: str, value: object, now: datetime) -> object:
    if isinstance(value, date):
        return dates.full_day(value, now)
    return t(RUNG_WORDS[value]) if name == "rung" and isinstance(value, str) else value


def script_of(line: Line, caller: str, now: datetime) -> list[str]:
    """Greeting, what it is about, thanks: one sentence or two for each task, `SPOKEN` of them."""
    things = line.things
    if len(things) == 1:
        opening = t("您好，我是%(caller)s。") % {"caller": caller}
        return [opening + _sentence(things[0], now), _closing()]
    n = len(things)
    opening = t("您好，我是%(caller)s，有%(n)d件事想跟您对一下。") % {"caller": caller, "n": n}
    told = [f"{t(_ORDINALS[i])}{_sentence(thing, now)}" for i, thing in enumerate(things[:SPOKEN])]
    rest = n - SPOKEN
    more = (
        [ngettext("另外还有%(n)d件，稍后发给您。", "另外还有%(n)d件，稍后发给您。", rest) % {"n": rest}]
        if rest > 0
        else []
    )
    return [opening, *told, *more, _closing()]


_ORDINALS = (_("第一件，"), _("第二件，"), _("第三件，"))


def _closing() -> str:
    return t("好的，我先记下，稍后请您在横桥里点一下确认。谢谢您。")


def _sentence(thing: Thing, now: datetime) -> str:
    words = _SAID[thing.weighed.situation](thing, now)
    waiting = thing.owed.waiting
    if waiting:
        names = t("、").join(waiting[:2]) + (t("等%(n)d家") % {"n": len(waiting)} if len(waiting) > 2 else "")
        words += t("%(names)s在等这个结果。") % {"names": names}
    return words


def _about(row: Commitment, now: datetime) -> dict[str, object]:
    due = dates.full_day(row.due_on, now) if row.due_on else t("近期")
    since = dates.day(row.holder_since, now) if row.holder_since else ""
    return {"title": row.title, "due": due, "since": since, "unit": row.performer_unit.name}


def _plain(words: str) -> Callable[[Thing, datetime], str]:
    return lambda thing, now: t(words) % _about(thing.row, now)


def _overdue(thing: Thing, now: datetime) -> str:
    if thing.owed.late:
        words = _("“%(title)s”原定%(due)s，现在过了%(n)d个工作日。")
    else:
        words = _("“%(title)s”原定%(due)s，时间刚过。")
    asked = t("想问问办到哪一步、大约哪天能交，有没有要我们帮着协调的？")
    return t(words) % {**_about(thing.row, now), "n": thing.owed.late} + asked


def _silent(thing: Thing, now: datetime) -> str:
    day = dates.full_day(thing.owed.word_on, now) if thing.owed.word_on else ""
    return t("“%(title)s”您说过%(day)s给个消息，想问问现在怎么样了？") % {**_about(thing.row, now), "day": day}


def _unconfirmed(thing: Thing, now: datetime) -> str:
    day = dates.full_day(thing.owed.phoned_on, now) if thing.owed.phoned_on else ""
    words = _("“%(title)s”上次电话里您说%(day)s能交，横桥里还没有确认。这个日期还算数吗？")
    return t(words) % {**_about(thing.row, now), "day": day}


def _on_hold(thing: Thing, now: datetime) -> str:
    words = _("“%(title)s”在等您这边：%(what)s。想问问大约什么时候能有结果？")
    return t(words) % {**_about(thing.row, now), "what": thing.row.waiting_for}


_SAID: dict[Situation, Callable[[Thing, datetime], str]] = {
    Situation.DENIED: _plain(_("“%(title)s”的日期您说和电话里的不一样，想跟您再对一下：哪天能交比较稳妥？")),
    Situation.UNCONFIRMED: _unconfirmed,
    Situation.UNSIGNED: _plain(
        _("“%(title)s”%(since)s交给%(unit)s，还没有签收。是由您这边办吗？方便的话请今天签收一下。")
    ),
    Situation.UNPROMISED: _plain(_("“%(title)s”您已经签收，还没定完成日期，要求是%(due)s。请问哪天可以完成？")),
    Situation.REDO: _plain(_("“%(title)s”%(since)s请贵部门补办，还没有再报。请问还缺什么，哪天能补齐？")),
    Situation.OVERDUE: _overdue,
    Situation.SILENT: _silent,
    Situation.SOON: _plain(_("“%(title)s”%(due)s到期，想了解一下进展，能按时交吗？")),
    Situation.COUNTERED: _plain(_("“%(title)s”%(unit)s%(since)s提出商榷，一直在等您答复。请问今天能定下来吗？")),
    Situation.DECLINED: _plain(_("“%(title)s”被%(unit)s退回，等您明确由谁来办。请问今天能定吗？")),
    Situation.REPORTED: _plain(_("“%(title)s”%(unit)s%(since)s已经报完成，等您核实。请问方便今天看一下吗？")),
    Situation.ON_HOLD: _on_hold,
}


def consequence_of(given: PhonePromise, now: datetime) -> str:
    """What confirming does, said beforehand."""
    row = given.commitment
    step = step_for(State(row.state), day=given.day, due_on=row.due_on, required_on=row.required_on)
    day = dates.full_day(given.day, now)
    due = dates.full_day(row.due_on, now) if row.due_on else ""
    words = {
        Step.PROMISE: _("确认后，%(day)s就是您承诺的期限。"),
        Step.COUNTER: _("晚于现在的期限%(due)s，确认后作为申请改期，由要求人答复。"),
        Step.NOTE: _("确认后记为进展，催办暂停到%(day)s。"),
        Step.KEEP: _("确认后记下这个日期。"),
    }
    return t(words[step]) % {"day": day, "due": due}
