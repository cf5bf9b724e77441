"""Writing a notice, and sending it: one act, however many it reaches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from fayol.facts.journal import record
from fayol.facts.locking import check_seen
from fayol.facts.spelling import spelled
from fayol.files.models import StoredFile
from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices import policy
from fayol.notices.access import may_issue, may_issue_for
from fayol.notices.actions.days import hold_days
from fayol.notices.actions.telling import tell_all
from fayol.notices.audience import Entry, entries_of, expand
from fayol.notices.models import Notice, NoticeFile
from fayol.notices.states import Depth, Form, Reply, Stage, Status
from fayol.organisation.actor import Actor
from fayol.organisation.calendar import work_calendar
from fayol.organisation.models import Person, Unit

CONTENT = (
    "number", "title", "body", "urgency", "depth", "form", "fields", "due_rule", "due_words", "due_at", "starts_at",
    "ends_at", "place",
)  # fmt: skip
"""What a notice says: covered by the digest of the fact, and what a correction may change."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a notice says, and to whom."""

    unit: Unit
    title: str
    body: str = ""
    number: str = ""
    urgency: str = "normal"
    depth: Depth = Depth.CONFIRMED
    form: Form = Form.CONFIRM
    fields: Sequence[policy.Field] = ()
    audience: Sequence[Entry] = ()
    due: DeadlineRule | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    duty: Person | None = None
    files: Sequence[StoredFile] = field(default=())


@transaction.atomic
def draft(wording: Wording, *, by: Actor, now: datetime) -> Notice:
    """A draft, seen by the issuing side only. Refused to who may not issue in the unit's name, and for what `_check`
    refuses; a draft may still lack an audience."""
    if by.person is None:
        raise Refused("nobody", _("通知须有拟稿人。"))
    _check_unit(wording.unit, by)
    row = Notice(unit=wording.unit, author=by.person, created_at=now)
    _write(row, wording, now)
    row.save()
    _attach(row, wording.files)
    return row


@transaction.atomic
def redraft(
    notice: Notice, wording: Wording, *, without: Collection[int] = (), by: Actor, now: datetime,
    expect: int | None = None,
) -> Notice:  # fmt: skip
    """Replaces what the draft says. Files are added; those of `without` (keys of `NoticeFile`) are taken away."""
    row = _locked(notice, expect)
    _check_issuer(row, by, now)
    if row.status != Status.DRAFT:
        raise Refused("sent", _("通知已发出，请用更正。"))
    if row.unit_id != wording.unit.pk:
        _check_unit(wording.unit, by)
        row.unit = wording.unit
    _write(row, wording, now)
    row.version += 1
    row.save()
    row.files.filter(pk__in=without).delete()
    _attach(row, wording.files)
    return row


@transaction.atomic
def discard(notice: Notice, *, by: Actor, now: datetime, expect: int | None = None) -> None:
    """A draft that nobody has seen is simply gone."""
    row = _locked(notice, expect)
    _check_issuer(row, by, now)
    if row.status != Status.DRAFT:
        raise Refused("sent", _("通知已发出，只能撤回。"))
    row.delete()


def _check_unit(unit: Unit, by: Actor) -> None:
    if by.person is None or not may_issue_for(by.person, unit):
        raise Refused("issuer", _("只能以自己负责或联络的部门名义发通知。"), field="unit")


def _check_issuer(row: Notice, by: Actor, now: datetime) -> None:
    if by.person is None or not may_issue(by.person, row, now):
        raise Refused("not_issuer", _("这份通知由发文的一方处理。"))


def locked_issued(notice: Notice, *, by: Actor, now: datetime, expect: int | None = None) -> Notice:
    """The notice, locked, for somebody of its issuing side; refused unless it has been sent and stands."""
    row = locked_out(notice, by=by, now=now, expect=expect)
    if row.status != Status.SENT:
        raise Refused("not_sent", _("通知还没有发出，或已撤回。"))
    return row


def locked_out(notice: Notice, *, by: Actor, now: datetime, expect: int | None = None) -> Notice:
    """The same for one that went out, whether it stands or was withdrawn."""
    row = _locked(notice, expect)
    _check_issuer(row, by, now)
    if row.status == Status.DRAFT:
        raise Refused("not_sent", _("通知还没有发出，或已撤回。"))
    return row


def _locked(notice: Notice, expect: int | None) -> Notice:
    row = Notice.objects.select_for_update(of=("self",)).select_related("unit", "author", "duty").get(pk=notice.pk)
    check_seen(row, notice, expect=expect)
    return row


