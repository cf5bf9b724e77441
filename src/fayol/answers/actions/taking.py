"""A letter that came in: whose it is, what it says, and what is done about it.

Everything is kept, with what became of it and why. Whatever is not beyond doubt changes nothing and waits for the
office: a token alone proves that somebody has the letter, a sender alone proves nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as t

from fayol.answers.access import can_read_letters
from fayol.answers.actions.giving import Source, give
from fayol.answers.actions.inviting import calendar_replies, invited, meant_by
from fayol.answers.items import Item, given_by, items_of, words_of
from fayol.answers.letters import kinds
from fayol.answers.letters.attendance import Reply
from fayol.answers.letters.authenticity import is_authentic
from fayol.answers.letters.quoting import own_words
from fayol.answers.letters.reading import Letter, Unreadable, read_letter
from fayol.answers.letters.saying import EVERY, Said, said
from fayol.answers.models import IncomingLetter
from fayol.answers.policy import REPLY_WITHIN, TOLD_AT_MOST, reply_tokens_in
from fayol.answers.queries import told_lately
from fayol.answers.states import Outcome
from fayol.answers.tokens import bundle_of
from fayol.channels.contract import AddressDead
from fayol.channels.mail.bounced import came_back
from fayol.channels.models import MAIL, Bundle
from fayol.channels.registry import Message, deliver
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.access import require
from fayol.organisation.actor import SYSTEM, Actor

KEPT_OF_A_HUGE_ONE = 64 * 1024
MOST_WORDS = 5000


@dataclass(frozen=True)
class Verdict:
    """`outcome` and why; `items` with what is to be done about each, only when everything agrees."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    bundle: Bundle | None = None
    mine: bool = False  # sender and token agree: it is that person's
    doing: list[tuple[Item, Said]] = field(default_factory=list)


@transaction.atomic
def take_in(raw: bytes, *, now: datetime) -> IncomingLetter:
    """Keeps the letter and does what it says. One that came before (by its Message-ID) is only counted."""
    try:
        letter = read_letter(raw) if len(raw) <= settings.MAX_UPLOAD else None
    except Unreadable as error:
        return _kept(raw, None, Verdict(Outcome.UNREADABLE, _("不是一封读得懂的邮件"), str(error)), now)[0]
    if letter is None:
        return _kept(raw, None, Verdict(Outcome.UNREADABLE, _("邮件太大，没有处理")), now)[0]
    verdict = _judge(letter, now)
    row, new = _kept(raw, letter, verdict, now)
    if not new:
        return row
    if verdict.doing:
        _do(row, letter, verdict, now)
    if row.outcome == Outcome.NOT_DONE:
        _tell(row, now)
    return row


def _kept(raw: bytes, letter: Letter | None, verdict: Verdict, now: datetime) -> tuple[IncomingLetter, bool]:
    key = sha256(letter.message_id.encode() if letter and letter.message_id else raw).hexdigest()
    row, new = IncomingLetter.objects.get_or_create(
        key=key,
        defaults={
            "message_id": _clean(letter.message_id if letter else "", 500),
            "came_at": now,
            "sender": _clean(next(iter(letter.senders), "") if letter else "", 254),
            "sender_name": _clean(letter.sender_name if letter else "", 120),
            "heading": _clean(letter.subject if letter else "", 300),
            "words": _clean(own_words(letter.text) if letter else "", MOST_WORDS),
            "raw": zlib.compress(raw if letter else raw[:KEPT_OF_A_HUGE_ONE]),
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "detail": _clean(verdict.detail, 500),
            "person": verdict.bundle.person if verdict.bundle and verdict.mine else None,
            "bundle": verdict.bundle,
        },
    )
    if not new:
        IncomingLetter.objects.filter(pk=row.pk).update(copies=row.copies + 1)
    return row, new


def _clean(text: str, most: int) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:most]


# ── whose it is ────────────────────────────────────────────────────────────


