"""What the addressee says himself, and what others say for him. Only the former makes a receipt green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy
from fayol.notices.actions import _turn
from fayol.notices.actions.days import settle_day
from fayol.notices.actions.rechecking import close_round
from fayol.notices.models import NoticeFile, Receipt, Told
from fayol.notices.states import NEED_LEAVE, RANK, REPLIES, WANT_WORDS, Depth, Form, Leave, Reply, Stage, Way
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered. `restated` and `restated_on`: the deliverable and the date in the addressee's own line."""

    reply: Reply = Reply.CONFIRM
    words: str = ""
    substitute: Person | None = None
    restated: str = ""
    restated_on: date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[StoredFile] = ()


@transaction.atomic
def open_(receipt: Receipt, *, by: Actor, now: datetime) -> Receipt:
    """The addressee has the notice before him: 本人已读. Whoever else opens it, nothing happens; nor a second time."""
    if by.person_id != receipt.person_id or receipt.read_at is not None:
        return receipt
    turn = _turn.begin(receipt, by=by, now=now)
    turn.row.read_at = now
    turn.reach(Stage.READ, now)
    _turn.finish(turn, "read")
    return turn.row


@transaction.atomic
def take(receipt: Receipt, *, by: Actor, now: datetime, expect: int | None = None) -> Receipt:
    """代收: a proxy has taken the notice; from now on it is his to report. Amber, and stays it.

    Refused to whoever serves the addressee in no way, to the addressee himself, and once he has read it himself.
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    _check_proxy(turn)
    row = turn.row
    if row.proxied_at is not None:
        raise Refused("taken", _("已经有人代签。请尽快报告本人。"))
    if RANK[Stage(row.stage)] >= RANK[Stage.READ]:
        raise Refused("read_already", _("本人已经看到，不用代签。"))
    row.proxied_at, row.proxied_by = now, by.person
    turn.reach(Stage.PROXIED, now)
    _turn.finish(turn, "proxied")
    return row


def _check_proxy(turn: _turn.Turn) -> None:
    if turn.standing.principal:
        raise Refused("own", _("这是发给您本人的，请直接确认。"))
    if not turn.standing.proxy:
        raise Refused("no_proxy", _("只有本人的秘书或受托人可以代签。"))


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a proxy told his principal: when, how, and the principal's own words, with the answer if he gave one."""

    at: datetime
    way: Way
    words: str = ""
    answer: Answer | None = None


@transaction.atomic
def report_to(receipt: Receipt, *, report: Report, by: Actor, now: datetime, expect: int | None = None) -> Receipt:
    """已报告本人: stops the proxy's clock. The addressee is asked to confirm; till then the receipt stays amber, and an
    answer on his words stands as what he means to do (拟参加), not as his answer.

    Refused to others than proxies, once he has confirmed himself, for an instant in the future or before the notice,
    and for a way that cannot be.
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    _check_proxy(turn)
    row = turn.row
    if row.confirmed_at is not None:
        raise Refused("confirmed", _("本人已经确认，不用再登记报告。"))
    if report.at > now or report.at < row.asked_at.replace(second=0, microsecond=0):  # people name minutes
        raise Refused("report_when", _("报告时间应在通知发出之后、现在之前。"), field="at")
    if report.way not in (Way.PHONE, Way.IN_PERSON, Way.WRITING):
        raise Refused("report_how", _("请选当面、电话或书面。"), field="way")
    if row.proxied_at is None:
        row.proxied_at, row.proxied_by = now, by.person
    row.reported_at, row.reported_how, row.reported_words = report.at, report.way.value, report.words.strip()[:300]
    if report.answer is not None:
        put(turn, report.answer)
    turn.reach(Stage.REPORTED, now)
    _turn.finish(turn, "reported")
    return row


@transaction.atomic
def confirm(
    receipt: Receipt, *, answer: Answer, by: Actor, now: datetime, way: Way = Way.SELF, expect: int | None = None
) -> Receipt:
    """本人已确认, with the answer asked for: the only way to green.

    By the addressee; where he need not know in person, also by whoever acts with his authority, shown as 代. A leave
    or a substitute of somebody who must attend waits for the convenor's consent. Refused to everybody else, for an
    answer that the form does not know or that lacks what it needs, and where a restatement is asked for and missing.

    A new answer replaces the former, until the event begins.
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    if not turn.standing.may_confirm(Depth(turn.notice.depth)):
        raise Refused("not_yours", _("须本人确认。您可以登记“已报告本人”。"))
    if turn.row.confirmed_at is not None and not policy.may_change(turn.notice.starts_at, now):
        raise Refused("begun", _("活动已经开始，答复不能再改。请直接告诉召集人。"))
    turn.for_principal()
    _confirmed(turn, answer, way)
    _turn.finish(turn, "confirmed")
    settle_day(turn.row, now=now)
    return turn.row


