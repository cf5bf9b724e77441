"""通知设置: one's own wishes about mail, and why some cannot be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from fayol.channels import actions
from fayol.channels.connections import PLATFORMS
from fayol.channels.contract import Channel, channel_named, channels
from fayol.channels.forms import AccountsForm, WishesForm
from fayol.channels.models import MAIL, Preference
from fayol.channels.policy import first_try, kind_of, pace_of
from fayol.channels.queries import (
    accounts_of_person,
    calendars_of,
    dead_accounts_of,
    dead_address_of,
    preference_of,
)
from fayol.channels.queueing import reach_of
from fayol.channels.states import Pace, Quiet
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.web.http import Problem, Request, answer, person_required

SAMPLES = (
    (_("普通任务交办给您"), True, False, "normal"),
    (_("加急任务交办给您"), True, False, "urgent"),
    (_("催办"), False, True, "normal"),
    (_("别人反馈了进展"), False, False, "normal"),
    (_("特急"), True, False, "flash"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def page(request: Request) -> HttpResponse:
    row = preference_of(request.person)
    if request.method != "POST":
        return _show(request, row, WishesForm(initial=WishesForm.initial_of(row), ways=_ways(request.person)))
    form = WishesForm(request.POST, ways=_ways(request.person))
    return answer(
        request,
        lambda: actions.wish(request.person, wishes=form.values(), by=request.actor, now=request.now),
        reverse("notifications:page"),
        form=form,
        again=lambda problem: _show(request, row, form, problem),
        said=gettext("通知设置已保存"),
    )


def _ways(person: Person) -> Sequence[Channel]:
    """By which the person is reached now, in the order in which they are tried."""
    reach = reach_of({person.pk}, [channel for channel in channels() if channel.is_on()]).get(person.pk)
    return reach.channels if reach else []


def _show(
    request: Request,
    row: Preference,
    form: WishesForm,
    problem: Problem | None = None,
    accounts: AccountsForm | None = None,
) -> HttpResponse:
    mail = channel_named(MAIL)
    ways = _ways(request.person)
    context = {
        "ways": ways,
        "accounts": accounts or AccountsForm(initial=accounts_of_person(request.person)),
        "platforms": [name for name in AccountsForm.base_fields if _in_use(name)],
        "dead_accounts": [(one, channel_named(one.channel)) for one in dead_accounts_of(request.person)],
        "form": form,
        "problem": problem,
        "on": mail is not None and mail.is_on(),
        "dead": dead_address_of(request.person, MAIL),
        "samples": _samples(row, request.now),
        "hours": Quiet.HOURS.value,
        "gather": settings.MAIL_GATHER,
    }
    return render(request, "channels/wishes.html", context)


def _samples(row: Preference, now: datetime) -> list[tuple[str, datetime | None]]:
    """When a letter would go out, were these to happen now: the wishes in effect, in instants."""
    calendar, gather, found = calendars_of([row.person_id])(row.person_id), timedelta(minutes=settings.MAIL_GATHER), []
    for words, asks, chase, urgency in SAMPLES:
        pace = pace_of(row.wish, kind_of(asks=asks, chase=chase), urgency)
        at = None if pace is Pace.OFF else first_try(row.wish, pace, urgency, now, calendar, gather)
        found.append((gettext(words), at))
    return found


@require_POST
@person_required
def resume(request: Request) -> HttpResponse:
    """The person says that the own address works again."""

    def turn_on() -> None:
        row = dead_address_of(request.person, MAIL)
        if row is None:
            raise Refused("not_off", _("您的邮箱没有停用，不用恢复。"))
        actions.turn_on(row, by=request.actor, now=request.now)

    return answer(request, turn_on, reverse("notifications:page"), said=gettext("邮箱已恢复，之后的邮件照常发"))


def _in_use(platform: str) -> bool:
    return any(PLATFORMS.get(channel.name) == platform for channel in channels() if channel.is_on())


@require_POST
@person_required
def accounts(request: Request) -> HttpResponse:
    """One's own accounts on the platforms."""
    form, row = AccountsForm(request.POST), preference_of(request.person)
    again = WishesForm(initial=WishesForm.initial_of(row), ways=_ways(request.person))
    return answer(
        request,
        lambda: actions.keep_accounts(request.person, accounts=form.given(), by=request.actor, now=request.now),
        reverse("notifications:page"),
        form=form,
        again=lambda problem: _show(request, row, again, accounts=form),
        said=gettext("账号已保存"),
    )
