"""What the buttons of the review page do once everything typed has been kept. A button's value is verb:key:more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext, ngettext

from fayol.intake import actions
from fayol.intake.actions.bulk import LEAVE_OUT
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.states import DraftState
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.web.http import Request

Rest = list[str]


def act_on(request: Request, document: IntakeDocument, act: str) -> str:
    """Carries it out and says what happened. An unknown verb only keeps what was typed."""
    verb, *rest = act.split(":")
    return _VERBS.get(verb, _save)(request, document, rest)


def _save(request: Request, document: IntakeDocument, rest: Rest) -> str:
    return gettext("已存草稿。")


def _draft(document: IntakeDocument, rest: Rest) -> Draft:
    """The draft the button names; Stale when it is gone."""
    draft = document.drafts.filter(pk=int(rest[0])).first() if rest and rest[0].isdecimal() else None
    if draft is None:
        raise Stale()
    draft.document = document
    return draft


def _drop(request: Request, document: IntakeDocument, rest: Rest) -> str:
    draft = actions.drop_draft(_draft(document, rest), by=request.actor, now=request.now)
    return gettext("第%(n)d条不交办，可随时恢复。") % {"n": draft.position}


def _restore(request: Request, document: IntakeDocument, rest: Rest) -> str:
    draft = actions.restore_draft(_draft(document, rest), by=request.actor, now=request.now)
    return gettext("第%(n)d条已恢复。") % {"n": draft.position}


def _split(request: Request, document: IntakeDocument, rest: Rest) -> str:
    at = int(rest[1]) if len(rest) > 1 and rest[1].isdecimal() else 0
    first, second = actions.split_draft(_draft(document, rest), at=at, by=request.actor, now=request.now)
    return gettext("已拆成第%(a)d、%(b)d条，请分别核对。") % {"a": first.position, "b": second.position}


def _fan_out(request: Request, document: IntakeDocument, rest: Rest) -> str:
    made = actions.fan_out(_draft(document, rest), by=request.actor, now=request.now)
    return gettext("已按单位立成%(n)d条：第%(a)d到%(b)d条。") % {
        "n": len(made),
        "a": made[0].position,
        "b": made[-1].position,
    }


def _merge(request: Request, document: IntakeDocument, rest: Rest) -> str:
    """Into the one before it that is still open."""
    draft = _draft(document, rest)
    before = document.drafts.filter(position__lt=draft.position, state=DraftState.OPEN).order_by("-position").first()
    if before is None:
        raise Refused("nothing_to_merge", _("前面没有可以并入的任务。"))
    before.document = document
    merged = actions.merge_drafts(before, draft, by=request.actor, now=request.now)
    return gettext("已并入第%(n)d条，请核对。") % {"n": merged.position}


def _add(request: Request, document: IntakeDocument, rest: Rest) -> str:
    start = request.POST.get("add-start", "")
    draft = actions.add_draft(
        document,
        words=request.POST.get("add-words", ""),
        start=int(start) if start.isdecimal() else None,
        by=request.actor,
        now=request.now,
    )
    return gettext("已添为第%(n)d条，请核对。") % {"n": draft.position}


def _dates(request: Request, document: IntakeDocument, rest: Rest) -> str:
    day = _day(request.POST.get("all-day", ""))
    count = actions.decide_dates(
        document,
        due_on=day if rest == ["due"] else None,
        review_on=day if rest == ["review"] else None,
        by=request.actor,
        now=request.now,
    )
    return ngettext("%(n)d条已统一定期限。", "%(n)d条已统一定期限。", count) % {"n": count}


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        sentence = _("“{given}”这一天不存在，请核对：月份1到12，日期不超过当月天数。")
        raise Refused("no_such_day", sentence, field="all_due", given=given) from error


def _first_leads(request: Request, document: IntakeDocument, rest: Rest) -> str:
    count = actions.take_first_as_lead(document, by=request.actor, now=request.now)
    return ngettext("%(n)d条定由列第一位的单位牵头。", "%(n)d条定由列第一位的单位牵头。", count) % {"n": count}


def _names(request: Request, document: IntakeDocument, rest: Rest) -> str:
    """Each unknown name with the unit typed beside it, or left out; those without either stay as they are."""
    directory = Directory.load()
    meant: dict[str, int] = {}
    left_out = set(request.POST.getlist("name-out"))
    for words, unit in zip(request.POST.getlist("name-words"), request.POST.getlist("name-unit"), strict=False):
        if words in left_out:
            meant[words] = LEAVE_OUT
        elif unit.strip():
            meant[words] = directory.find(unit, field="names")
    if not meant:
        raise Refused("no_names", _("请至少给一个名称选定单位，或勾选不列入。"), field="names")
    count = actions.map_names(document, meant, by=request.actor, now=request.now)
    return ngettext("%(n)d条已对上单位。", "%(n)d条已对上单位。", count) % {"n": count}


def _dispatch(request: Request, document: IntakeDocument, rest: Rest) -> str:
    """The ticked drafts of this page as they were shown, and those ticked on other pages."""
    shown = {value for value in request.POST.getlist("row") if value.isdecimal()}
    wanted: dict[int, int | None] = {}
    for value in request.POST.getlist("take"):
        key = value.partition(".")[0]
        if key.isdecimal():
            wanted[int(key)] = None if f"{key}-title" in request.POST else _version(value)
    elsewhere = document.drafts.filter(state=DraftState.OPEN, checked=True).exclude(pk__in=[int(k) for k in shown])
    wanted |= dict.fromkeys(elsewhere.values_list("pk", flat=True), None)
    done = actions.dispatch(document, wanted, by=request.actor, now=request.now)
    count = len(done.tasks)
    words = ngettext("已交办%(n)d条，%(label)s，等各单位签收。", "已交办%(n)d条，%(label)s，等各单位签收。", count)
    return words % {"n": count, "label": done.matter.label}


def _version(value: str) -> int | None:
    """The version in "key.version"; a draft whose fields came along was compared when they were kept."""
    version = value.partition(".")[2]
    return int(version) if version.isdecimal() else None


_VERBS: dict[str, Callable[[Request, IntakeDocument, Rest], str]] = {
    "save": _save,
    "drop": _drop,
    "restore": _restore,
    "split": _split,
    "merge": _merge,
    "fan-out": _fan_out,
    "add": _add,
    "dates": _dates,
    "first-leads": _first_leads,
    "names": _names,
    "dispatch": _dispatch,
}
