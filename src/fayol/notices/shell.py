"""What notices bring for the navigation, the search and the workbench."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy, presenter
from fayol.notices.access import visible_to
from fayol.notices.models import Clash, Receipt
from fayol.notices.presenter_days import overlap_words
from fayol.notices.presenter_marks import reply_of
from fayol.notices.presenter_rechecks import answer_by
from fayol.notices.queries import TO_PASS_ON
from fayol.notices.queries_following import clashes_for
from fayol.notices.queries_lists import waiting_for, waits
from fayol.notices.queries_page import served
from fayol.notices.states import Depth, Form, Leave, Reply, Stage
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person
from fayol.organisation.prepared import Asked, prepared
from fayol.web import nav, workbench
from fayol.web.components import Light, dates
from fayol.web.search import MOST, Hit
from fayol.web.search import register as register_finder

MOST_ROWS = 20


MOST_COUNTED = 99


@prepared
def counted(person: int, now: datetime) -> QuerySet[Receipt]:
    return waiting_for(person, now).order_by().only("pk")[:MOST_COUNTED]


def badge(person: Person, now: datetime) -> Asked:
    return counted.asked(person.pk, now)


# ── the workbench ──────────────────────────────────────────────────────────


def waiting(person: Person, now: datetime) -> list[workbench.Row]:
    """What has been taken and not reported stands first, whatever else is due."""
    rows = waits(person, now).select_related("notice__unit", "person", "proxied_by", "substitute")
    found = list(rows.order_by("notice__due_at", "-notice_id", "pk")[:MOST_ROWS])
    if not found:
        return []
    serves, acts = served(person, now)
    return [shown for row in found for shown in _rows(row, person, serves | acts, now)]


def _rows(row: Receipt, person: Person, principals: set[int], now: datetime) -> Iterator[workbench.Row]:
    notice = row.notice
    convenor = person.pk in (notice.author_id, notice.duty_id)
    if row.person_id == person.pk and not _met(row):
        yield _own(row, now)
    if row.person_id == person.pk and row.recheck:
        yield _recheck(row, now)
    if row.person_id in principals and row.stage in TO_PASS_ON and not _met(row):
        yield _to_pass_on(row, now)
    if convenor and row.leave == Leave.ASKED:
        yield workbench.Row(
            t("%(name)s%(reply)s，请答复：%(title)s")
            % {"name": row.person.name, "reply": reply_of(row), "title": notice.title},
            f"/notices/{notice.pk}/receipts/", t("去答复"), Light("amber", t("待批")), row.reply_words,
            notice.starts_at,
        )  # fmt: skip
    on_duty = notice.duty_id == person.pk or (notice.duty_id is None and notice.author_id == person.pk)
    if on_duty and row.duty_since is not None and row.stage != Stage.CONFIRMED:
        yield workbench.Row(
            t("直接联系%(name)s本人：%(title)s") % {"name": row.person.name, "title": notice.title},
            f"/notices/{notice.pk}/receipts/", t("去联系"), Light("amber", t("没到本人")),
            t("%(at)s起由您直接联系") % {"at": dates.daytime(row.duty_since, now)}, notice.starts_at,
        )  # fmt: skip


def _met(row: Receipt) -> bool:
    notice = row.notice
    return policy.is_met(Depth(notice.depth), Stage(row.stage), Form(notice.form), Reply(row.reply))


def _own(row: Receipt, now: datetime) -> workbench.Row:
    notice = row.notice
    sub = t("%(unit)s%(at)s发来") % {"unit": notice.unit.name, "at": dates.day(row.asked_at, now)}
    if notice.due_at:
        sub += t("，请在%(at)s前答复") % {"at": dates.daytime(notice.due_at, now)}
    late = notice.due_at is not None and notice.due_at <= now
    lamp = Light("red", t("过期未答")) if late else Light("amber", t("待确认"))
    verb = t("去确认") if notice.form == Form.CONFIRM else t("去答复")
    return workbench.Row(notice.title, f"/notices/{notice.pk}/", verb, lamp, sub, notice.due_at or notice.starts_at)


def _recheck(row: Receipt, now: datetime) -> workbench.Row:
    """One tap says it; the title leads to where another answer is given."""
    notice, by = row.notice, answer_by(row)
    sub = t("%(when)s；请假或派人请点标题") % {"when": presenter.place_words(notice, now)}
    if by:
        sub = t("请在%(at)s前复核；") % {"at": dates.daytime(by, now)} + sub
    late = by is not None and by <= now
    lamp = Light("red", t("过时未复核")) if late else Light("amber", t("会前复核"))
    return workbench.Row(
        t("能否到会：%(title)s") % {"title": notice.title}, f"/notices/{notice.pk}/", t("仍按时参加"), lamp, sub,
        by or notice.starts_at, tap=reverse("notices:reconfirm", args=[row.pk]), expect=row.version,
    )  # fmt: skip


def _to_pass_on(row: Receipt, now: datetime) -> workbench.Row:
    notice, who = row.notice, row.person.name
    if row.proxied_at is None:
        title = t("有通知等%(name)s本人知悉：%(title)s") % {"name": who, "title": notice.title}
        sub = t("%(unit)s%(at)s发来") % {"unit": notice.unit.name, "at": dates.day(row.asked_at, now)}
        due = notice.due_at or notice.starts_at
        return workbench.Row(title, f"/notices/{notice.pk}/", t("代收"), Light("amber", t("未代收")), sub, due)
    until = policy.proxy_due(row.proxied_at, notice.urgency, work_calendar(row.unit_id), notice.due_at)
    late = until <= now
    return workbench.Row(
        t("尚未向%(name)s报告：%(title)s") % {"name": who, "title": notice.title},
        f"/notices/{notice.pk}/",
        t("去报告"),
        Light("red", t("超时未报告")) if late else Light("amber", t("未报告")),
        t("%(at)s代收，请在%(until)s前报告本人")
        % {"at": dates.daytime(row.proxied_at, now), "until": dates.daytime(until, now)},
        until,
        pinned=True,
    )


def clashing(person: Person, now: datetime) -> list[workbench.Row]:
    """撞车: for both organisers and who keeps the day, until they have put it before the office; then for its head."""
    rows = clashes_for(person.pk, now).select_related("first__person", "second")
    return [_clash(row, now) for row in rows.order_by("first__starts_at", "pk")[:MOST_ROWS]]


def _clash(row: Clash, now: datetime) -> workbench.Row:
    given = {"name": row.first.person.name, "one": row.first.title, "other": row.second.title}
    link, due = f"/notices/clashes/{row.pk}/", min(row.first.starts_at, row.second.starts_at)
    overlap = overlap_words(row, now)
    if row.asked_at:
        title = t("定夺%(name)s参加哪一个：“%(one)s”或“%(other)s”") % given
        return workbench.Row(title, link, t("去定夺"), Light("amber", t("待定夺")), overlap, due)
    title = t("%(name)s撞车：“%(one)s”与“%(other)s”") % given
    sub = t("%(overlap)s，先商量，商量不下来就报请定夺") % {"overlap": overlap}
    return workbench.Row(title, link, t("去商量"), Light("red", t("撞车")), sub, due)


# ── the search ─────────────────────────────────────────────────────────────


def find(person: Person, text: str, now: datetime) -> list[Hit]:
    rows = visible_to(person, now).filter(title__icontains=text).select_related("unit").order_by("-id")[:MOST]
    return [Hit(row.title, row.unit.name, f"/notices/{row.pk}/", "news") for row in rows]


nav.register(nav.Entry("notices", _("通知"), "/notices/", "news", 36, tab=4, badge=badge))
workbench.register("notices", waiting, only_if=badge)
workbench.register("clashes", clashing, only_if=lambda person, now: clashes_for.asked(person.pk, now))
register_finder("notices", _("通知"), find)
