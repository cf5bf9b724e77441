"""What the search box finds of matters and promises. Only rows of the searcher's own audience are looked at."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext

from fayol.commitments import access as commitments
from fayol.commitments.models import Commitment
from fayol.commitments.states import STATE_WORDS, State
from fayol.kernel.text import gettext_noop as _
from fayol.matters import access as matters
from fayol.matters.models import Matter
from fayol.matters.states import STATUS_WORDS, Status
from fayol.organisation.models import Person
from fayol.web.search import MOST, Hit, register

_NUMBER = re.compile(r"^(?P<kind>[督协])?[〔\[(（]?(?:(?P<year>\d{4})[〕\])）])?(?P<number>\d{1,6})号?$")
"""督〔2026〕118号 as people type it: with any brackets, or only 118."""

_REF = re.compile(r"^\d{1,6}-\d{1,4}$")


def _matters(person: Person, text: str, now: datetime) -> list[Hit]:
    rows = matters.visible_to(person, now).select_related("lead_unit")
    number = _NUMBER.match("".join(text.split()))
    if number:
        wanted = {key: value for key, value in number.groupdict().items() if value}
        found = list(rows.filter(**wanted).order_by("-year", "-id")[:MOST])
    else:
        found = list(rows.filter(title__icontains=text).order_by("-created_at", "-id")[:MOST])
    return [_matter(row) for row in found]


def _matter(row: Matter) -> Hit:
    words = gettext("%(label)s，%(unit)s牵头，%(state)s") % {
        "label": row.label,
        "unit": row.lead_unit.name,
        "state": gettext(STATUS_WORDS[Status(row.status)]),
    }
    return Hit(row.title, words, f"/matters/{row.pk}/", "clipboard-list")


def _commitments(person: Person, text: str, now: datetime) -> list[Hit]:
    rows = commitments.visible_to(person, now).select_related("performer_unit", "responsible")
    named = {"ref": text} if _REF.match(text) else {"title__icontains": text}
    return [_commitment(row) for row in rows.filter(**named).order_by("-id")[:MOST]]


def _commitment(row: Commitment) -> Hit:
    who = f"{row.performer_unit.name} {row.responsible.name}" if row.responsible else row.performer_unit.name
    words = "，".join(part for part in (row.ref, who, gettext(STATE_WORDS[State(row.state)])) if part)
    return Hit(row.title, words, f"/commitments/{row.pk}/", "checklist")


register("matters", _("事项"), _matters)
register("commitments", _("任务"), _commitments)