def _judge(letter: Letter, now: datetime) -> Verdict:
    """The first that applies. Reading only, but for a report that an address is dead."""
    if _is_our_own(letter):
        return Verdict(Outcome.LOOP, _("是系统自己发出的邮件"))
    report = kinds.report_of(letter)
    if report:
        return _bounced(letter, report, now)
    replies = calendar_replies(letter)
    if kinds.is_automatic(letter, pressed=bool(replies)):
        return Verdict(Outcome.AUTOMATIC, _("自动回复，不算答复"))
    if kinds.is_forwarded(letter):
        return Verdict(Outcome.FORWARDED, _("转发来的邮件，不算答复"))
    if replies:
        return _in_a_calendar(letter, replies, now)
    bundle, why = _bundle(letter)
    if bundle is None:
        return Verdict(Outcome.FOREIGN, why)
    doubt = _doubt(letter, bundle, now)
    if doubt:
        return Verdict(Outcome.FOREIGN, doubt, bundle=bundle)
    return _meant(letter, bundle, now)


def _in_a_calendar(letter: Letter, replies: list[Reply], now: datetime) -> Verdict:
    """The invitation says whose answer it is; the sender, and whom the calendar names, must be that person."""
    if len(replies) > 1:
        return Verdict(Outcome.FOREIGN, _("一封信里有几个日历答复"))
    bundle, about = invited(replies[0])
    if bundle is None:
        return Verdict(Outcome.FOREIGN, _("日历答复的不是系统发出的邀请"))
    doubt = _doubt(letter, bundle, now)
    if not doubt and replies[0].attendee not in _addresses_of(bundle):
        doubt = _("日历里答复的不是收信的本人")
    if doubt:
        return Verdict(Outcome.FOREIGN, doubt, bundle=bundle)
    meant = meant_by(replies[0], about, bundle.person, now)
    if isinstance(meant, str):
        return Verdict(Outcome.NOT_DONE, meant, bundle=bundle, mine=True)
    return Verdict(Outcome.ANSWERED, bundle=bundle, mine=True, doing=[meant])


def _addresses_of(bundle: Bundle) -> set[str]:
    return {bundle.address.casefold(), bundle.person.email.casefold()} - {""}


def _is_our_own(letter: Letter) -> bool:
    own = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].casefold(), settings.MAIL_REPLY.casefold()} - {""}
    if own & set(letter.senders) or any(reply_tokens_in(one.partition("@")[0]) for one in letter.senders):
        return True
    return bool(letter.message_id) and Bundle.objects.filter(message_id=letter.message_id).exists()


def _bundle(letter: Letter) -> tuple[Bundle | None, str]:
    """By the token in the address it was sent to, else by what it refers to: our token again, or our Message-ID."""
    tokens = [token for one in letter.reached for token in reply_tokens_in(one.partition("@")[0])]
    tokens = tokens or [token for one in letter.references for token in reply_tokens_in(one)]
    for token in tokens:
        key = bundle_of(token)
        bundle = Bundle.objects.select_related("person").filter(pk=key, channel=MAIL).first() if key else None
        if bundle:
            return bundle, ""
    if tokens:
        return None, _("回信地址里的标记不对")
    known = Bundle.objects.select_related("person").filter(message_id__in=letter.references, channel=MAIL)
    found = known.order_by("-id").first()
    return found, "" if found else _("不是对系统来信的回复")


def _doubt(letter: Letter, bundle: Bundle, now: datetime) -> str:
    """Why the letter cannot be taken for that of the one to whom the other one went; empty when it can."""
    person = bundle.person
    if len(set(letter.senders)) != 1 or letter.senders[0] not in _addresses_of(bundle):
        return _("发件人不是收信的本人")
    if settings.MAIL_AUTHSERV and not is_authentic(letter, settings.MAIL_AUTHSERV):
        return _("发件人没有通过邮件服务器的验证，可能是冒用")
    if not person.active:
        return _("收信的人已离开")
    return _("所回复的信已过去太久") if now - bundle.created_at > REPLY_WITHIN else ""


