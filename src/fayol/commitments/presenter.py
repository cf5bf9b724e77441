"""A promise in the parts of a page: light, ball, bar, stage line. Values in, shown values out; no queries."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments import policy
from fayol.commitments.models import Commitment
from fayol.commitments.states import BALL, BEFORE_PROMISE, CLOSED, DOING, STAGE, STATE_WORDS, WAITING, Move, Side, State
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.calendar import work_calendar
from fayol.web.http import components, dates

BECAUSE_WORDS: dict[str, str] = {
    "liaison_a": _("联络员A角"),
    "liaison_b": _("联络员B角"),
    "head": _("部门负责人"),
    "delegate": _("受委托人"),
    "office": _("协调办"),
}
"""As what somebody holds the ball who is not the one it was meant for (`Holding.because`)."""

MY_TURN: dict[str, str] = {
    State.DRAFT: _("核对后交办"),
    State.ASSIGNED: _("签收任务"),
    State.ACKNOWLEDGED: _("承诺期限"),
    State.COUNTERED: _("答复商榷"),
    State.DECLINED: _("重新交办"),
    State.PROMISED: _("办理并反馈"),
    State.ON_HOLD: _("处理后恢复"),
    State.REPORTED: _("核实反馈"),
    State.HANDED_BACK: _("补办后再次反馈"),
}
VERB: dict[str, str] = {
    State.DRAFT: _("交办"),
    State.ASSIGNED: _("签收"),
    State.ACKNOWLEDGED: _("承诺期限"),
    State.COUNTERED: _("答复商榷"),
    State.DECLINED: _("重新交办"),
    State.PROMISED: _("去反馈"),
    State.ON_HOLD: _("去答复"),
    State.REPORTED: _("核实"),
    State.HANDED_BACK: _("再次反馈"),
}
"""The button of a row: what whoever has the ball does next."""


def level_of(row: Commitment, now: datetime) -> str:
    return policy.light(State(row.state), due_at=row.due_at, amber_at=row.amber_at, now=now)


def light_of(row: Commitment, now: datetime) -> components.Light:
    """灯: how late or how near, in working days; where a state wants somebody's attention, the state."""
    level = level_of(row, now)
    return components.Light(level, _light_words(row, level, now), t("灯："))


def _light_words(row: Commitment, level: str, now: datetime) -> str:
    if row.state in CLOSED:
        return t(STATE_WORDS[row.state])
    if level == "grey":
        return t("拟办") if row.state == State.DRAFT else t("未启动")
    if level == "red":
        return _late_words(row, now)
    near = bool(row.amber_at and row.amber_at <= now)
    if level == "amber" and row.state in WAITING and not near:
        return t(STATE_WORDS[row.state])
    if level == "amber" and row.state == State.ASSIGNED and row.sign_due_at and row.sign_due_at <= now:
        return t("未签收")
    return left_words(row, now)


def _late_words(row: Commitment, now: datetime) -> str:
    days = -dates.workdays_left(row.due_on, now) if row.due_on else 0
    if days <= 0:
        return t("今天超期") if row.due_on == dates.day_of(now) else t("刚超期")
    return ngettext("超期%(n)d天", "超期%(n)d天", days) % {"n": days}


def left_words(row: Commitment, now: datetime) -> str:
    if not row.due_on:
        return t("正常")
    days = dates.workdays_left(row.due_on, now)
    return ngettext("还剩%(n)d天", "还剩%(n)d天", days) % {"n": days} if days > 0 else t("今天到期")


def ball_of(row: Commitment, viewer_id: int | None, now: datetime) -> components.Ball:
    """责任球. The row's holder is loaded, if it has one."""
    if row.holder is None:
        ended = dates.day(row.closed_at, now) if row.closed_at else ""
        return components.Ball(t(STATE_WORDS[row.state]), "", ended, "none")
    kind = "me" if row.holder_id == viewer_id else "late" if level_of(row, now) == "red" else "other"
    return components.Ball(row.holder.name, t(DOING[State(row.state)]), _since(row.holder_since, now), kind)


def _since(moment: datetime | None, now: datetime) -> str:
    """今天起, 2个工作日; over a weekend the day."""
    if moment is None:
        return ""
    today = dates.day_of(moment) == dates.day_of(now)
    if not today and dates.workdays_left(moment, now) == 0:
        return t("%(day)s起") % {"day": dates.day(moment, now)}
    return dates.workdays_since(moment, now)


def seg_of(row: Commitment) -> components.Seg:
    stage = STAGE[State(row.state)]
    return components.Seg(stage.at, t(STATE_WORDS[row.state]), bool(stage.loop) and row.state not in CLOSED)


