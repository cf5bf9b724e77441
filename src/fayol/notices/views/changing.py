"""After sending: a correction, a withdrawal, and those who came later."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fayol.notices import access, actions
from fayol.notices.audience import newcomers
from fayol.notices.forms_audience import MoreForm
from fayol.notices.forms_writing import CorrectionForm, WordsForm
from fayol.notices.models import Notice
from fayol.notices.states import Status
from fayol.notices.views.page import url_of
from fayol.organisation.models import Person
from fayol.organisation.queries import primary_posts
from fayol.web.http import Problem, Request, answer, expect, person_required

LISTED = 100


def _sent(request: Request, pk: int) -> Notice:
    """One that is out and stands, to its issuing side."""
    notice = access.issued_for(request.person, pk, request.now)
    if notice.status != Status.SENT:
        raise Http404
    return notice


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def correct(request: Request, pk: int) -> HttpResponse:
    notice = _sent(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = CorrectionForm(posted, initial=CorrectionForm.preset(notice))

    def show(problem: Problem | None = None) -> HttpResponse:
        return render(request, "notices/correct.html", {"notice": notice, "form": form, "problem": problem})

    if posted is None:
        return show()

    def act() -> Notice:
        data = form.cleaned_data
        words = actions.Correction(
            **{name: data[name] for name in ("title", "body", "place", "starts_at", "ends_at", "material", "words")},
            due=form.due_changed(notice),
        )
        return actions.correct(notice, words, by=request.actor, now=request.now, expect=expect(request))

    return answer(request, act, url_of, form=form, again=show, said=t("更正已发出，收到通知的人都会看到改了什么。"))


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def withdraw(request: Request, pk: int) -> HttpResponse:
    notice = _sent(request, pk)
    form = WordsForm(request.POST if request.method == "POST" else None)

    def show(problem: Problem | None = None) -> HttpResponse:
        return render(request, "notices/withdraw.html", {"notice": notice, "form": form, "problem": problem})

    if request.method != "POST":
        return show()
    return answer(
        request,
        lambda: actions.withdraw(
            notice, words=form.cleaned_data["words"], by=request.actor, now=request.now, expect=expect(request)
        ),
        url_of,
        form=form,
        again=show,
        said=t("已撤回，收到通知的人都会看到原因。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def join(request: Request, pk: int) -> HttpResponse:
    """Those whom the audience names today and who have not got it, and anybody else who was forgotten."""
    notice = _sent(request, pk)
    form = MoreForm(request.POST if request.method == "POST" else None)
    later = list(newcomers(notice, request.now).order_by("order", "id")[:LISTED])

    def show(problem: Problem | None = None) -> HttpResponse:
        posts = primary_posts([person.pk for person in later])
        rows = [(person, posts.get(person.pk)) for person in later]
        context = {"notice": notice, "form": form, "rows": rows, "problem": problem}
        return render(request, "notices/join.html", context)

    if request.method != "POST":
        return show()
    picked = {int(key) for key in request.POST.getlist("id") if key.isdecimal()}

    def act() -> int:
        people: list[Person] = [person for person in later if person.pk in picked] + form.cleaned_data["people"]
        return actions.add_people(notice, people, by=request.actor, now=request.now, expect=expect(request))

    return answer(
        request,
        act,
        url_of(notice),
        form=form,
        again=show,
        said=lambda n: ngettext("又发给了%(n)d人。", "又发给了%(n)d人。", n) % {"n": n},
    )
