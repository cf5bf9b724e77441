"""The receipts of a notice as they are shown. Presentation; no queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.channels.contract import title_of
from fayol.channels.models import INBOX, Delivery
from fayol.channels.paper import PAPER
from fayol.channels.states import WAITING, Status
from fayol.kernel.text import gettext_noop as _
from fayol.notices.forms_following import CallForm, LeaveForm
from fayol.notices.models import Clash, Notice, Receipt, Told
from fayol.notices.presenter_days import clash_words
from fayol.notices.presenter_marks import mark_of, must_light, reply_of
from fayol.notices.presenter_rechecks import Recheck, rechecks_of
from fayol.notices.queries import Sieve
from fayol.notices.states import MET, Depth, Form, Stage
from fayol.notices.states import Status as NoticeStatus
from fayol.organisation.models import Person, Unit
from fayol.web.http import Page, Problem, components, dates


@dataclass(frozen=True)
class Counter:
    """One of the six figures above the list; pressed, it narrows the list to its stages."""

    key: str
    kind: str
    words: str
    stages: tuple[Stage, ...]

    @property
    def level(self) -> str:
        return str(components.marks.RECEIPTS[self.kind][0])

    @property
    def icon(self) -> str:
        return components.marks.RECEIPTS[self.kind][1]


COUNTERS = (
    Counter("self", "self", _("本人已确认"), (Stage.CONFIRMED,)),
    Counter("told", "told", _("已告知，待本人确认"), (Stage.TOLD,)),
    Counter("proxy", "proxy", _("代签，本人未知悉"), (Stage.PROXIED, Stage.REPORTED)),
    Counter("read", "read", _("已读未确认"), (Stage.READ, Stage.UNDERSTOOD)),
    Counter("sent", "sent", _("未读"), (Stage.ON_SYSTEM,)),
    Counter("fail", "fail", _("未送达"), (Stage.WAITING, Stage.HANDED, Stage.FAILED)),
)


@dataclass(frozen=True)
class Wanted:
    """What the address narrows the list to."""

    group: str = ""
    text: str = ""
    unit: Unit | None = None
    open_only: bool = False
    calls: bool = False

    @property
    def sieve(self) -> Sieve:
        stages = next((one.stages for one in COUNTERS if one.key == self.group), ())
        path = self.unit.path if self.unit else ""
        return Sieve(frozenset(stages), self.text, path, self.open_only, self.calls)

    @property
    def narrowed(self) -> bool:
        return bool(self.group or self.text or self.unit or self.open_only or self.calls)

    def query(self, **changed: str) -> str:
        given = {
            "r": self.group, "q": self.text, "unit": str(self.unit.pk) if self.unit else "",
            "open": "1" if self.open_only else "", "calls": "1" if self.calls else "", **changed,
        }  # fmt: skip
        return urlencode({key: value for key, value in given.items() if value})


def channel_words(name: str) -> str:
    return t("站内") if name == INBOX else t(title_of(name))


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    receipt: Receipt
    carried: Sequence[Delivery]
    call: Told | None
    now: datetime
    hot: bool = False
    clash: Clash | None = None
    relays: Sequence[Person] = ()

    @property
    def clashing(self) -> str:
        return clash_words(self.clash, self.receipt.pk, self.now) if self.clash else ""

    @property
    def name(self) -> str:
        return self.receipt.person.name

    @property
    def mark(self) -> components.Receipt:
        return mark_of(self.receipt)

    @property
    def reply(self) -> str:
        return reply_of(self.receipt)

    @property
    def rechecks(self) -> Sequence[Recheck]:
        return rechecks_of(self.receipt, self.now)

    @property
    def way(self) -> str:
        """By what channel it last went out to the person, and when."""
        gone = [one for one in self.carried if one.status == Status.SENT and one.sent_at]
        if not gone:
            waits = [one.channel for one in self.carried if one.status in WAITING]
            if waits:
                return t("待打印") if PAPER in waits else t("待发")
            return "" if self.trouble else t("没有送达渠道")
        last = next((one for one in reversed(gone) if one.channel != INBOX), gone[-1])
        assert last.sent_at is not None
        return f"{channel_words(last.channel)} {_when(last.sent_at, self.now)}"

    @property
    def trouble(self) -> str:
        failed = [one for one in self.carried if one.status in (Status.FAILED, Status.DROPPED)]
        if not failed:
            return ""
        return t("%(channel)s：%(reason)s") % {
            "channel": channel_words(failed[-1].channel),
            "reason": failed[-1].reason or t("未送达"),
        }

    @property
    def signer(self) -> str:
        """Who took it, as the list says it; the addressee himself outranks whoever took it for him."""
        row = self.receipt
        if row.confirmed_at and row.confirmed_by_id != row.person_id and row.confirmed_by:
            return row.confirmed_by.name
        if row.read_at or row.confirmed_at:
            return t("本人")
        if row.proxied_by is not None:
            return row.proxied_by.name
        return self.call.heard if self.call and self.call.answered and not self.call.reached else ""

    @property
    def signed_at(self) -> datetime | None:
        row = self.receipt
        return row.confirmed_at or row.read_at or row.proxied_at

    @property
    def called(self) -> str:
        """The last call, when it came to nothing or the addressee denies it."""
        call, row = self.call, self.receipt
        done = row.confirmed_at is not None and (not row.recheck or (call is not None and call.at <= row.confirmed_at))
        if call is None or done:
            return ""
        at = dates.daytime(call.at, self.now)
        if not call.answered:
            return t("%(at)s没打通") % {"at": at}
        if call.agreed is False:
            return t("本人表示没有接到%(at)s的电话") % {"at": at}
        return ""


def _when(at: datetime, now: datetime) -> str:
    near = dates.day_of(at) == dates.day_of(now)
    return dates.clock(at) if near else f"{dates.grid_day(at, now)} {dates.clock(at)}"


@dataclass(frozen=True)
class Band:
    """The consecutive lines of one unit."""

    unit: Unit | None
    rows: list[Row]


@dataclass(frozen=True)
class Leaver:
    """A leave that waits for an answer, with the form as filled in when it was refused."""

    receipt: Receipt
    form: LeaveForm

    @property
    def what(self) -> str:
        return reply_of(self.receipt)


@dataclass
class Following:
    """The page. `target` is whom the officer is to speak to now; `relayed` through whom each leader is reached. `acts`:
    the viewer stands on the issuing side; whoever only watches has no forms. `musts`: how many of those who must attend
    know, of how many.
    """

    notice: Notice
    viewer: Person
    viewer_unit: str
    now: datetime
    wanted: Wanted
    tally: Mapping[Stage, int]
    page: Page[Receipt]
    carried: Mapping[int, Sequence[Delivery]]
    told: Mapping[int, Told]
    calls: list[Receipt]
    leaves: list[Receipt]
    target: Receipt | None
    relayed: Mapping[int, list[Person]]
    acts: bool = True
    musts: tuple[int, int] = (0, 0)
    clashes: Mapping[int, Clash] = field(default_factory=dict)
    form: CallForm = field(default_factory=CallForm)
    problem: Problem | None = None
    leave_form: tuple[int, LeaveForm] | None = None

    # ── figures ──

    @property
    def counters(self) -> Iterator[tuple[Counter, int, str, bool, bool]]:
        """Each with its figure, the address it leads to, whether it is on, whether it is drawn as half."""
        for one in COUNTERS:
            on = self.wanted.group == one.key
            number = sum(self.tally.get(stage, 0) for stage in one.stages)
            yield one, number, self.wanted.query(r="" if on else one.key), on, one.kind == "proxy"

    @cached_property
    def total(self) -> int:
        return sum(self.tally.values())

    @cached_property
    def open(self) -> int:
        """Those of whom something is still asked: from the tally, which costs the same however many there are."""
        met = MET[Depth(self.notice.depth)] if self.notice.form == Form.CONFIRM else {Stage.CONFIRMED}
        return self.total - sum(n for stage, n in self.tally.items() if stage in met)

    @property
    def lede(self) -> str:
        notice, now = self.notice, self.now
        parts = []
        if notice.starts_at:
            place = t("，%(place)s") % {"place": notice.place} if notice.place else ""
            when = f"{dates.full_day(notice.starts_at, now)}（{dates.weekday(notice.starts_at)}）"
            parts.append(f"{when}{dates.clock(notice.starts_at)}{place}。")
        if notice.sent_at:
            given = {"at": dates.daytime(notice.sent_at, now), "n": self.total}
            parts.append(t("%(at)s发出，发给%(n)d人。") % given)
        if notice.due_at:
            parts.append(t("请在%(at)s前答复。") % {"at": dates.daytime(notice.due_at, now)})
        return "".join(parts)

    @property
    def stands(self) -> bool:
        """Whether the viewer may still do something about it."""
        return self.acts and self.notice.status == NoticeStatus.SENT

    @property
    def must_light(self) -> components.Light | None:
        return must_light(self.musts)

    @property
    def answers(self) -> str:
        """The head of the last column."""
        return t("参会") if self.notice.form == Form.ATTEND else t("答复")

    # ── lines ──

    @cached_property
    def rows(self) -> list[Row]:
        target = self.target.pk if self.target else 0
        return [
            Row(
                row, self.carried.get(row.person_id, ()), self.told.get(row.pk), self.now, hot=row.pk == target,
                clash=self.clashes.get(row.pk),
            )
            for row in self.page
        ]  # fmt: skip

    @property
    def bands(self) -> Iterator[Band]:
        for _unit, rows in groupby(self.rows, key=lambda row: row.receipt.unit_id):
            band = list(rows)
            yield Band(band[0].receipt.unit, band)

    @property
    def remind_words(self) -> str:
        return ngettext("提醒未确认%(n)d人", "提醒未确认%(n)d人", self.open) % {"n": self.open}

    # ── the move ──

    @property
    def officer(self) -> Person:
        return self.notice.duty or self.notice.author

    @property
    def mine(self) -> bool:
        return self.officer.pk == self.viewer.pk

    @property
    def bar(self) -> components.MoveBar:
        if self.notice.status != NoticeStatus.SENT:
            return components.MoveBar(t("通知已撤回，现在不需要您操作"))
        if self.target is None:
            return components.MoveBar(
                t("现在不需要您打电话") if self.acts else t("现在不需要您操作"), meta=self._quiet()
            )
        do = t("问%(name)s能否按时到会") if self.target.recheck else t("告知%(name)s本人")
        do = do % {"name": self.target.person.name}
        return components.MoveBar(
            do, who=self.officer.name, meta=self._since(self.target), mine=self.mine, form=self.stands
        )

    def _quiet(self) -> str:
        if not self.open:
            return t("都已答复。")
        if not self.acts:
            return t("还有%(n)d人没有答复，到了时限由%(name)s直接联系。") % {"n": self.open, "name": self.officer.name}
        return t("还有%(n)d人没有答复，到了时限会列入电话催办单；也可以点名字，现在就打。") % {"n": self.open}

    def _since(self, row: Receipt) -> str:
        at = dates.daytime(row.proxied_at or row.asked_at, self.now)
        if row.recheck:
            words = t("答复过参加，会前复核还没有答复。")
        elif row.proxied_at and row.proxied_by:
            words = t("%(at)s%(name)s代签起。") % {"at": at, "name": row.proxied_by.name}
        elif row.proxied_at:
            words = t("%(at)s由他人代接。") % {"at": at}
        else:
            words = t("%(at)s发出起，本人没有答复。") % {"at": at}
        starts = self.notice.starts_at
        if starts and starts > self.now:
            days = dates.workdays_left(starts, self.now)
            left = t("今天就开会") if days <= 0 else t("离开会还有%(n)d个工作日") % {"n": days}
            words += left
        return words

    @property
    def relays(self) -> list[Person]:
        """Through whom the one in front is reached: whoever has taken it for him first."""
        if self.target is None:
            return []
        took = self.target.proxied_by_id
        return sorted(self.relayed.get(self.target.person_id, []), key=lambda one: one.pk != took)

    @property
    def script(self) -> str:
        """What to say, in one breath: who calls, for whom, what and when."""
        assert self.target is not None
        name, from_ = self.target.person.name, f"{self.viewer_unit}{self.viewer.name}"
        given = {"who": name, "from": from_, "what": self._gist(), "relay": self.relays[0].name if self.relays else ""}
        if self.target.recheck:
            return t("“%(who)s您好，我是%(from)s。再跟您核对一下：%(what)s，您能按时到会吗？”") % given
        if self.relays:
            return (
                t("“%(relay)s您好，我是%(from)s。请%(who)s本人听一下；不便的话，请您当面报告后给我回个话：%(what)s。”")
                % given
            )
        return t("“%(who)s您好，我是%(from)s。有一份通知想当面跟您说一声：%(what)s。请您有空时确认一下。”") % given

    def _gist(self) -> str:
        notice = self.notice
        words = t("《%(title)s》") % {"title": notice.title}
        if notice.starts_at:
            words = f"{dates.daytime(notice.starts_at, self.now)}，{notice.place + '，' if notice.place else ''}{words}"
        if notice.due_at:
            words += t("，请在%(at)s前答复") % {"at": dates.daytime(notice.due_at, self.now)}
        return words

    @property
    def callers(self) -> list[Row]:
        """The call list, but for the one in front."""
        first = self.target.pk if self.target else 0
        return [self._call(row) for row in self.calls if row.pk != first]

    @property
    def sheet(self) -> list[Row]:
        return [self._call(row) for row in self.calls]

    def _call(self, row: Receipt) -> Row:
        return Row(row, (), self.told.get(row.pk), self.now, relays=self.relayed.get(row.person_id, ()))

    @property
    def leavers(self) -> list[Leaver]:
        typed = dict([self.leave_form]) if self.leave_form else {}
        return [Leaver(row, typed.get(row.pk) or LeaveForm(auto_id=f"leave-{row.pk}-%s")) for row in self.leaves]

    @property
    def outcry(self) -> str:
        """What was refused, when no field stands there to say it."""
        if self.problem is None or self.problem.code == "form":
            return ""
        known = {*self.form.fields, *(self.leave_form[1].fields if self.leave_form else ())}
        return "" if self.problem.field in known else self.problem.sentence
