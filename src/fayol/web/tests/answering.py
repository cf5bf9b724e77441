"""Addresses for the tests of `answer`: a note whose title may be changed."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from fayol.config.urls import handler400, handler403, handler404, handler500
from fayol.config.urls import urlpatterns as house
from fayol.kernel.errors import Refused, Stale
from fayol.web.components import MoveBar
from fayol.web.http import Problem, Request, actor_from, answer, expect, person_required

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

done: list[dict[str, object]] = []
"""What the action carried out."""


_BAR = """{% load fayol %}{% move bar %}
<form class="fy-move-act" method="post" action="/notes/change/" data-guard
  hx-post="/notes/change/" hx-target="#move" hx-swap="outerHTML">{% csrf_token %}
  <input class="form-control" name="title" value="{{ title }}" aria-label="标题">
  <button class="btn btn-primary">保存</button></form>
{% endmove %}"""
_ROWS = """<form data-bulk method="post" action="/notes/change/">
<label><input type="checkbox" data-all>全选</label>
<ul>{% for n in "abc" %}
  <li><input type="checkbox" name="id" value="{{ n }}" aria-label="选{{ n }}"></li>{% endfor %}
</ul><button data-count="催办%n条" data-needs-pick>催办</button></form>{% endblock %}"""


class NoteForm(forms.Form):
    title = forms.CharField(label="标题", max_length=10)


@person_required
def change(request: Request) -> HttpResponse:
    form = NoteForm(request.POST)

    def action() -> str:
        title = str(form.cleaned_data["title"])
        if title == "慢了":
            raise Stale
        if title == "不行":
            raise Refused(
                "no", "“{title}”不行，最晚{day}。请换一个。", field="title", title=title, day=request.now.date()
            )
        by = actor_from(request)
        done.append({"title": title, "by": by.person_name, "behalf": by.behalf_name, "expect": expect(request)})
        return title

    def again(problem: Problem) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return HttpResponse(_bar(request, form["title"].value(), problem.sentence))
        return HttpResponse(f"{problem.sentence}|{form['title'].errors.as_text()}|{form['title'].value()}")

    return answer(
        request, action, lambda title: f"/notes/{title}/", form=form, again=again,
        partial=lambda title: HttpResponse(_bar(request, title)), said=lambda title: f"改成了{title}",
    )  # fmt: skip


def _bar(request: Request, title: str, wrong: str = "") -> str:
    return Template(_BAR).render(
        RequestContext(request, {"bar": MoveBar(title, mine=True, meta=wrong), "title": title})
    )


@person_required
def shown(request: Request) -> HttpResponse:
    """The bar on a whole page, and rows to choose from."""
    page = Template(
        '{% extends "web/base.html" %}{% block title %}便签{% endblock %}{% block content %}' + _BAR + _ROWS
    )
    return HttpResponse(page.render(RequestContext(request, {"bar": MoveBar("写标题", mine=True), "title": ""})))


@person_required
def plain(request: Request) -> HttpResponse:
    def action() -> None:
        raise Refused("no", "现在不行。请明天再来。")

    return answer(request, action, "/")


def broken(request: Request) -> HttpResponse:
    raise RuntimeError("a fault of ours")


def upload(request: Request) -> HttpResponse:
    return HttpResponse("taken")


urlpatterns = [
    path("notes/change/", change),
    path("notes/", shown),
    path("notes/plain/", plain),
    path("notes/broken/", broken),
    path("notes/upload/", person_required(upload)),
    *house,
]
