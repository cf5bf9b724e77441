"""更正 and 撤回: a notice that is out is never changed silently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from fayol.facts.journal import record
from fayol.facts.spelling import spelled
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy
from fayol.notices.actions.days import hold_days
from fayol.notices.actions.sending import digest_of, due_at, first_look, locked_issued
from fayol.notices.actions.telling import tell_all, untold
from fayol.notices.models import Edition, Engagement, Notice
from fayol.notices.states import Form, Grip, Status
from fayol.organisation.actor import Actor

CORRECTED = ("title", "body", "place", "starts_at", "ends_at")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """The notice as it is to read now. `material`: the change is one everybody has to know, though no time, place or
    deadline changed. `words`: what changed and why, for people."""

    title: str
    body: str = ""
    place: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    due: DeadlineRule | None = None
    material: bool = False
    words: str = ""


_ASK_AGAIN = """
UPDATE notices_receipt
   SET edition = %s, asked_at = %s, stage_at = %s, looked_at = NULL, version = version + 1,
       stage = CASE WHEN on_system_at IS NULL THEN 'waiting' ELSE 'on_system' END,
       proxied_at = NULL, proxied_by_id = NULL, reported_at = NULL, reported_how = '', reported_words = '',
       read_at = NULL, restated = '', restated_on = NULL, understood_at = NULL, confirmed_at = NULL,
       confirmed_by_id = NULL, confirmed_how = '', reply = '', reply_words = '', reply_by_id = NULL,
       substitute_id = NULL, leave = '', duty_since = NULL, call_since = NULL,
       raised_at = NULL, recheck = 0, rechecked3_at = NULL, rechecked1_at = NULL,
       next_look_at = CASE WHEN must THEN %s::timestamptz ELSE %s::timestamptz END
 WHERE notice_id = %s
"""


@transaction.atomic
def correct(notice: Notice, correction: Correction, *, by: Actor, now: datetime, expect: int | None = None) -> Notice:
    """A new edition that shows what changed. Everybody is told; asked again is only where something material changed:
    a time, the place, the deadline, or what whoever corrects calls material. What was confirmed before stands in the
    facts of the former edition.

    Refused when nothing changed, without a word on what changed, and as sending is refused.
    """
    row = locked_issued(notice, by=by, now=now, expect=expect)
    before = _content(row)
    _apply(row, correction, now)
    after = _content(row)
    changed = frozenset(name for name, value in after.items() if value != before[name])
    if not changed:
        raise Refused("same", _("没有改动任何内容。"))
    if not correction.words.strip():
        raise Refused("words", _("请用一句话写明改了什么、为什么。"), field="words")
    material = policy.is_material(changed, correction.material)
    row.edition += 1
    row.version += 1
    row.save()
    Edition.objects.create(
        notice=row, n=row.edition, before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)}, material=material,
        words=correction.words.strip()[:300], by=by.person, at=now,
    )  # fmt: skip
    if material:
        _ask_again(row, now)
        if changed & {"starts_at", "ends_at"}:
            Engagement.objects.filter(receipt__notice=row).update(grip=Grip.HELD.value)
    else:
        row.receipts.update(edition=row.edition)
    if row.form == Form.ATTEND and changed & {"starts_at", "ends_at", "place", "title"}:
        hold_days(row, now=now)
    data = {
        "changed": {name: [before[name], after[name]] for name in sorted(changed)}, "material": material,
        "words": correction.words.strip()[:300], "digest": digest_of(row), "edition": row.edition,
        **untold(row),
    }  # fmt: skip
    fact = record("notice", row.pk, "notice.corrected", by=by, now=now, data=data)
    tell_all(row, fact, row.receipts.count())
    return row


def _apply(row: Notice, correction: Correction, now: datetime) -> None:
    if not correction.title.strip():
        raise Refused("title", _("请写标题。"), field="title")
    starts, ends = correction.starts_at, correction.ends_at
    if row.form == Form.ATTEND and (starts is None or ends is None):
        raise Refused("when", _("请写明开始和结束时间，对方才好安排。"), field="starts_at")
    if starts and ends and ends <= starts:
        raise Refused("ends", _("结束时间应晚于开始时间。"), field="ends_at")
    if starts and starts != row.starts_at and starts <= now:
        raise Refused("past", _("活动时间已经过去，请改后再发。"), field="starts_at")
    row.title, row.body = correction.title.strip()[:120], correction.body.strip()
    row.place, row.starts_at, row.ends_at = correction.place.strip()[:120], starts, ends
    if correction.due is not None:
        row.due_rule, row.due_words = correction.due.to_json(), correction.due.words[:80]
        row.due_at = due_at(correction.due, row.unit, starts, now)


def _content(row: Notice) -> dict[str, Any]:
    return {name: spelled(getattr(row, name)) for name in (*CORRECTED, "due_words", "due_at")}


def _ask_again(row: Notice, now: datetime) -> None:
    row.sent_at, sent = now, row.sent_at  # the clock of everybody starts anew
    looks = [first_look(row, must=True), first_look(row, must=False)]
    row.sent_at = sent
    with connection.cursor() as cursor:
        cursor.execute(_ASK_AGAIN, [row.edition, now, now, *looks, row.pk])


@transaction.atomic
def withdraw(notice: Notice, *, words: str, by: Actor, now: datetime, expect: int | None = None) -> Notice:
    """撤回: nobody is asked any more, the days it held are free, and everybody who got it is told why."""
    row = locked_issued(notice, by=by, now=now, expect=expect)
    if not words.strip():
        raise Refused("why", _("请写明撤回的原因，收到通知的人都会看到。"), field="words")
    row.status, row.ended_at = Status.WITHDRAWN.value, now
    row.version += 1
    row.save()
    row.receipts.update(next_look_at=None, duty_since=None, call_since=None)
    starts, row.starts_at = row.starts_at, None
    hold_days(row, now=now)
    row.starts_at = starts
    data = {"words": words.strip()[:300], **untold(row)}
    fact = record("notice", row.pk, "notice.withdrawn", by=by, now=now, data=data)
    tell_all(row, fact, row.receipts.count())
    return row