def _confirmed(turn: _turn.Turn, answer: Answer, way: Way) -> None:
    row = turn.row
    if Depth(turn.notice.depth) is Depth.RESTATED and not answer.restated.strip():
        raise Refused("restate", _("请用一句话复述要做什么、什么时候。"), field="restated")
    put(turn, answer)
    if answer.restated.strip():
        row.restated, row.restated_on = answer.restated.strip()[:200], answer.restated_on
        row.understood_at = turn.now
    if turn.standing.principal:
        row.read_at = row.read_at or turn.now
    row.confirmed_at, row.confirmed_by, row.confirmed_how = turn.now, turn.by.person, way.value
    row.stage, row.stage_at = Stage.CONFIRMED.value, turn.now
    row.duty_since = row.call_since = None
    close_round(row, turn.now)


def put(turn: _turn.Turn, answer: Answer) -> None:
    """Writes an answer down, whoever gives it."""
    form, row = Form(turn.notice.form), turn.row
    if row.confirmed_at is not None and row.reply in NEED_LEAVE:
        turn.extra |= {"was": row.reply, "was_substitute": row.substitute_id}
    if answer.reply not in REPLIES[form]:
        raise Refused("reply", _("请从所列的几项里选一项答复。"), field="reply")
    if answer.reply in WANT_WORDS and not answer.words.strip():
        raise Refused("reply_words", _("请写明理由或意见。"), field="words")
    _check_substitute(answer, row)
    row.reply, row.reply_words, row.reply_by = answer.reply.value, answer.words.strip()[:500], turn.by.person
    row.substitute = answer.substitute if answer.reply is Reply.SUBSTITUTE else None
    row.values = _filled(turn, answer.values) if form is Form.FIELDS else {}
    row.leave = Leave.ASKED.value if answer.reply in NEED_LEAVE and row.must else Leave.NONE.value
    if form is Form.UPLOAD:
        _put_files(turn, answer.files)


def _put_files(turn: _turn.Turn, files: Sequence[StoredFile]) -> None:
    """New files replace the former ones; without new ones the former stay."""
    row = turn.row
    if not files and not row.files.exists():
        raise Refused("files", _("请附上要上报的材料。"), field="attachments")
    if files:
        row.files.all().delete()
        NoticeFile.objects.bulk_create(NoticeFile(notice=turn.notice, receipt=row, file=file) for file in files)
        turn.extra["files"] = [file.sha256 for file in files]


def _check_substitute(answer: Answer, row: Receipt) -> None:
    if answer.reply is not Reply.SUBSTITUTE:
        return
    if answer.substitute is None or not answer.substitute.active:
        raise Refused("substitute", _("请选定由谁代为参加。"), field="substitute")
    if answer.substitute.pk == row.person_id:
        raise Refused("substitute", _("代为参加的应是另一个人。"), field="substitute")


