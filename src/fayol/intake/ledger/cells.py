"""What stands in the cells of the ledger. Values and `now` in, words out; no queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.foreseeing import foreseen_words
from fayol.commitments.models import Commitment
from fayol.commitments.presenter import level_of
from fayol.commitments.states import CLOSED, DOING, STAGE, STATE_WORDS, Role, State
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.calendar import work_calendar
from fayol.web.http import components, drawn

MOST_NOTE = 20
_WAITS = {
    State.REPORTED: _("待核实%(days)s"),
    State.DECLINED: _("待重派%(days)s"),
    State.COUNTERED: _("商榷%(days)s"),
    State.ON_HOLD: _("挂起%(days)s"),
    State.HANDED_BACK: _("重办%(days)s"),
}
"""States that are amber whatever the date: what is waited for, and for how many working days already."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid."""

    pk: int
    url: str
    light: components.Light
    ref: str
    title: str
    is_support: bool
    unit: str
    supports: str
    ball: components.Ball
    seg: components.Seg
    due: str
    moved: str
    note: str
    chased: str
    urgency: str
    is_open: bool
    why: str = ""
    assumed: bool = False
    spent: str = ""

    def drawn(self, shown: Sequence[str]) -> SafeString:
        """The line as a table row with the columns in `shown`. In one go: through a template, the fifty lines of a
        page take ten times as long."""
        cells = "".join(_CELLS[key](self) for key in shown)
        return mark_safe(  # noqa: S308  every text is escaped in its cell
            '<tr><td class="fy-chk m-hide d-print-none"><input class="form-check-input m-0" type="checkbox" name="id" '
            f'value="{self.pk}" aria-label="{escape(self.title)}"></td>{cells}</tr>'
        )


def _title_cell(row: Row) -> str:
    support = f' <span class="t12 t3">{t("配合")}</span>' if row.is_support else ""
    why = f'<div class="t12 c-amber">{escape(row.why)}</div>' if row.why else ""
    assumed = f'<div class="t12 c-amber d-md-none">{t("暂按推定日历")}</div>' if row.assumed else ""
    return f'<td class="m-full"><a href="{row.url}">{escape(row.title)}</a>{support}{why}{assumed}</td>'


def _due_cell(row: Row) -> str:
    moved = f' <span class="t12 t3">{row.moved}</span>' if row.moved else ""
    assumed = f'<div class="t12 c-amber">{t("暂按推定日历")}</div>' if row.assumed else ""
    return f'<td class="nw num m-hide">{row.due}{moved}{assumed}</td>'


