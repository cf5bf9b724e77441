"""消息: what one was told, newest first. Opening a message is not yet an answer to it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fayol.channels.actions import mark_read
from fayol.channels.queries import inbox_of, unread_of
from fayol.kernel.text import gettext_noop as _
from fayol.web import nav
from fayol.web.http import Request, answer, keyset, person_required

SIZE = 30
VIEWS = (("", _("全部")), ("unread", _("未读")), ("asks", _("要我办的")))


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    rows = inbox_of(request.person)
    show = request.GET.get("show", "")
    if show == "unread":
        rows = rows.filter(read_at__isnull=True)
    elif show == "asks":
        rows = rows.filter(asks=True)
    messages = keyset(rows, ["-id"], request.GET.get("at", ""), SIZE)
    return render(request, "web/inbox.html", {"page": messages, "show": show, "views": VIEWS})


@require_POST
@person_required
def read(request: Request) -> HttpResponse:
    """Marks the message named by `id`, or all, as read."""
    given = request.POST.get("id", "")
    only = [int(given)] if given.isdecimal() else None
    return answer(
        request,
        lambda: mark_read(request.person, now=request.now, only=only),
        reverse("web:inbox"),
        said=lambda count: ngettext("%(n)d条标为已读", "%(n)d条标为已读", count) % {"n": count} if count else "",
    )


nav.register_unread(lambda person, now: unread_of.asked(person.pk))
