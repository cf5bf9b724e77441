"""通道: which there are, what each is connected to, how it fares, and a test to oneself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fayol.channels import access, actions, queries
from fayol.channels.connections import PLATFORMS, VARIABLES
from fayol.channels.contract import address_of
from fayol.channels.forms import AccountsForm, PatienceForm
from fayol.channels.models import MAIL, Bundle, Delivery
from fayol.channels.states import Status
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.organisation.queries import find_people, primary_posts
from fayol.web.http import Problem, Request, answer, person_required

FAILURES, FOUND = 10, 20
AGAIN = _("不用管，到时间自动再发；急的已改走下一个通道。")
OVER = _("有下一个通道的，已改走；没有的，在送达里重发或另行告知。")
DEAD = _("这个人在这里的账号不对：请本人或您改账号，改了就恢复。")


@dataclass(frozen=True)
class Failure:
    bundle: Bundle
    advice: str


@require_safe
@person_required
def index(request: Request) -> HttpResponse:
    return _index(request, PatienceForm(initial=queries.patience()))


def _index(request: Request, form: PatienceForm, problem: Problem | None = None) -> HttpResponse:
    access.require_overseer(request.person)
    text = request.GET.get("q", "").strip()
    people = find_people(text, limit=FOUND) if text else []
    posts = primary_posts([person.pk for person in people])
    found = [(person, posts.get(person.pk)) for person in people]
    context = {"standings": queries.standings(), "form": form, "problem": problem, "q": text, "found": found}
    return render(request, "channels/channels.html", context)


@require_POST
@person_required
def be_patient(request: Request) -> HttpResponse:
    access.require_overseer(request.person)
    form = PatienceForm(request.POST)
    return answer(
        request,
        lambda: actions.be_patient(form.cleaned_data, by=request.actor, now=request.now),
        reverse("deliveries:channels"),
        form=form,
        again=lambda problem: _index(request, form, problem),
        said=gettext("等多久已保存，从下一条消息起"),
    )


@require_safe
@person_required
def page(request: Request, name: str) -> HttpResponse:
    access.require_overseer(request.person)
    standing = _standing(name)
    context = {
        "one": standing,
        "variables": VARIABLES[name],
        "robots": queries.robots_of(name),
        "address": address_of(standing.channel, request.person) if standing.set_up else "",
        "failures": [Failure(row, _advice(row)) for row in queries.last_failures(name, FAILURES)],
        "test": queries.last_test(name, request.person),
        "mail": name == MAIL,
        "platform": PLATFORMS.get(name, ""),
    }
    return render(request, "channels/channel.html", context)


def _standing(name: str) -> queries.Standing:
    found = queries.standing_of(name)
    if found is None:
        raise Http404
    return found


def _advice(row: Bundle) -> str:
    if row.status == Status.RETRY:
        return gettext(AGAIN)
    dead = queries.dead_at(row.person_id, row.channel, row.address)
    return gettext(DEAD if dead else OVER)


@require_POST
@person_required
def switch(request: Request, name: str) -> HttpResponse:
    access.require_overseer(request.person)
    _standing(name)
    on = request.POST.get("on") == "1"
    return answer(
        request,
        lambda: actions.switch(name, on=on, by=request.actor, now=request.now),
        reverse("deliveries:channel", args=[name]),
        said=gettext("已启用") if on else gettext("已停用，等着的改走下一个通道"),
    )


@require_POST
@person_required
def test(request: Request) -> HttpResponse:
    access.require_overseer(request.person)

    def there(row: Delivery) -> str:
        return reverse("deliveries:channel", args=[row.channel]) + "#test"

    return answer(
        request,
        lambda: actions.test_channel(request.POST.get("channel", ""), by=request.actor, now=request.now),
        there,
        said=gettext("测试消息已排队，几秒后看结果"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def accounts(request: Request, pk: int) -> HttpResponse:
    """The office enters a person's accounts."""
    person = access.reader_for(request.person, pk)
    if request.method != "POST":
        return _accounts(request, person, AccountsForm(initial=queries.accounts_of_person(person)))
    form = AccountsForm(request.POST)
    return answer(
        request,
        lambda: actions.keep_accounts(person, accounts=form.given(), by=request.actor, now=request.now),
        reverse("deliveries:accounts", args=[person.pk]),
        form=form,
        again=lambda problem: _accounts(request, person, form),
        said=gettext("%(name)s的账号已保存") % {"name": person.name},
    )


def _accounts(request: Request, person: Person, form: AccountsForm) -> HttpResponse:
    return render(request, "channels/accounts.html", {"who": person, "form": form})
