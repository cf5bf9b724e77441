"""A notice on paper with the slip to be sent back, one sheet an addressee; a page and a Word file draw the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as t

from fayol.answers.models import SignedLink
from fayol.answers.tokens import link_token
from fayol.channels.links import absolute
from fayol.facts.models import Fact
from fayol.kernel import qr
from fayol.notices.actions.printing import can_sign_in
from fayol.notices.models import Edition, Notice, NoticeFile, Receipt
from fayol.notices.policy import fields_of
from fayol.notices.presenter import when_words
from fayol.notices.states import REPLIES, REPLY_WORDS, Depth, Form, Status
from fayol.web.http import dates


@dataclass(frozen=True)
class Slip:
    """What is cut off and comes back: boxes to tick, lines to fill in, and the code that leads to the same online."""

    boxes: Sequence[str]
    lines: Sequence[tuple[str, str]]
    url: str
    advice: str

    @property
    def code(self) -> qr.Code | None:
        return qr.drawn(self.url) if self.url else None


@dataclass(frozen=True)
class Sheet:
    """`office` and `number` stand above the red line, where the notice was issued under a number."""

    office: str
    number: str
    title: str
    addressee: str
    paragraphs: Sequence[str]
    terms: Sequence[tuple[str, str]]
    contact: str
    signed: str
    dated: str
    name: str
    slip: Slip | None
    withdrawn: bool = False


@dataclass(frozen=True)
class Printing:
    """What all sheets of a notice have in common."""

    notice: Notice
    files: Sequence[NoticeFile]
    edition: Edition | None
    withdrawal: Fact | None
    links: Mapping[int, SignedLink]
    now: datetime

    def sheets(self, rows: Sequence[Receipt]) -> list[Sheet]:
        return [self._sheet(row) for row in rows]

    def _sheet(self, row: Receipt) -> Sheet:
        notice, gone = self.notice, self.withdrawal
        unit = f"{row.unit.official_name} " if row.unit else ""
        title = t("关于撤回《%(title)s》的告知") % {"title": notice.title} if gone else notice.title
        return Sheet(
            office=notice.unit.official_name if notice.number else "",
            number=notice.number,
            title=title,
            addressee=t("%(who)s：") % {"who": f"{unit}{row.person.name}"},
            paragraphs=self._paragraphs(),
            terms=[] if gone else self._terms(),
            contact=self._contact(),
            signed=notice.unit.official_name,
            dated=long_day(gone.at if gone else self.edition.at if self.edition else notice.sent_at or self.now),
            name=row.person.name,
            slip=None if gone else self._slip(row),
            withdrawn=bool(gone),
        )

    def _paragraphs(self) -> list[str]:
        if self.withdrawal:
            words = self.withdrawal.data.get("words", "")
            said = t("此前送达的《%(title)s》已经撤回，不用再办，也不用再交回执。") % {"title": self.notice.title}
            return [said, *([t("原因：%(words)s") % {"words": words}] if words else [])]
        found = [line.strip() for line in self.notice.body.split("\n") if line.strip()]
        if self.edition:
            given = {"n": self.edition.n, "words": self.edition.words}
            found.insert(0, t("（本件为更正后的第%(n)d版，以此为准。更正：%(words)s）") % given)
        return found

    def _terms(self) -> list[tuple[str, str]]:
        notice = self.notice
        due = f"{dates.full_day(notice.due_at, self.now)}{dates.clock(notice.due_at)}" if notice.due_at else ""
        files = "；".join(one.file.name for one in self.files)
        found = [
            (t("时间"), when_words(notice.starts_at, notice.ends_at, self.now)), (t("地点"), notice.place),
            (t("回复期限"), due), (t("附件"), t("%(files)s（另附）") % {"files": files} if files else ""),
        ]  # fmt: skip
        return [(label, words) for label, words in found if words]

    def _contact(self) -> str:
        who = self.notice.duty or self.notice.author
        phone = t("，电话：%(phone)s") % {"phone": who.mobile} if who.mobile else ""
        return t("（联系人：%(name)s%(phone)s）") % {"name": who.name, "phone": phone}

    # ── the slip ──

    def _slip(self, row: Receipt) -> Slip:
        url, advice = self._way(row)
        form = Form(self.notice.form)
        boxes = [t(REPLY_WORDS[one]) for one in REPLIES[form]] if form not in (Form.FIELDS, Form.UPLOAD) else []
        return Slip(boxes, self._lines(form), url, advice)

    def _lines(self, form: Form) -> list[tuple[str, str]]:
        """(what, the choices to pick from)."""
        lines = [(one.label, "　".join(f"□{word}" for word in one.options)) for one in fields_of(self.notice.fields)]
        if form is Form.ATTEND:
            lines.append((t("由谁代为参加"), ""))
        if form in (Form.ATTEND, Form.OPINION):
            lines.append((t("理由或意见"), ""))
        if form is Form.UPLOAD:
            lines.append((t("随附材料"), ""))
        if Depth(self.notice.depth) is Depth.RESTATED:
            lines.append((t("复述：做什么、什么时候"), ""))
        return lines

    def _way(self, row: Receipt) -> tuple[str, str]:
        if can_sign_in(row):
            url = absolute(reverse("notices:page", args=[self.notice.pk]))
            return url, t("扫码登录横桥后答复，或签好后交回发出单位。")
        link = self.links.get(row.person_id)
        if link is None:
            return "", t("请签好后交回发出单位。")
        if link.ended_at or link.expires_at <= self.now:
            return "", t("扫码答复的期限已过，请签好后交回发出单位。")
        url = absolute(reverse("reply:page", args=[link_token(link.nonce)]))
        given = {"until": long_day(link.expires_at)}
        return url, t(
            "手机扫码，不用登录就能答复；只供本人使用，%(until)s前有效。不便扫码的，签好后交回发出单位。"
        ) % given


def long_day(at: datetime) -> str:
    """2026年11月5日, as papers are dated."""
    on = dates.day_of(at)
    return f"{on.year}年{on.month}月{on.day}日"


def printing_of(
    notice: Notice,
    *,
    files: Sequence[NoticeFile],
    editions: Sequence[Edition],
    withdrawal: Fact | None,
    links: Mapping[int, SignedLink],
    now: datetime,
) -> Printing:
    """`editions` latest first."""
    gone = withdrawal if notice.status == Status.WITHDRAWN else None
    return Printing(notice, files, next(iter(editions), None), gone, links, now)