def is_mine(row: Commitment, person_id: int) -> bool:
    """Whether this very person has the ball: nobody else gets a primary button."""
    return row.state not in CLOSED and row.holder_id == person_id


def primary_of(row: Commitment, moves: list[Move]) -> Move | None:
    """The next move of whoever has the ball, if it is among `moves`."""
    wanted = policy.PRIMARY.get(State(row.state), {}).get(BALL[State(row.state)])
    return wanted if wanted in moves else None


def bar_of(row: Commitment, viewer_id: int, now: datetime, *, away: str = "", form: bool = False) -> components.MoveBar:
    """责任条. `away` is the name of the one the holder stands in for; `form` when the bar holds a whole form."""
    if row.holder is None:
        ended = dates.daytime(row.closed_at, now) if row.closed_at else ""
        return components.MoveBar(t(STATE_WORDS[row.state]), meta=ended, form=form)
    mine = is_mine(row, viewer_id)
    unit = row.holder_unit.name if row.holder_unit else ""
    doing = t(MY_TURN[row.state]) if mine else t(DOING[State(row.state)])
    meta = "".join([_stand_in_words(row, away), _since_words(row, now), _ask_words(row, now)])
    if not mine:
        meta += t("现在不需要您操作。")
    return components.MoveBar(doing, row.holder.name, unit, meta, mine, form)


def _stand_in_words(row: Commitment, away: str) -> str:
    role = t(BECAUSE_WORDS.get(row.holder_because, "")) if row.holder_because in BECAUSE_WORDS else ""
    if away and role:
        return t("%(role)s%(name)s代（%(away)s外出）。") % {
            "role": role, "name": row.holder.name if row.holder else "", "away": away,
        }  # fmt: skip
    return t("现由%(role)s负责。") % {"role": role} if role and row.holder_because == "office" else ""


def _since_words(row: Commitment, now: datetime) -> str:
    if row.holder_since is None:
        return ""
    if dates.day_of(row.holder_since) == dates.day_of(now):
        return t("%(at)s起。") % {"at": dates.daytime(row.holder_since, now)}
    day = dates.day(row.holder_since, now)
    if dates.workdays_left(row.holder_since, now) == 0:
        return t("自%(day)s起。") % {"day": day}
    return t("自%(day)s起，已%(waited)s。") % {"day": day, "waited": dates.workdays_since(row.holder_since, now)}


def _ask_words(row: Commitment, now: datetime) -> str:
    """By when this step is wanted."""
    if row.state == State.ASSIGNED and row.sign_due_at:
        return t("请于%(at)s前签收。") % {"at": dates.daytime(row.sign_due_at, now)}
    if row.state in BEFORE_PROMISE or row.state == State.DRAFT or row.due_on is None:
        return ""
    if row.holder_side == Side.PERFORMER:
        return t("期限%(day)s。") % {"day": dates.full_day(row.due_on, now)}
    return ""


def stage_of(row: Commitment, facts: list[Fact], now: datetime) -> components.Stageline:
    """阶段线, with the day on which each stage was reached, read from the facts; the latest time counts."""
    stage = STAGE[State(row.state)]
    reached: dict[int, datetime] = {}
    for fact in facts:
        step = _STEP.get(fact.verb.partition(".")[2])
        if step is not None:
            reached[step] = fact.at
    if row.acknowledged_at:
        reached[1] = row.acknowledged_at  # any answer is also a signature
    notes = [dates.slash_day(reached[i]) if i in reached and i < stage.at else "" for i in range(6)]
    if stage.at < 6 and row.state != State.DRAFT:
        notes[stage.at] = dates.daytime(row.holder_since, now) if stage.loop and row.holder_since else t("当前")
    if row.state == State.CANCELLED:
        return components.Stageline(_cancelled_at(reached), notes, t("撤销"))
    return components.Stageline(stage.at, notes, t(stage.loop) if stage.loop else "")


_STEP = {"assigned": 0, "reassigned": 0, "acknowledged": 1, "promised": 2, "agreed": 2, "reported": 3, "accepted": 5}


def _cancelled_at(reached: dict[int, datetime]) -> int:
    return min(max(reached, default=-1) + 1, 5)


def took_of(amount_seconds: float) -> str:
    """Working time in words: 不足1小时, 3小时, 1.5个工作日."""
    day = work_calendar().day_length.total_seconds()
    if amount_seconds < 3600:
        return t("不足1小时")
    if amount_seconds < day:
        return t("%(n)d小时") % {"n": int(amount_seconds // 3600)}
    days = f"{amount_seconds / day:.1f}".removesuffix(".0")
    return t("%(n)s个工作日") % {"n": days}