def _filled(turn: _turn.Turn, values: Mapping[str, Any]) -> dict[str, str]:
    """Only what was asked for, each checked by its kind."""
    found: dict[str, str] = {}
    for one in policy.fields_of(turn.notice.fields):
        text = str(values.get(one.key) or "").strip()
        problem = policy.wrong_value(one, text)
        if problem:
            raise Refused("field", problem, field=one.key, label=one.label)
        found[one.key] = text[:500]
    return found


@transaction.atomic
def restate(
    receipt: Receipt, *, words: str, on: date | None, by: Actor, now: datetime, expect: int | None = None
) -> Receipt:
    """已复述: the addressee says in one line what is wanted and when, before or without confirming."""
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    if not turn.standing.principal:
        raise Refused("not_yours", _("复述须由本人来写。"))
    if not words.strip():
        raise Refused("restate", _("请用一句话复述要做什么、什么时候。"), field="restated")
    row = turn.row
    row.restated, row.restated_on, row.understood_at = words.strip()[:200], on, now
    row.read_at = row.read_at or now
    turn.reach(Stage.UNDERSTOOD, now)
    _turn.finish(turn, "restated")
    return row


@transaction.atomic
def agree_told(told: Told, *, by: Actor, now: datetime) -> Receipt:
    """The addressee says that the call took place as written down: that is his confirmation."""
    turn = _open_record(told, by=by, now=now)
    told.agreed, told.agreed_at = True, now
    told.save(update_fields=["agreed", "agreed_at"])
    slip = on_slip(turn.row, told)
    if slip is not None and _suffices(turn, slip):
        _confirmed(turn, slip, Way(told.way))
    elif Form(turn.notice.form) is Form.CONFIRM:
        _confirmed(turn, Answer(reply=Reply.CONFIRM), Way(told.way))
    else:  # what he answers he still has to say
        turn.row.read_at = turn.row.read_at or now
        turn.reach(Stage.READ, now)
    turn.extra["told"] = told.pk
    _turn.finish(turn, "told_agreed")
    settle_day(turn.row, now=now)
    return turn.row


def on_slip(row: Receipt, told: Told) -> Answer | None:
    """The answer that the record of a returned slip holds, if it still stands."""
    if told.way != Way.WRITING or not row.reply or row.reply_by_id != told.by_id:
        return None
    return Answer(
        reply=Reply(row.reply), words=row.reply_words, substitute=row.substitute, restated=row.restated,
        restated_on=row.restated_on, values=row.values,
    )  # fmt: skip


def _suffices(turn: _turn.Turn, slip: Answer) -> bool:
    return Depth(turn.notice.depth) is not Depth.RESTATED or bool(slip.restated.strip())


@transaction.atomic
def deny_told(told: Told, *, words: str = "", by: Actor, now: datetime) -> Receipt:
    """The addressee says that he was not told: the receipt goes back to where it was without that call."""
    turn = _open_record(told, by=by, now=now)
    told.agreed, told.agreed_at = False, now
    told.save(update_fields=["agreed", "agreed_at"])
    row = turn.row
    if on_slip(row, told) is not None:
        row.reply, row.reply_words, row.reply_by, row.substitute = Reply.NOTHING.value, "", None, None
        row.values, row.leave = {}, Leave.NONE.value
    if row.stage == Stage.TOLD:
        turn.fall_back(now)
    turn.extra |= {"told": told.pk, "words": words.strip()[:300]}
    _turn.finish(turn, "told_denied")
    return row


def _open_record(told: Told, *, by: Actor, now: datetime) -> _turn.Turn:
    locked = Told.objects.select_for_update(of=("self",)).select_related("receipt").get(pk=told.pk)
    if locked.agreed is not None or not locked.reached:
        raise Refused("told_over", _("这条通话记录不用再核对。"))
    turn = _turn.begin(locked.receipt, by=by, now=now)
    if not turn.standing.principal:
        raise Refused("not_yours", _("请本人核对通话记录。"))
    return turn
