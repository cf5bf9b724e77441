"""Being away, and letting somebody act in one's place."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.organisation import access, actions, profile
from fayol.organisation.forms import DelegationForm, WindowForm
from fayol.organisation.models import Absence, Delegation, Person
from fayol.organisation.views.shared import FormPage, fill_in, only, person_steps, person_url
from fayol.web.http import Request, answer, person_required

BEGIN, END = time(8, 30), time(17, 30)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def absence(request: Request, pk: int) -> HttpResponse:
    person = access.person_for(request.person, pk)
    only(access.can_record_absence(request.person, person))
    title = gettext("登记%(name)s离岗") % {"name": person.name}
    lede = gettext("这段时间轮到其办理的事，按A角、B角、负责人的次序转给在岗的人。")
    page = FormPage(title, gettext("登记"), person_url(person), lede, person_steps(person, last=gettext("登记离岗")))
    form = WindowForm(request.POST or None, initial=_tomorrow(request.now))
    return fill_in(
        request,
        page,
        form,
        lambda: actions.record_absence(person, window=form.values(), by=request.actor, now=request.now),
        person_url(person),
        said=_absent,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def delegation(request: Request, pk: int) -> HttpResponse:
    person = access.person_for(request.person, pk)
    only(access.can_delegate_for(request.person, person))
    title = gettext("%(name)s授权他人代理") % {"name": person.name}
    lede = gettext("代理人以其名义办理，每一步都写明“代”。不能再转授，到期自动收回。")
    steps = person_steps(person, last=gettext("授权代理"))
    page = FormPage(title, gettext("授权"), person_url(person), lede, steps, suggests=True)
    form = DelegationForm(request.POST or None, initial=_tomorrow(request.now))
    if person.pk != request.person.pk:
        form.fields["away"].label = gettext("这段时间本人不在岗")
    return fill_in(
        request,
        page,
        form,
        lambda: _delegate(request, person, form),
        person_url(person),
        said=lambda row: gettext("已授权%(name)s代理。") % {"name": row.deputy.name},
    )


def _absent(absence: Absence) -> str:
    said = [gettext("已登记%(name)s离岗。") % {"name": absence.person.name}]
    for unit, other in profile.pair_away(absence):
        words = gettext("%(unit)s的%(name)s同期也不在岗，轮到联络员的事由负责人接办。")
        said.append(words % {"unit": unit.name, "name": other.name})
    return "".join(said)


@transaction.atomic
def _delegate(request: Request, person: Person, form: DelegationForm) -> Delegation:
    """The delegation, and with it the absence when that was ticked: both or neither."""
    by, now, window = request.actor, request.now, form.values()
    row = actions.delegate(person, deputy=form.cleaned_data["deputy"], window=window, by=by, now=now)
    if form.cleaned_data["away"]:
        actions.record_absence(person, window=window, by=by, now=now)
    return row


@require_POST
@person_required
def cancel(request: Request, pk: int) -> HttpResponse:
    row = access.absence_for(request.person, pk)
    return answer(
        request,
        lambda: actions.cancel_absence(row, by=request.actor, now=request.now),
        person_url(row.person),
        said=gettext("离岗登记已撤销。"),
    )


@require_POST
@person_required
def revoke(request: Request, pk: int) -> HttpResponse:
    row = access.delegation_for(request.person, pk)
    return answer(
        request,
        lambda: actions.revoke_delegation(row, by=request.actor, now=request.now),
        person_url(row.principal),
        said=gettext("对%(name)s的授权已收回。") % {"name": row.deputy.name},
    )


def _tomorrow(now: datetime) -> dict[str, object]:
    day = timezone.localtime(now).date() + timedelta(days=1)
    zone = timezone.get_current_timezone()
    return WindowForm.initial_of(datetime.combine(day, BEGIN, zone), datetime.combine(day, END, zone))