def _write(row: Notice, wording: Wording, now: datetime) -> None:
    _check(wording, now)
    row.title, row.body = wording.title.strip()[:120], wording.body.strip()
    row.number, row.urgency = wording.number.strip()[:60], wording.urgency
    row.depth, row.form = wording.depth.value, wording.form.value
    row.fields = [_field_json(one) for one in wording.fields] if wording.form is Form.FIELDS else []
    row.audience = [entry.to_json() for entry in wording.audience]
    row.starts_at, row.ends_at, row.place = wording.starts_at, wording.ends_at, wording.place.strip()[:120]
    row.duty = wording.duty
    row.due_rule = wording.due.to_json() if wording.due else None
    row.due_words = wording.due.words[:80] if wording.due else ""
    row.due_at = due_at(wording.due, wording.unit, wording.starts_at, now)


def _field_json(one: policy.Field) -> dict[str, Any]:
    return asdict(one) | {"options": list(one.options)}


def due_at(rule: DeadlineRule | None, unit: Unit, starts_at: datetime | None, now: datetime) -> datetime | None:
    """Until when an answer is wanted: counted from sending ("issue", "dispatch", "today") or from the event."""
    if rule is None:
        return None
    anchors = {"issue": now, "dispatch": now, "today": now, **({"event": starts_at} if starts_at else {})}
    if starts_at:
        anchors["meeting"] = starts_at
    return rule.resolve_at(anchors=anchors, calendar=work_calendar(unit.pk))


def _check(wording: Wording, now: datetime) -> None:
    if not wording.title.strip():
        raise Refused("title", _("请写标题。"), field="title")
    if wording.form is Form.ATTEND and (wording.starts_at is None or wording.ends_at is None):
        raise Refused("when", _("请写明开始和结束时间，对方才好安排。"), field="starts_at")
    if wording.starts_at and wording.ends_at and wording.ends_at <= wording.starts_at:
        raise Refused("ends", _("结束时间应晚于开始时间。"), field="ends_at")
    if wording.form is Form.FIELDS and not wording.fields:
        raise Refused("fields", _("请列出要对方填报的项目。"), field="fields")


def _attach(row: Notice, files: Sequence[StoredFile]) -> None:
    NoticeFile.objects.bulk_create(NoticeFile(notice=row, file=file) for file in files)


@transaction.atomic
def send(notice: Notice, *, by: Actor, now: datetime, expect: int | None = None) -> Notice:
    """Sends: the audience is expanded once and kept, everybody gets the notice in the system, the days of those it
    binds are held, and one fact says what was sent, to how many, with the digest of its words.

    Refused to who may not issue, twice, without an audience or when it comes to nobody, and for an event or a deadline
    that has passed. What it costs does not depend on Python: a few statements, however many are addressed.
    """
    row = _locked(notice, expect)
    _check_issuer(row, by, now)
    if row.status != Status.DRAFT:
        raise Refused("sent", _("通知已经发出。"))
    _check_times(row, now)
    if not row.audience:
        raise Refused("audience", _("请选择发给谁。"), field="audience")
    row.status, row.sent_at = Status.SENT.value, now
    row.version += 1
    row.save()
    people = expand(row, now=now, look_at=first_look(row, must=False), look_at_must=first_look(row, must=True))
    if not people:
        raise Refused("nobody", _("按所选范围没有找到任何人，请核对。"), field="audience")
    if row.form == Form.ATTEND:
        hold_days(row, now=now)
    data = {"people": people, "audience": row.audience, "digest": digest_of(row), "edition": row.edition}
    fact = record("notice", row.pk, "notice.sent", by=by, now=now, data=data)
    tell_all(row, fact, people)
    return row


def _check_times(row: Notice, now: datetime) -> None:
    rule = DeadlineRule.from_json(row.due_rule) if row.due_rule else None
    row.due_at = due_at(rule, row.unit, row.starts_at, now)
    if row.starts_at and row.starts_at <= now:
        raise Refused("past", _("活动时间已经过去，请改后再发。"), field="starts_at")
    if row.due_at and row.due_at <= now:
        raise Refused("due_past", _("回复期限已经过去，请改后再发。"), field="due")


def first_look(row: Notice, *, must: bool) -> datetime | None:
    """When the clock looks first at a receipt of this notice that nobody has touched, by the house's calendar."""
    if row.sent_at is None:
        return None
    seen = policy.Seen(
        stage=Stage.ON_SYSTEM, depth=Depth(row.depth), form=Form(row.form), reply=Reply.NOTHING,
        urgency=row.urgency, must=must, asked_at=row.sent_at, since=row.sent_at, due_at=row.due_at,
        starts_at=row.starts_at,
    )  # fmt: skip
    step = policy.next_step(seen, work_calendar(), row.sent_at)
    return step[0] if step else None


def digest_of(row: Notice) -> str:
    """SHA-256 over what the notice says and the content of its files: what a proof of delivery is about.

    Instants are taken in UTC, as the journal spells them: read back they are the same, whatever zone they came in.
    """
    said = {name: spelled(getattr(row, name)) for name in CONTENT}
    said["files"] = sorted(row.files.filter(receipt__isnull=True).values_list("file__sha256", flat=True))
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def audience_of(row: Notice) -> list[Entry]:
    return entries_of(row.audience)
