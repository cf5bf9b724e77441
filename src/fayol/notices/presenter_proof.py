"""送达证明: what is known of how a notice came to somebody, as a paper that can be printed or kept as a file.

The paper is put together once, as sections of pairs and tables; a page and a Word file draw the same sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.channels.models import Delivery
from fayol.channels.states import STATUS_WORDS, Status
from fayol.facts.chain import digest
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.notices.models import Edition, Notice, NoticeFile, Receipt, Told
from fayol.notices.presenter_marks import mark_of, reply_of
from fayol.notices.presenter_receipts import channel_words
from fayol.notices.queries_following import Evidence, Roll
from fayol.notices.states import DEPTH_WORDS, STAGE_WORDS, STEP_WORDS, WAY_WORDS, Depth, Stage, Step, Way
from fayol.web.http import components, dates

VERBS = {
    "notice.sent": _("发出"),
    "notice.reminded": _("提醒"),
    "notice.joined": _("补发给后来加入的人"),
    "notice.corrected": _("更正"),
    "notice.withdrawn": _("撤回"),
    "notice.printed": _("打印纸质通知"),
    "receipt.read": _("本人打开"),
    "receipt.proxied": _("代收"),
    "receipt.reported": _("登记已报告本人"),
    "receipt.told": _("登记通话"),
    "receipt.told_agreed": _("本人核对通话属实"),
    "receipt.told_denied": _("本人表示没有接到"),
    "receipt.restated": _("本人复述"),
    "receipt.confirmed": _("确认并答复"),
    "receipt.reconfirmed": _("会前复核，仍按时参加"),
    "receipt.leave_granted": _("准假"),
    "receipt.leave_refused": _("未准假"),
    "receipt.pressed": _("到时限提醒"),
}
LIMITS = (
    _(
        "本证明由系统按原始记录自动生成。“已发出”“已到系统”只说明数据电文进入收件人指定的系统或通道已经接收，不说明本人已经看到；打开页面、他人代收、转告也不等于本人知悉。"
    ),
    _(
        "本单位制度指定横桥为接收数据电文的系统的，进入该系统的时间视为接收时间（电子签名法第十一条）；约定须确认收讫的，以记录的确认时间视为收到（电子签名法第十条）。没有这样的制度或约定的，以上时间只作事实记录。"
    ),
    _("本证明不证明收件人同意通知的内容，也不代替可靠的电子签名。"),
)


@dataclass(frozen=True)
class Section:
    """`rows` under `head`, or pairs of label and value when there is no head. `code` names columns of hashes."""

    title: str
    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    code: frozenset[int] = frozenset()
    nothing: str = ""

    @property
    def cells(self) -> Iterator[list[tuple[str, str, bool]]]:
        """Each row as (heading of the column, text, whether it is a hash)."""
        for row in self.rows:
            heads = self.head or ("", "")
            yield [(heads[n], text, n in self.code) for n, text in enumerate(row)]


@dataclass(frozen=True)
class Paper:
    title: str
    about: str
    result: str
    mark: components.Receipt | None
    sections: Sequence[Section]
    limits: Sequence[str]
    made_at: str
    made_by: str


def instant(at: datetime | None) -> str:
    """To the second, with the year: 2026年11月18日09:12:05."""
    if at is None:
        return ""
    here = dates.local(at)
    assert isinstance(here, datetime)
    return f"{here.year}年{here.month}月{here.day}日{here:%H:%M:%S}"


def proof_of(evidence: Evidence, *, digest_now: str, by: str, now: datetime) -> Paper:
    row, notice = evidence.receipt, evidence.receipt.notice
    return Paper(
        title=t("通知送达证明"),
        about=t("《%(title)s》送达%(name)s的情况") % {"title": notice.title, "name": row.person.name},
        result=_result(row),
        mark=mark_of(row),
        sections=[
            _notice(notice, evidence.notice_facts, digest_now),
            _files(evidence.files),
            _editions(evidence.editions),
            _addressee(row),
            _chain(row),
            _calls(evidence.calls),
            _tries(evidence),
            _facts(evidence),
        ],
        limits=[t(words) for words in LIMITS],
        made_at=instant(now),
        made_by=by,
    )


def _result(row: Receipt) -> str:
    given = {"name": row.person.name, "at": instant(row.confirmed_at), "stage": t(STAGE_WORDS[Stage(row.stage)])}
    if row.confirmed_at is None:
        return t("截至出具时，%(name)s本人没有确认收到；记录到的情况是：%(stage)s。") % given
    if row.confirmed_by_id == row.person_id:
        return t("%(name)s本人于%(at)s确认收到。") % given
    given["by"] = row.confirmed_by.name if row.confirmed_by else ""
    return t("%(by)s受%(name)s委托，于%(at)s代为确认（代）；本人没有亲自确认。") % given


def _notice(notice: Notice, facts: Sequence[Fact], digest_now: str) -> Section:
    sent = next((fact.data.get("digest", "") for fact in facts if fact.verb == "notice.sent"), "")
    latest = next((fact.data["digest"] for fact in reversed(facts) if "digest" in fact.data), "")
    same = t("与记录一致") if latest == digest_now else t("与记录不一致")
    rows = [
        (t("标题"), notice.title),
        (t("文号"), notice.number or t("无")),
        (t("发出单位"), notice.unit.official_name),
        (t("拟稿人"), notice.author.name),
        (t("发出时间"), instant(notice.sent_at)),
        (t("要求"), t(DEPTH_WORDS[Depth(notice.depth)])),
        (t("发出时内容摘要（SHA-256）"), sent),
        (t("现在内容摘要（SHA-256）"), t("%(digest)s，%(same)s") % {"digest": digest_now, "same": same}),
    ]
    return Section(t("通知"), rows)


def _files(files: Sequence[NoticeFile]) -> Section:
    rows = [(one.file.name, one.file.sha256) for one in files]
    return Section(t("附件"), rows, (t("名称"), t("内容摘要（SHA-256）")), frozenset({1}), t("没有附件。"))


def _editions(editions: Sequence[Edition]) -> Section:
    rows = [
        (
            t("第%(n)d版") % {"n": one.n}, instant(one.at), one.by.name if one.by else "", one.words,
            t("重新请人确认") if one.material else t("只告知"),
        )
        for one in editions
    ]  # fmt: skip
    head = (t("版次"), t("时间"), t("更正人"), t("改了什么"), t("处理"))
    return Section(t("更正"), rows, head, nothing=t("发出后没有更正。"))


def _addressee(row: Receipt) -> Section:
    unit = row.unit.official_name if row.unit else t("无")
    rows = [(t("收件人"), row.person.name), (t("单位"), unit), (t("职务"), row.post or t("无"))]
    return Section(t("收件人"), [*rows, (t("须本人到会"), t("是") if row.must else t("否"))])


def _chain(row: Receipt) -> Section:
    """From handing over to confirming, each link with its instant; what did not happen says so."""
    way = t(WAY_WORDS[Way(row.reported_how)]) if row.reported_how else ""
    how = t(WAY_WORDS[Way(row.confirmed_how)]) if row.confirmed_how else ""
    restated = f"{row.restated}（{row.restated_on:%Y-%m-%d}）" if row.restated_on else row.restated
    rows = [
        (t("请其确认"), instant(row.asked_at), t("第%(n)d版") % {"n": row.edition}),
        (t("进入系统"), instant(row.on_system_at), ""),
        (t("他人代收"), instant(row.proxied_at), row.proxied_by.name if row.proxied_by else ""),
        (t("报告本人"), instant(row.reported_at), "，".join(filter(None, [way, _said(row.reported_words)]))),
        (t("本人打开"), instant(row.read_at), ""),
        (t("本人复述"), instant(row.understood_at), _said(restated)),
        (
            t("确认"), instant(row.confirmed_at),
            "，".join(filter(None, [row.confirmed_by.name if row.confirmed_by else "", how])),
        ),
        (t("答复"), "", "".join([reply_of(row), _said(row.reply_words)])),
    ]  # fmt: skip
    shown = [(label, at or (t("没有记录") if label != t("答复") else ""), words) for label, at, words in rows]
    return Section(t("签收过程"), shown, (t("环节"), t("时间"), t("说明")))


def _said(words: str) -> str:
    return f"“{words}”" if words else ""


def _calls(calls: Sequence[Told]) -> Section:
    rows = [
        (
            instant(one.at), one.by.name, t(WAY_WORDS[Way(one.way)]),
            t("没有接通") if not one.answered else t("本人") if one.reached else one.heard, _said(one.words),
            _agreed(one),
        )
        for one in calls
    ]  # fmt: skip
    head = (t("时间"), t("登记人"), t("方式"), t("接话人"), t("原话"), t("本人核对"))
    return Section(t("电话和当面告知"), rows, head, nothing=t("没有登记过通话。"))


def _agreed(one: Told) -> str:
    if not one.reached:
        return ""
    if one.agreed is None:
        return t("还没有核对")
    words = t("属实") if one.agreed else t("没有接到")
    return f"{words}，{instant(one.agreed_at)}"


def _tries(evidence: Evidence) -> Section:
    """Every message to this person about it, each with what became of it, the last try last."""
    rows = [
        (
            channel_words(one.channel), one.address, instant(one.created_at),
            instant(one.sent_at), str(one.attempts or (1 if one.sent_at else 0)), _outcome(one),
        )
        for one in evidence.tries
    ]  # fmt: skip
    rows += [
        (
            channel_words(one.channel), one.address, instant(one.since), "", "",
            t("地址停用：%(why)s") % {"why": one.reason},
        )
        for one in evidence.dead
    ]  # fmt: skip
    head = (t("通道"), t("地址"), t("提交时间"), t("发出时间"), t("次数"), t("结果"))
    return Section(t("通道和每次发送"), rows, head, nothing=t("没有经任何通道发送。"))


def _outcome(one: Delivery) -> str:
    words = t(STATUS_WORDS[Status(one.status)])
    reason = one.reason or (one.bundle.reason if one.bundle else "")
    if reason:
        words += f"：{reason}"
    if one.read_at:
        words += t("；%(at)s打开") % {"at": instant(one.read_at)}
    return words


def _facts(evidence: Evidence) -> Section:
    """The journal's facts with their hashes, and whether the chain holds."""
    rows = [_fact(fact) for fact in (*evidence.notice_facts, *evidence.facts)]
    whole = holds(evidence.notice_facts) and holds(evidence.facts)
    said = t("每条记录的哈希包含前一条的哈希，重算后前后相接，没有改动") if whole else t("重算后不相接，记录可能被改动")
    head = (t("序号"), t("时间"), t("记录"), t("经手人"), t("哈希（SHA-256）"))
    return Section(t("记录链：%(said)s") % {"said": said}, rows, head, frozenset({4}))


