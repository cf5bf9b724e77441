"""The tree, one unit, and changing it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.organisation import access, actions, profile, queries, tree
from fayol.organisation.cards import cards_for
from fayol.organisation.forms import MoveForm, UnitForm, unit_words
from fayol.organisation.models import Unit
from fayol.organisation.states import PostRole
from fayol.organisation.views.shared import FormPage, fill_in, only, unit_steps, unit_url
from fayol.web.http import Request, answer, expect, keyset, person_required

FOUND_SHOWN = 20


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    context = {"q": text, "editor": access.can_edit(request.person), **_found(text)}
    if not text:
        context |= {
            "leaders": tree.leaders_row(request.now),
            "tops": tree.whole_tree(),
            "suppliers": tree.outside(),
            "away": tree.away_today(request.now),
        }
    return render(request, "organisation/index.html", context)


@require_safe
@person_required
def find(request: Request) -> HttpResponse:
    """The part below the search box, for htmx."""
    text = request.GET.get("q", "").strip()[:60]
    if not text:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("organisation:index")})
    response = render(request, "organisation/_found.html", {"q": text, **_found(text)})
    response["HX-Push-Url"] = f"{reverse('organisation:index')}?{request.GET.urlencode()}"
    return response


def _found(text: str) -> dict[str, object]:
    if not text:
        return {}
    people = queries.find_people(text, limit=FOUND_SHOWN)
    posts = queries.primary_posts([person.pk for person in people])
    return {
        "units": queries.find_units(text, limit=FOUND_SHOWN),
        "people": [(person, posts.get(person.pk)) for person in people],
    }


@require_safe
@person_required
def branch(request: Request, pk: int) -> HttpResponse:
    """The units right below one, for htmx."""
    unit = access.unit_for(request.person, pk)
    return render(request, "organisation/_branch.html", {"nodes": tree.branch(unit)})


@require_safe
@person_required
def suggest(request: Request) -> HttpResponse:
    """Options for a field in which a unit is typed."""
    text = str(next((value for value in request.GET.values() if value), ""))
    found = queries.find_units(text.rpartition("、")[2], limit=8)
    return render(request, "organisation/_options.html", {"words": [unit_words(unit) for unit in found]})


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    unit = access.unit_for(request.person, pk)
    members = (
        queries.active_posts().filter(unit=unit, role=PostRole.MEMBER, person__active=True).select_related("person")
    )
    page = keyset(members, ["order"], request.GET.get("at", ""), profile.MEMBERS_ON_A_PAGE)
    heads = access.heads(request.person, unit)
    editor = access.can_edit(request.person)
    context = {
        "unit": unit,
        "steps": unit_steps(unit),
        "roster": profile.key_roster(unit, request.now),
        "members": profile.with_presence(page.rows, request.now),
        "page": page,
        "contact": profile.contact_now(unit, request.now) if unit.active else None,
        "leaders": profile.leaders_of(unit),
        "branches": tree.branch(unit),
        "cards": cards_for(unit, request.person, request.now),
        "editor": editor,
        "arranges": editor or heads,
    }
    return render(request, "organisation/unit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def create(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    above = request.GET.get("parent", "")
    parent = access.unit_for(request.person, int(above)) if above.isdecimal() else None
    steps = (
        unit_steps(parent, last=gettext("新建单位")) if parent else [(gettext("组织"), reverse("organisation:index"))]
    )
    lede = gettext("建在%(unit)s下面，排在最后。") % {"unit": parent.name} if parent else gettext("建为最上一级单位。")
    to = unit_url(parent) if parent else reverse("organisation:index")
    page = FormPage(gettext("新建单位"), gettext("新建"), to, lede, steps)
    form = UnitForm(request.POST or None)
    return fill_in(
        request,
        page,
        form,
        lambda: actions.create_unit(parent, fields=form.values(), by=request.actor, now=request.now),
        unit_url,
        said=lambda unit: gettext("已新建%(unit)s。") % {"unit": unit.name},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person))
    unit = access.unit_for(request.person, pk)
    title = gettext("修改%(unit)s") % {"unit": unit.name}
    page = FormPage(
        title, gettext("保存"), unit_url(unit), steps=unit_steps(unit, last=gettext("修改")), expect=unit.version
    )
    form = UnitForm(request.POST or None, initial=UnitForm.initial_of(unit))
    return fill_in(
        request,
        page,
        form,
        lambda: actions.update_unit(
            unit, fields=form.values(), by=request.actor, now=request.now, expect=expect(request)
        ),
        unit_url,
        said=gettext("已保存。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def move(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person))
    unit = access.unit_for(request.person, pk)
    lede = gettext("下级单位和人员随它一起移动。")
    title = gettext("移动%(unit)s") % {"unit": unit.name}
    steps = unit_steps(unit, last=gettext("移动"))
    page = FormPage(title, gettext("移动"), unit_url(unit), lede, steps, expect=unit.version, suggests=True)
    form = MoveForm(request.POST or None, initial={"parent": unit.parent.name if unit.parent else ""})
    return fill_in(
        request,
        page,
        form,
        lambda: actions.move_unit(
            unit, parent=form.cleaned_data["parent"], by=request.actor, now=request.now, expect=expect(request)
        ),
        unit_url,
        said=lambda moved: (
            gettext("已移到%(unit)s下面。") % {"unit": moved.parent.name if moved.parent else gettext("最上一级")}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def order(request: Request, pk: int) -> HttpResponse:
    """The manual order of the units below, and of the people in the unit: numbers typed beside each."""
    unit = access.unit_for(request.person, pk)
    editor = access.can_edit(request.person)
    only(editor or access.heads(request.person, unit))
    children = list(Unit.objects.filter(parent=unit, active=True)) if editor else []
    posts = list(queries.active_posts().filter(unit=unit).select_related("person"))
    steps = unit_steps(unit, last=gettext("排序"))
    if request.method != "POST":
        context = {"unit": unit, "children": children, "posts": posts, "steps": steps}
        return render(request, "organisation/order.html", context)

    def save() -> None:
        if children and (wanted := _ordered(request, "unit", [child.pk for child in children])):
            actions.reorder_units(unit, order=wanted, by=request.actor, now=request.now)
        if posts and (wanted := _ordered(request, "post", [post.pk for post in posts])):
            actions.reorder_posts(unit, order=wanted, by=request.actor, now=request.now)

    return answer(request, save, unit_url(unit), said=gettext("已按新次序排列。"))


def _ordered(request: Request, name: str, keys: list[int]) -> list[int]:
    """The keys by the number typed beside each; [] when nothing differs. Without a number a row stays where it is."""
    places = {pk: i for i, pk in enumerate(keys, start=1)}
    typed = {pk: request.POST.get(f"{name}-{pk}", "") for pk in keys}
    wanted = sorted(keys, key=lambda pk: (int(typed[pk]) if typed[pk].isdecimal() else places[pk], places[pk]))
    return wanted if wanted != keys else []


@require_POST
@person_required
def close(request: Request, pk: int) -> HttpResponse:
    unit = access.unit_for(request.person, pk)
    return answer(
        request,
        lambda: actions.close_unit(unit, by=request.actor, now=request.now),
        unit_url,
        said=gettext("%(unit)s已撤销，旧事项里仍可查到。") % {"unit": unit.name},
    )


@require_POST
@person_required
def reopen(request: Request, pk: int) -> HttpResponse:
    unit = access.unit_for(request.person, pk)
    return answer(
        request,
        lambda: actions.reopen_unit(unit, by=request.actor, now=request.now),
        unit_url,
        said=gettext("%(unit)s已恢复。") % {"unit": unit.name},
    )


@require_POST
@person_required
def make_office(request: Request, pk: int) -> HttpResponse:
    unit = access.unit_for(request.person, pk)
    return answer(
        request,
        lambda: actions.set_office(unit, by=request.actor, now=request.now),
        unit_url,
        said=gettext("%(unit)s现在是协调办公室。") % {"unit": unit.name},
    )
