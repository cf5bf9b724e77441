"""The answer that a calendar gives to an invitation of ours: whose it is, and what it means."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as t

from fayol.answers.items import Item
from fayol.answers.letters.attendance import Attendance, Reply, replies_in
from fayol.answers.letters.reading import Letter
from fayol.answers.letters.saying import Said
from fayol.answers.models import GivenAnswer
from fayol.answers.registry import Answer, answers_for, invitations_for
from fayol.answers.tokens import invited_by
from fayol.channels.links import host
from fayol.channels.models import MAIL, Bundle
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

DECLINED = _("在日历里点了谢绝，没有写理由")


def calendar_replies(letter: Letter) -> list[Reply]:
    """Each once: programs enclose the same answer a second time as a file."""
    return list(dict.fromkeys(reply for part in letter.calendars for reply in replies_in(part)))


def invited(reply: Reply) -> tuple[Bundle | None, tuple[str, int]]:
    """The latest letter to whoever was asked about this event, and the event; no letter when the UID is not ours."""
    named = invited_by(reply.uid, host())
    if named is None:
        return None, ("", 0)
    kind, pk, person = named
    about = Bundle.objects.select_related("person").filter(
        channel=MAIL, person=person, deliveries__subject_type=kind, deliveries__subject_id=pk
    )
    return about.order_by("-id").first(), (kind, pk)


def meant_by(reply: Reply, about: tuple[str, int], person: Person, now: datetime) -> tuple[Item, Said] | str:
    """What is to be done, or why it is not clear."""
    registered, inviting = answers_for(about[0]), invitations_for(about[0])
    subject = registered.subject(about[1]) if registered else None
    offered = registered.offered(person, about[1], now) if registered else []
    if subject is None or inviting is None or not offered:
        return _("信里的事现在不需要您答复")
    if reply.attendance is Attendance.TENTATIVE:
        return _("日历里答的是暂定，看不出参加不参加")
    if reply.occurrence is not None:
        return _("日历里答的是其中一次，看不出是不是这一次")
    answer = next((one for one in offered if one.attendance is reply.attendance), None)
    if answer is None:
        return _("日历里的答复不是所问的")
    later = GivenAnswer.objects.filter(
        person=person, subject_type=about[0], subject_id=about[1], at__gt=reply.at or now
    )
    if later.exists():
        return _("日历里的答复比后来的答复早，以后来的为准")
    words = _words(reply, answer)
    if not words and reply.attendance is Attendance.DELEGATED:
        return _("委托的人不在可以委托的名单里，请写明由谁参加")
    item = Item(1, about, subject, offered, changed=reply.sequence < inviting.least(about[1]))
    return item, Said(answer.key, "", words)


def _words(reply: Reply, answer: Answer) -> str:
    if reply.attendance is Attendance.DECLINE:
        return reply.comment or t(DECLINED)
    if reply.attendance is not Attendance.DELEGATED:
        return reply.comment
    asked = [key for field in answer.fields for key, _words in field.choices]
    to = Person.objects.filter(pk__in=asked, email__iexact=reply.delegated_to).exclude(email="").first()
    return f"{to.name} {reply.comment}".strip() if to else ""