_CELLS: Mapping[str, Callable[[Row], str]] = {
    "light": lambda row: f'<td class="nw">{drawn.light(row.light)}</td>',
    "ref": lambda row: f'<td class="nw t2 num m-hide">{escape(row.ref)}</td>',
    "title": _title_cell,
    "unit": lambda row: f'<td class="nw m-end">{escape(row.unit)}</td>',
    "supports": lambda row: f'<td class="xl t2 m-hide">{escape(row.supports)}</td>',
    "ball": lambda row: f"<td>{drawn.ball(row.ball)}</td>",
    "stage": lambda row: f'<td class="m-end">{drawn.seg(row.seg)}</td>',
    "due": _due_cell,
    "note": lambda row: f'<td class="lg t2 m-hide">{escape(row.note) or "—"}</td>',
    "chased": lambda row: f'<td class="nw m-hide t2">{row.chased or "—"}</td>',
    "spent": lambda row: f'<td class="xl t2 m-hide">{row.spent or "—"}</td>',
}


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one matter on this page; `title` empty where the list is not grouped."""

    title: str
    url: str
    sub: str
    lines: SafeString


def light_of(row: Commitment, level: str, now: datetime) -> components.Light:
    return components.Light(level, light_words(row, level, now))


def light_words(row: Commitment, level: str, now: datetime) -> str:
    """How late, how near, or what is waited for since when; in working days."""
    state, today = State(row.state), work_calendar().local_day(now)
    if state in CLOSED:
        return t(STATE_WORDS[state])
    if level == "red":
        days = _between(row.due_on, today)
        if days <= 0:
            return t("今天超期") if row.due_on == today else t("刚超期")
        return t("超期%(days)s") % {"days": _days(days)}
    if level == "grey":
        return t("拟办") if state is State.DRAFT else t("未启动")
    if state in _WAITS:
        return t(_WAITS[state]) % {"days": _days(_waited(row.holder_since, now))}
    if state is State.ASSIGNED and row.sign_due_at and row.sign_due_at <= now:
        return t("未签收%(days)s") % {"days": _days(_waited(row.holder_since, now))}
    return _left(row, today)


def ball_of(row: Commitment, level: str, viewer_id: int) -> components.Ball:
    """Who has the ball and what is waited for; since when, the light says."""
    state = State(row.state)
    if row.holder is None:
        return components.Ball(t(STATE_WORDS[state]), "", "", "none")
    kind = "me" if row.holder_id == viewer_id else "late" if level == "red" else "other"
    return components.Ball(row.holder.name, t(DOING[state]), "", kind)


def _day(on: date | None, now: datetime) -> str:
    """As `dates.grid_day`, which is made for days of every kind and takes ten times as long."""
    if on is None:
        return t("未定")
    return f"{on:%m-%d}" if on.year == work_calendar().local_day(now).year else on.isoformat()


def _left(row: Commitment, today: date) -> str:
    if row.due_on is None:
        return t("正常")
    days = _between(today, row.due_on)
    return t("还剩%(days)s") % {"days": _days(days)} if days > 0 else t("今天到期")


def _waited(since: datetime | None, now: datetime) -> int:
    calendar = work_calendar()
    return _between(calendar.local_day(since), calendar.local_day(now)) if since else 0


def _between(start: date | None, end: date | None) -> int:
    return work_calendar().workdays_between(start, end) if start and end else 0


def _days(number: int) -> str:
    """Nothing for none: 待核实 says enough on the first day."""
    return ngettext("%(n)d天", "%(n)d天", number) % {"n": number} if number > 0 else ""


def seg_of(row: Commitment) -> components.Seg:
    state = State(row.state)
    stage = STAGE[state]
    word = t(STATE_WORDS[state])
    if state is State.PROMISED:
        word = t("反馈%(percent)d%%") % {"percent": row.percent} if row.percent else t("已承诺")
    return components.Seg(stage.at, word, bool(stage.loop) and state not in CLOSED)


def _chased(row: Commitment, rung: str) -> str:
    """2次，到负责人: how often by hand, and how high the ladder has come."""
    times = t("%(n)d次") % {"n": row.chases} if row.chases else ""
    reached = t("到%(rung)s") % {"rung": t(_RUNGS[rung])} if rung in _RUNGS else ""
    return t("，").join(part for part in (times, reached) if part)


_RUNGS = {
    "liaison_a": _("A角"),
    "liaison_b": _("B角"),
    "head": _("负责人"),
    "office": _("协调办"),
    "brief": _("领导"),
}


def row_of(
    row: Commitment, supports: Sequence[str], viewer_id: int, now: datetime, spent: str = "", rung: str = ""
) -> Row:
    level = level_of(row, now)
    note = " ".join(row.last_note.split())
    return Row(
        pk=row.pk,
        url=f"/commitments/{row.pk}/",
        light=light_of(row, level, now),
        ref=row.ref,
        title=row.title,
        is_support=row.role == Role.SUPPORT,
        unit=row.performer_unit.name,
        supports="、".join(supports),
        ball=ball_of(row, level, viewer_id),
        seg=seg_of(row),
        due=_day(row.due_on, now),
        moved=t("改%(n)d次") % {"n": row.extensions} if row.extensions else "",
        note=note if len(note) <= MOST_NOTE else note[: MOST_NOTE - 1] + "…",
        chased=_chased(row, rung),
        urgency=row.urgency,
        is_open=row.state not in CLOSED,
        why=t("预计临期：%(why)s") % {"why": "；".join(why)} if (why := foreseen_words(row, now)) else "",
        assumed=row.assumed,
        spent=spent,
    )


def groups_of(
    rows: Sequence[Commitment],
    supports: Mapping[int, Sequence[str]],
    viewer_id: int,
    now: datetime,
    *,
    shown: Sequence[str],
    matters: Mapping[int, tuple[str, str]] | None,
    spent: Mapping[int, str] | None = None,
    rungs: Mapping[int, str] | None = None,
) -> list[Group]:
    """The lines, in their order, under the matters they belong to: `matters` gives number and leading unit of each;
    None leaves the lines ungrouped."""
    by_matter = matters is not None
    found: dict[tuple[str, int | None], list[tuple[Commitment, SafeString]]] = {}
    for row in rows:
        took, rung = (spent or {}).get(row.pk, ""), (rungs or {}).get(row.pk, "")
        line = row_of(row, supports.get(row.pk, ()), viewer_id, now, took, rung).drawn(shown)
        found.setdefault((row.origin_type, row.origin_id) if by_matter else ("", None), []).append((row, line))
    return [_group(kind, pk, lines, matters) for (kind, pk), lines in found.items()]


def _group(
    kind: str,
    pk: int | None,
    lines: list[tuple[Commitment, SafeString]],
    matters: Mapping[int, tuple[str, str]] | None,
) -> Group:
    drawn_lines = mark_safe("\n".join(line for _row, line in lines))  # noqa: S308  drawn above
    if matters is None:
        return Group("", "", "", drawn_lines)
    count = ngettext("本页%(n)d条", "本页%(n)d条", len(lines)) % {"n": len(lines)}
    title = lines[0][0].origin_title or t("没有归入事项")
    if kind == "matter" and pk is not None and pk in matters:
        label, lead = matters[pk]
        count = t("%(label)s，%(lead)s牵头，%(count)s") % {"label": label, "lead": lead, "count": count}
    return Group(title, f"/matters/{pk}/" if kind == "matter" else "", count, drawn_lines)
