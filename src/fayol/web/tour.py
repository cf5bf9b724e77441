"""The guided tour: five stops on the real pages, each one sentence; the browser's own #target does the pointing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from fayol.kernel.text import gettext_noop as _
from fayol.web.http import back, person_required
from fayol.web.nav import exists

COOKIE = "fayol_tour"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Step:
    """`anchor` is the id of the part of the page that is pointed at."""

    path: str
    anchor: str
    title: str
    words: str


STEPS = (
    Step("/", "moves", _("轮到您的事"), _("每天从这里开始。只列轮到您的，最急的在最上面；右边的按钮就是下一步。")),
    Step(
        "/", "search", _("找人、找事"), _("按姓名、拼音首字母、编号或任务名都能找到。在任何页面按 / 键，光标就到这里。")
    ),
    Step(
        "/intake/",
        "upload",
        _("导入分工方案"),
        _("把方案或会议纪要传上来，系统读出谁牵头、谁配合、何时完成，核对后一次交办。"),
    ),
    Step(
        "/ledger/",
        "filter",
        _("台账和灯"),
        _("红灯是超期，黄灯是临期或待答复。点灯就只看这一类，网址可以直接发给别人。"),
    ),
    Step("/ledger/", "ledger", _("责任在谁手里"), _("每一行写明当前责任方和已催到哪一级。勾选几条，可以一并催办。")),
)


@dataclass(frozen=True)
class Stop:
    """A step as one person meets it: steps whose page does not exist yet are left out of the count."""

    step: Step
    number: int
    total: int
    previous: str
    following: str


def stops() -> list[Stop]:
    there = [step for step in STEPS if exists(step.path)]
    urls = [f"{step.path}?tour={i}#{step.anchor}" for i, step in enumerate(there, 1)]
    return [
        Stop(step, i + 1, len(there), urls[i - 1] if i else "", urls[i + 1] if i + 1 < len(there) else "")
        for i, step in enumerate(there)
    ]


def stop_for(request: HttpRequest) -> Stop | None:
    """The stop named by `?tour=`, if it belongs to this page."""
    wanted = request.GET.get("tour", "")
    found = [stop for stop in stops() if str(stop.number) == wanted and stop.step.path == request.path]
    return found[0] if found else None


def is_over(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "over"


@require_safe
@person_required
def overview(request: HttpRequest) -> HttpResponse:
    """All stops on one page, for reading without the pages themselves."""
    return render(request, "web/tour.html", {"stops": stops(), "over": is_over(request)})


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Not offered again to this person in this browser."""
    answer = back(request)
    answer.set_cookie(COOKIE, "over", max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer
