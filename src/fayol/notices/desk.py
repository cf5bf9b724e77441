"""One receipt before the one who has to do with it: whose move, what may be said, what has been said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy, presenter
from fayol.notices.access import Standing
from fayol.notices.forms_answering import AnswerForm, ReportForm
from fayol.notices.models import Clash, NoticeFile, Receipt, Told
from fayol.notices.presenter_days import clash_words
from fayol.notices.presenter_marks import mark_of, reply_of
from fayol.notices.presenter_rechecks import answer_by
from fayol.notices.states import RANK, WAY_WORDS, Depth, Form, Leave, Reply, Stage, Status, Way
from fayol.organisation.calendar import work_calendar
from fayol.web.http import Problem, components, dates

_KNOWN_RANK = RANK[Stage.READ]


@dataclass
class Desk:
    """`answer` and `report`: the forms as filled in, when one was refused. `changing`: an answer is to be replaced."""

    row: Receipt
    standing: Standing
    now: datetime
    checks: list[Told] = field(default_factory=list)
    files: list[NoticeFile] = field(default_factory=list)
    changing: bool = False
    clash: Clash | None = None
    answer: AnswerForm | None = None
    report: ReportForm | None = None
    problem: Problem | None = None
    first: bool = True

    def __post_init__(self) -> None:
        if self.answer is None and self.asks:
            self.answer = AnswerForm(self.row)
        if self.report is None and self.reports:
            self.report = ReportForm(self.row, self.now)

    # ── what may be done ──

    @property
    def live(self) -> bool:
        return self.row.notice.status == Status.SENT

    @property
    def met(self) -> bool:
        notice = self.row.notice
        return policy.is_met(Depth(notice.depth), Stage(self.row.stage), Form(notice.form), Reply(self.row.reply))

    @property
    def answered(self) -> bool:
        return self.row.stage == Stage.CONFIRMED and bool(self.row.reply)

    @property
    def over(self) -> bool:
        ends = self.row.notice.ends_at
        return self.row.notice.form == Form.ATTEND and ends is not None and ends <= self.now

    @property
    def mine(self) -> bool:
        return self.standing.principal

    @property
    def invited(self) -> bool:
        """Here only as the substitute."""
        return not (self.standing.principal or self.standing.proxy)

    @property
    def may_confirm(self) -> bool:
        return self.standing.may_confirm(Depth(self.row.notice.depth))

    @property
    def can_change(self) -> bool:
        free = (
            self.live and self.answered and self.may_confirm and policy.may_change(self.row.notice.starts_at, self.now)
        )
        return free and (Form(self.row.notice.form) is not Form.CONFIRM)

    @property
    def asks(self) -> bool:
        """Whether the form of the answer stands open."""
        if not self.live or self.over or self.invited or not self.may_confirm:
            return False
        return self.changing if self.answered else self.mine or self.standing.deputy

    @property
    def rechecks(self) -> bool:
        """Whether a round of 会前复核 waits for an answer that the viewer may give."""
        starts = self.row.notice.starts_at
        ahead = self.live and bool(self.row.recheck) and starts is not None and starts > self.now
        return ahead and self.may_confirm and not self.changing

    @property
    def can_take(self) -> bool:
        passing = self.standing.proxy and not self.mine and self.row.proxied_at is None
        return self.live and not self.over and passing and RANK[Stage(self.row.stage)] < _KNOWN_RANK

    @property
    def reports(self) -> bool:
        """Whether the proxy still has to say that his principal knows. Also after he wrote down a mere call."""
        passing = self.standing.proxy and not self.mine and not self.answered
        return self.live and not self.over and passing and self.row.reported_at is None and not self._knows

    @property
    def _knows(self) -> bool:
        return RANK[Stage(self.row.stage)] >= _KNOWN_RANK

    @property
    def folds(self) -> bool:
        """Whether the report stands behind a word: first the notice is taken, unless he has been told already."""
        return self.can_take and self.report is not None and not self.report.is_bound

    @property
    def unreported(self) -> bool:
        """Taken, and nobody has said that the principal was told."""
        return self.reports and self.row.proxied_at is not None

    @property
    def my_turn(self) -> bool:
        return self.asks or self.reports or self.rechecks

    # ── words ──

    @property
    def name(self) -> str:
        return f"move-{self.row.pk}" if not self.first else "move"

    @property
    def outcry(self) -> str:
        """What was refused, when no field of an open form is there to say it."""
        if self.problem is None:
            return ""
        fields = {name for form in (self.answer, self.report) if form is not None for name in form.fields}
        return "" if self.problem.field in fields else self.problem.sentence

    @property
    def clashing(self) -> str:
        """What else the addressee has at that hour, for who answers for his day."""
        return clash_words(self.clash, self.row.pk, self.now) if self.clash and not self.invited else ""

    @property
    def mark(self) -> components.Receipt:
        return mark_of(self.row)

    @property
    def said(self) -> str:
        return reply_of(self.row)

    @property
    def values(self) -> list[tuple[str, str]]:
        return presenter.values_of(self.row) if self.row.values else []

    @property
    def bar(self) -> components.MoveBar:
        who, unit = self.row.person.name, self.row.unit.name if self.row.unit else ""
        if self.my_turn and not self.changing:
            return components.MoveBar(self._doing, meta=self._meta, mine=True, form=True)
        if self.changing and self.asks:
            return components.MoveBar(t("改答复"), meta=self._meta, mine=True, form=True)
        if self.answered or self.met or self.over or not self.live:
            return components.MoveBar(self._closed, meta=self._after, form=True)
        return components.MoveBar(t("本人确认"), who, unit, self._after, form=True)

    @property
    def _doing(self) -> str:
        if self.rechecks:
            return t("复核能否到会") if self.mine else t("代%(name)s复核能否到会") % {"name": self.row.person.name}
        if self.mine:
            return t(_ASKED[Form(self.row.notice.form)])
        if self.reports:
            return t("向%(name)s报告") % {"name": self.row.person.name}
        return t("代%(name)s答复") % {"name": self.row.person.name}

    @property
    def _meta(self) -> str:
        if self.rechecks:
            by = answer_by(self.row)
            until = t("请在%(at)s前答复；过时会有人打电话来问。") % {"at": dates.daytime(by, self.now)} if by else ""
            return t("已答复参加，会前再请复核一次。") + until
        if self.reports and self.row.proxied_at is not None:
            return t("尚未向%(name)s报告。%(at)s代收，请在%(until)s前报告本人。代收不等于本人知道。") % {
                "name": self.row.person.name, "at": dates.daytime(self.row.proxied_at, self.now),
                "until": dates.daytime(self.report_by, self.now),
            }  # fmt: skip
        if self.reports:
            return t("通知在等%(name)s本人知悉。您代收以后，由您负责报告。") % {"name": self.row.person.name}
        parts = []
        if self.mine and not self.answered:
            parts.append(self._passed_on)
        if self.row.leave == Leave.REFUSED:
            parts.append(t("您的请假没有获准，请再答复。"))
        if self.row.notice.due_at:
            parts.append(t("请在%(at)s前答复。") % {"at": dates.daytime(self.row.notice.due_at, self.now)})
        if self.row.must:
            parts.append(t("您是必到人员，请假或委托须召集人同意。"))
        return "".join(parts)

    @property
    def _passed_on(self) -> str:
        if self.row.reported_at and self.row.proxied_by:
            return t("%(name)s登记已于%(at)s向您报告（%(way)s）。") % {
                "name": self.row.proxied_by.name, "at": dates.daytime(self.row.reported_at, self.now),
                "way": t(WAY_WORDS[Way(self.row.reported_how)]),
            }  # fmt: skip
        if self.row.proxied_by and self.row.proxied_at:
            return t("%(name)s%(at)s代您收下。") % {
                "name": self.row.proxied_by.name,
                "at": dates.daytime(self.row.proxied_at, self.now),
            }
        return ""

    @property
    def report_by(self) -> datetime:
        since, notice = self.row.proxied_at or self.now, self.row.notice
        return policy.proxy_due(since, notice.urgency, work_calendar(self.row.unit_id), notice.due_at)

    @property
    def _closed(self) -> str:
        who = t("您") if self.mine else self.row.person.name
        if not self.live:
            return t("这份通知已撤回，不用再办")
        if self.invited:
            return t("%(name)s委托您代为参加") % {"name": self.row.person.name}
        if self.answered:
            return t("%(who)s已答复：%(said)s") % {"who": who, "said": self.said}
        return t("活动已结束") if self.over else t("%(who)s已办，没有别的要求") % {"who": who}

    @property
    def _after(self) -> str:
        """What happens next."""
        row, notice = self.row, self.row.notice
        if not self.live or self.over:
            return ""
        if self.invited:
            return presenter.place_words(notice, self.now)
        if not self.answered and not self.met:
            return self._waiting
        if row.leave == Leave.ASKED:
            return t("等召集人同意；同意前时间仍为您留着。") if self.mine else t("等召集人同意。")
        if row.recheck:
            return t("会前复核：等%(name)s答复。") % {"name": row.person.name}
        if row.reply == Reply.ATTEND and row.rechecked1_at:
            return t("会前已复核；有变动请改答复。") if self.mine else t("会前已复核。")
        if row.reply == Reply.ATTEND and row.must:
            return t("会前会再请您复核一次；有变动请改答复。") if self.mine else t("会前会再请本人复核一次。")
        if self.can_change:
            return t("活动开始前都可以改。") if notice.starts_at else t("可以改，新的答复代替旧的。")
        return t("不用再做什么。") if self.mine else ""

    @property
    def _waiting(self) -> str:
        row = self.row
        if row.reported_at is not None:
            return t("%(at)s已报告本人（%(way)s），等本人点确认；在那之前仍不算知悉。") % {
                "at": dates.daytime(row.reported_at, self.now), "way": t(WAY_WORDS[Way(row.reported_how)]),
            }  # fmt: skip
        return t("等本人确认。")

    @property
    def verb(self) -> str:
        form = Form(self.row.notice.form)
        if self.changing:
            return t("改好了")
        if form is Form.CONFIRM:
            return t("确认收到") if self.mine else t("代为确认")
        return t("提交答复") if self.mine else t("代为答复")

    @property
    def primary(self) -> str:
        """Which of the forms carries the page's one primary button."""
        if not self.first:
            return ""
        if self.rechecks:
            return "reconfirm"
        return "answer" if self.asks else "take" if self.can_take else "report" if self.reports else ""

    @property
    def foot(self) -> tuple[str, str] | None:
        """On a phone: the one button under the thumb, as (form, words)."""
        words = {"answer": self.verb, "take": t("代收"), "report": t("已报告本人"), "reconfirm": t("仍按时参加")}
        return (f"{self.primary}-{self.row.pk}", words[self.primary]) if self.primary else None


_ASKED = {
    Form.CONFIRM: _("确认收到"),
    Form.ATTEND: _("答复能否参加"),
    Form.OPINION: _("反馈意见"),
    Form.FIELDS: _("填报"),
    Form.UPLOAD: _("上报材料"),
}
