"""The plan as agreed on: versions, who has agreed, what differs, change orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.channels.actions import mark_seen
from fayol.commitments import access as commitments
from fayol.matters import access, presenter_baseline
from fayol.matters.forms_plan import StartForm
from fayol.matters.models import Matter
from fayol.matters.plan import access as plan_access
from fayol.matters.plan import actions, queries
from fayol.matters.plan.models import Acknowledgement, Baseline, ChangeOrder, Start
from fayol.matters.states import Status
from fayol.organisation.models import Person
from fayol.web.http import Problem, Request, answer, components, dates, person_required


@dataclass
class Sheet:
    """One version for one viewer; None before the first."""

    matter: Matter
    viewer: Person
    now: datetime
    baseline: Baseline | None
    problem: Problem | None = None
    words: str = ""
    form: StartForm | None = None

    @cached_property
    def runs(self) -> bool:
        return self.matter.status == Status.OPEN and access.can_run(self.viewer, self.matter, self.now)

    @cached_property
    def versions(self) -> list[Baseline]:
        return list(Baseline.objects.filter(matter=self.matter).select_related("made_by").order_by("-version"))

    @property
    def is_latest(self) -> bool:
        return self.baseline is not None and self.baseline == self.versions[0]

    # ── who has agreed ──

    @cached_property
    def acknowledgements(self) -> list[Acknowledgement]:
        return queries.acknowledgements_of(self.baseline) if self.baseline else []

    @cached_property
    def parties(self) -> list[presenter_baseline.Party]:
        waiting = [row for row in self.acknowledgements if row.asked and row.acknowledged_at is None]
        mine = {row.pk: self.is_latest and plan_access.can_acknowledge(self.viewer, row, self.now) for row in waiting}
        return presenter_baseline.parties_of(self.acknowledgements, mine, self.now)

    @property
    def mine(self) -> presenter_baseline.Party | None:
        """What the viewer has to say yes to; his own before that of a supplier he answers for."""
        found = [party for party in self.parties if party.mine]
        return next((party for party in found if party.row.person_id == self.viewer.pk), found[0] if found else None)

    @property
    def waited_for(self) -> list[Acknowledgement]:
        return [row for row in self.acknowledgements if row.asked and row.acknowledged_at is None]

    @property
    def standing(self) -> str:
        return presenter_baseline.standing_words(self.acknowledgements)

    @property
    def bar(self) -> components.MoveBar | None:
        if self.baseline is None or not self.is_latest:
            return None
        if self.mine:
            return presenter_baseline.my_bar(self.mine.row, self.baseline, self.now)
        return presenter_baseline.their_bar(self.waited_for, self.standing, self.now)

    # ── what differs ──

    @cached_property
    def diffs(self) -> list[presenter_baseline.Diff]:
        if self.baseline is None:
            return []
        found = queries.differences(self.baseline)
        lines = {line.commitment_id: line.title for line in self.baseline.lines.all()} if found else {}
        return presenter_baseline.diffs_of(found, lines, self.now)

    @cached_property
    def drifts(self) -> list[tuple[queries.Comparison, str]]:
        """Tasks that stand elsewhere than in the latest version, as far as the viewer may see them."""
        if not self.is_latest:
            return []
        seen = set(
            commitments.visible_to(self.viewer, self.now)
            .filter(origin_type="matter", origin_id=self.matter.pk)
            .values_list("pk", flat=True)
        )
        found = [one for one in queries.compare(self.matter) if one.differs and one.commitment.pk in seen]
        return [(one, presenter_baseline.drift_words(one, self.now)) for one in found]

    @property
    def can_make(self) -> bool:
        """A new version, where there is none yet or something stands elsewhere."""
        return self.runs and (not self.versions or (self.is_latest and bool(self.drifts)))

    @property
    def next_version(self) -> int:
        return self.versions[0].version + 1 if self.versions else 1

    @cached_property
    def orders(self) -> list[tuple[ChangeOrder, str]]:
        found = queries.change_orders_of(self.matter)
        return [(order, presenter_baseline.effect_words(order.effect)) for order in found]

    # ── the common start ──

    @cached_property
    def start(self) -> Start | None:
        return queries.start_of(self.matter)

    @property
    def ahead(self) -> Start | None:
        return self.start if self.start and self.start.told_at is None else None

    @property
    def can_start(self) -> bool:
        """First agreed, then lifted."""
        return self.runs and self.is_latest and not self.waited_for and bool(self.acknowledgements)

    @property
    def start_form(self) -> StartForm:
        return self.form or StartForm(auto_id="start-%s")


def sheet_of(request: Request, pk: int, **more: object) -> Sheet:
    matter = access.matter_for(request.person, pk, request.now)
    wanted = request.GET.get("v", "")
    versions = Baseline.objects.filter(matter=matter).select_related("made_by")
    found = versions.filter(version=int(wanted)) if wanted.isdecimal() and len(wanted) < 5 else versions
    baseline = found.order_by("-version").first()
    if wanted and baseline is None:
        raise Http404
    return Sheet(matter, request.person, request.now, baseline, **more)  # type: ignore[arg-type]


def page(request: Request, sheet: Sheet) -> HttpResponse:
    return render(request, "matters/plan/baseline.html", {"sheet": sheet, "matter": sheet.matter, "tab": "baseline"})


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    """`?v=1` shows an earlier version. Looking marks what was told of it as read."""
    sheet = sheet_of(request, pk)
    mark_seen(request.person, "plan", sheet.matter.pk, now=request.now)
    return page(request, sheet)


@require_POST
@person_required
def make(request: Request, pk: int) -> HttpResponse:
    """Freeze the plan as it stands as the next version."""
    sheet = sheet_of(request, pk)
    if not sheet.runs:
        raise Http404
    sheet.words = request.POST.get("words", "")[:500]
    return answer(
        request,
        lambda: actions.make_baseline(sheet.matter, words=sheet.words, by=request.actor, now=request.now),
        _url(sheet),
        again=lambda problem: _again(request, sheet, problem),
        said=lambda made: t("定为第%(n)d版，已请各方确认。") % {"n": made.version},
    )


@require_POST
@person_required
def agree(request: Request, pk: int, ack_pk: int) -> HttpResponse:
    """A party's yes."""
    sheet = sheet_of(request, pk)
    row = get_object_or_404(
        Acknowledgement.objects.select_related("baseline__matter", "unit"), pk=ack_pk, baseline__matter=sheet.matter
    )
    if not plan_access.can_acknowledge(request.person, row, request.now):
        raise Http404
    sheet.words = request.POST.get("words", "")[:500]
    return answer(
        request,
        lambda: actions.acknowledge(row, words=sheet.words, by=request.actor, now=request.now),
        _url(sheet),
        again=lambda problem: _again(request, sheet, problem),
        said=t("已为%(unit)s确认。") % {"unit": row.unit.name},
    )