def _fact(fact: Fact) -> tuple[str, ...]:
    who = fact.actor_name or t("系统")
    if fact.behalf_name:
        who = t("%(by)s（代%(behalf)s）") % {"by": who, "behalf": fact.behalf_name}
    words = t(VERBS.get(fact.verb, _("其他记录")))
    if "step" in fact.data and fact.data["step"] in set(Step):
        words = t("到时限：%(step)s") % {"step": t(STEP_WORDS[Step(fact.data["step"])])}
    of = t("通知") if fact.subject_type == "notice" else t("回执")
    return (f"{of}{fact.seq}", instant(fact.at), words, who, fact.hash)


def holds(facts: Sequence[Fact]) -> bool:
    """Whether each fact still has the hash it was written with and follows the one before it."""
    last = ""
    for seq, fact in enumerate(facts, start=1):
        if (fact.seq, fact.prev_hash, fact.hash) != (seq, last, digest(fact)):
            return False
        last = fact.hash
    return True


def list_of(roll: Roll, *, digest_now: str, by: str, now: datetime) -> Paper:
    """The proof for a whole notice: a line for each addressee, as many as a paper holds."""
    notice, facts = roll.notice, roll.facts
    lines = [
        (
            row.person.name, row.unit.name if row.unit else "", instant(row.on_system_at),
            mark_of(row).text or t("本人已确认"), instant(row.confirmed_at), reply_of(row),
            roll.hashes.get(row.pk, t("无单独记录")),
        )
        for row in roll.rows
    ]  # fmt: skip
    head = (t("收件人"), t("单位"), t("进入系统"), t("情况"), t("确认时间"), t("答复"), t("回执记录链末端哈希"))
    given = {
        "total": sum(roll.tally.values()), "n": roll.tally.get(Stage.CONFIRMED, 0), "shown": len(roll.rows),
    }  # fmt: skip
    return Paper(
        title=t("通知送达清单"),
        about=t("《%(title)s》的送达情况") % {"title": notice.title},
        result=t("发给%(total)d人，截至出具时本人确认%(n)d人。本页列出%(shown)d人。") % given,
        mark=None,
        sections=[
            _notice(notice, facts, digest_now),
            _files(roll.files),
            _editions(roll.editions),
            Section(t("收件人"), lines, head, frozenset({6}), t("没有收件人。")),
            Section(
                t("通知的记录链"), [_fact(fact) for fact in facts],
                (t("序号"), t("时间"), t("记录"), t("经手人"), t("哈希（SHA-256）")), frozenset({4}),
            ),
        ],
        limits=[t(words) for words in LIMITS],
        made_at=instant(now),
        made_by=by,
    )  # fmt: skip
