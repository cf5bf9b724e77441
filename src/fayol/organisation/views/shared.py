"""What the pages of this app share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from fayol.organisation.models import Person, Unit
from fayol.organisation.profile import lineage
from fayol.web.http import Problem, Request, answer

T = TypeVar("T")
Step = tuple[str, str]


@dataclass(frozen=True)
class FormPage:
    """One page with one form: what it is called, what happens, and the word on its button."""

    title: str
    button: str
    back: str
    lede: str = ""
    steps: Sequence[Step] = field(default_factory=list)
    expect: int | None = None
    suggests: bool = False


def show_form(request: Request, page: FormPage, form: BaseForm, **more: object) -> HttpResponse:
    return render(request, "organisation/form.html", {"page": page, "form": form, **more})


def again(request: Request, page: FormPage, form: BaseForm, **more: object) -> Callable[[Problem], HttpResponse]:
    """The same form once more, with what was typed and what is wrong."""
    return lambda problem: show_form(request, page, form, problem=problem, **more)


def fill_in(
    request: Request,
    page: FormPage,
    form: BaseForm,
    act: Callable[[], T],
    to: str | Callable[[T], str],
    *,
    said: str | Callable[[T], str] = "",
    **more: object,
) -> HttpResponse:
    """One page with one form, all the way: shown, carried out, or shown again with what is wrong."""
    if request.method != "POST":
        return show_form(request, page, form, **more)
    return answer(request, act, to, form=form, again=again(request, page, form, **more), said=said)


def unit_url(unit: Unit) -> str:
    return reverse("organisation:unit", args=[unit.pk])


def person_url(person: Person) -> str:
    return reverse("organisation:person", args=[person.pk])


def unit_steps(unit: Unit, *, last: str = "") -> list[Step]:
    above = [(one.name, unit_url(one)) for one in lineage(unit)]
    steps = [(gettext("组织"), reverse("organisation:index")), *above]
    return [*steps, (unit.name, unit_url(unit)), (last, "")] if last else [*steps, (unit.name, "")]


def person_steps(person: Person, *, last: str = "") -> list[Step]:
    steps = [(gettext("组织"), reverse("organisation:index"))]
    return [*steps, (person.name, person_url(person)), (last, "")] if last else [*steps, (person.name, "")]


def only(allowed: bool) -> None:
    """What one may not do looks as if it were not there."""
    if not allowed:
        raise Http404