@require_POST
@person_required
def remind(request: Request, pk: int) -> HttpResponse:
    sheet = sheet_of(request, pk)
    if not sheet.runs or sheet.baseline is None:
        raise Http404
    baseline = sheet.baseline
    return answer(
        request,
        lambda: actions.remind_parties(baseline, by=request.actor, now=request.now),
        _url(sheet),
        again=lambda problem: _again(request, sheet, problem),
        said=lambda n: ngettext("已提醒%(n)d家。", "已提醒%(n)d家。", n) % {"n": n},
    )


@require_POST
@person_required
def start(request: Request, pk: int) -> HttpResponse:
    """Announce the instant at which all begin together."""
    sheet = sheet_of(request, pk)
    if not sheet.runs:
        raise Http404
    form = sheet.form = StartForm(request.POST, auto_id="start-%s")
    return answer(
        request,
        lambda: actions.announce_start(sheet.matter, by=request.actor, now=request.now, **form.cleaned_data),
        _url(sheet),
        form=form,
        again=lambda problem: _again(request, sheet, problem),
        said=lambda made: t("统一启动定在%(at)s，到时同时通知各方。") % {"at": dates.daytime(made.at, request.now)},
    )


@require_POST
@person_required
def stop(request: Request, pk: int) -> HttpResponse:
    """Call the common start off."""
    sheet = sheet_of(request, pk)
    ahead = sheet.ahead
    if not sheet.runs or ahead is None:
        raise Http404
    words = request.POST.get("words", "")[:500]
    return answer(
        request,
        lambda: actions.cancel_start(ahead, words=words, by=request.actor, now=request.now),
        _url(sheet),
        again=lambda problem: _again(request, sheet, problem),
        said=t("统一启动取消了，各方会收到。"),
    )


def _url(sheet: Sheet) -> str:
    return reverse("matters:baseline", args=[sheet.matter.pk])


def _again(request: Request, sheet: Sheet, problem: Problem) -> HttpResponse:
    sheet.problem = problem
    return page(request, sheet)