def _bounced(letter: Letter, report: kinds.Report, now: datetime) -> Verdict:
    """A report about a letter of ours; only the address to which that very letter went can be turned off by it."""
    bundle = Bundle.objects.select_related("person").filter(message_id__in=report.about, channel=MAIL).first()
    if bundle is None:
        return Verdict(Outcome.BOUNCE, _("退信，不知道是哪一封"))
    for one in report.failures:
        if one.address == bundle.address.casefold() and one.permanent:
            came_back(
                bundle, AddressDead(_("没有这个邮箱，或邮箱已停用"), f"{one.status} {one.detail}".strip()), now=now
            )
            return Verdict(Outcome.BOUNCE, _("退信：地址已停用"), one.detail, bundle)
    detail = next((one.detail for one in report.failures), "")
    return Verdict(Outcome.BOUNCE, _("退信：暂时没有送到，或原因不明"), detail, bundle)


# ── what it says ───────────────────────────────────────────────────────────


def _meant(letter: Letter, bundle: Bundle, now: datetime) -> Verdict:
    items = items_of(bundle, now)
    if not any(item.offered for item in items):
        return Verdict(Outcome.NOT_DONE, _("信里的事现在不需要您答复"), bundle=bundle, mine=True)
    vocabulary, free = words_of(items)
    meant = said(own_words(letter.text), vocabulary, free=free)
    if isinstance(meant, str):
        return Verdict(Outcome.NOT_DONE, meant, bundle=bundle, mine=True)
    doing: list[tuple[Item, Said]] = []
    for one in meant:
        chosen = _chosen(items, one.number)
        if not chosen:
            return Verdict(Outcome.NOT_DONE, _("信里有几件事，没写是第几件"), bundle=bundle, mine=True)
        doing += [(item, one) for item in chosen]
    return Verdict(Outcome.ANSWERED, bundle=bundle, mine=True, doing=doing)


def _chosen(items: list[Item], number: int | None) -> list[Item]:
    if number is None:
        waiting = [item for item in items if item.offered]
        return waiting if len(waiting) == 1 else []
    return [item for item in items if number in (EVERY, item.number) and (item.offered or number != EVERY)]


def _do(row: IncomingLetter, letter: Letter, verdict: Verdict, now: datetime) -> None:
    """All that the letter says, or nothing of it."""
    assert verdict.bundle is not None
    by = Actor(verdict.bundle.person)
    files = [ContentFile(one.data, name=one.name or t("附件")) for one in letter.enclosures]
    try:
        with transaction.atomic():
            for item, one in verdict.doing:
                answer = item.answer(one)
                given = given_by(answer, one, files, today=now.date())
                source = Source(letter=row)
                give(item.about, answer, given, source=source, by=by, now=now, expect=item.subject.version)
    except Refused as refused:
        row.outcome, row.reason, row.detail = Outcome.NOT_DONE, _("没能办成"), str(refused)[:500]
        row.save(update_fields=["outcome", "reason", "detail"])


def _tell(row: IncomingLetter, now: datetime) -> None:
    """Whoever wrote must not believe that it is answered. A few times a day only."""
    if row.person is None or told_lately(row.person, now) > TOLD_AT_MOST:
        return
    fact = record("letter", row.pk, "letter.not_done", by=SYSTEM, now=now, data={"reason": row.reason})
    why = row.detail or t(row.reason)
    body = t(
        "您写的是：“{words}”。请回复原来那封信，写“收到”“同意”“办结：做了什么”“有困难：原因和希望的日期”之一；几件事的先写序号。"
    )
    title = t("您的邮件答复没有记上：{why}").format(why=why)
    deliver([Message(fact, row.person.pk, title, body.format(words=row.words[:100]), "/inbox/", urgency="urgent")])


@transaction.atomic
def looked_at(row: IncomingLetter, *, by: Actor, now: datetime) -> IncomingLetter:
    """The office has seen to it."""
    require(can_read_letters(by.person), by)
    row = IncomingLetter.objects.select_for_update(of=("self",)).defer("raw").get(pk=row.pk)
    if row.looked_at is None:
        row.looked_at, row.looked_by = now, by.person
        row.save(update_fields=["looked_at", "looked_by"])
        record("letter", row.pk, "letter.looked_at", by=by, now=now)
    return row
