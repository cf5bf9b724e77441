"""Who is what in a unit."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.organisation import access, actions, queries
from fayol.organisation.forms import AppointForm, PostForm
from fayol.organisation.models import Post, Unit
from fayol.organisation.states import HEADS_MAY_APPOINT, ROSTER_ORDER, SINGLE_ROLES, PostRole, UnitKind
from fayol.organisation.views.shared import FormPage, fill_in, only, unit_steps, unit_url
from fayol.web.http import Request, answer, person_required


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def appoint(request: Request, pk: int) -> HttpResponse:
    unit = access.unit_for(request.person, pk)
    roles = _roles(request, unit)
    only(bool(roles) and unit.active)
    title = gettext("任命到%(unit)s") % {"unit": unit.name}
    steps = unit_steps(unit, last=gettext("任命"))
    page = FormPage(title, gettext("任命"), unit_url(unit), steps=steps, suggests=True)
    form = AppointForm(request.POST or None, roles=roles, initial={"role": PostRole.MEMBER.value})

    def act() -> Post:
        return actions.appoint(
            form.cleaned_data["person"],
            unit=unit,
            fields=form.values(),
            by=request.actor,
            now=request.now,
            replacing=_replaced(form, unit),
        )

    return fill_in(
        request,
        page,
        form,
        act,
        unit_url(unit),
        said=lambda post: (
            gettext("%(name)s现在是%(unit)s的%(role)s。")
            % {"name": post.person.name, "unit": unit.name, "role": post.words}
        ),
    )


def _replaced(form: AppointForm, unit: Unit) -> Post | None:
    role = form.cleaned_data["role"]
    if not form.cleaned_data["replace"] or role not in SINGLE_ROLES:
        return None
    return queries.active_posts().filter(unit=unit, role=role).first()


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    post = access.post_for(request.person, pk)
    roles = _roles(request, post.unit)
    only(PostRole(post.role) in roles)
    title = gettext("修改%(name)s的任职") % {"name": post.person.name}
    steps = unit_steps(post.unit, last=gettext("修改任职"))
    page = FormPage(title, gettext("保存"), unit_url(post.unit), steps=steps)
    initial = {"role": post.role, "title": post.title, "primary": post.primary}
    form = PostForm(request.POST or None, roles=roles, initial=initial)
    return fill_in(
        request,
        page,
        form,
        lambda: actions.update_post(post, fields=form.values(), by=request.actor, now=request.now),
        unit_url(post.unit),
        said=gettext("已保存。"),
        post=post,
    )


@require_POST
@person_required
def end(request: Request, pk: int) -> HttpResponse:
    post = access.post_for(request.person, pk)
    return answer(
        request,
        lambda: actions.end_post(post, by=request.actor, now=request.now),
        unit_url(post.unit),
        said=gettext("%(name)s不再担任%(unit)s的%(role)s。")
        % {"name": post.person.name, "unit": post.unit.name, "role": post.words},
    )


def _roles(request: Request, unit: Unit) -> list[PostRole]:
    """The roles this viewer may give out in this unit, as they make sense there."""
    roles = list(ROSTER_ORDER) if access.can_edit(request.person) else []
    if not roles and access.heads(request.person, unit):
        roles = [role for role in ROSTER_ORDER if role in HEADS_MAY_APPOINT]
    absent = set() if unit.is_office else {PostRole.COORDINATOR}
    absent |= set() if unit.kind == UnitKind.LEADERS else {PostRole.LEADER}
    return [role for role in roles if role not in absent]
