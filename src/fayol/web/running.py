"""运行状态: whether what happens by itself happens, for the office in short and for system administrators in whole;
and the same as numbers for a monitoring system."""

from __future__ import annotations

import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from fayol.kernel.text import gettext_noop as _
from fayol.organisation.access import can_edit
from fayol.organisation.queries import is_system_admin
from fayol.web.http import Request, person_required
from fayol.worker.metrics import CONTENT_TYPE, exposition
from fayol.worker.report import WorkerReport, waiting_rows, worker_report

TROUBLES = {
    "no_worker": _("没有后台进程在运行，提醒、催办和邮件都停着。请系统管理员启动后台进程；积下的会补办，不会丢。"),
    "clock": _("{n}个后台进程所在机器的时钟与数据库相差超过1分钟，它们已停手。请系统管理员校准时钟。"),
    "late": _("{n}项定时任务没有按时开始。后台进程可能太少，或被占住。"),
    "failing": _("{n}项定时任务出错，会自动再试。"),
    "stalled": _("{n}件工作停在失联的进程手里，1分钟内会自动转给别的进程。"),
    "stuck": _("{n}条记录多次处理不成，已推后再试，其余照常。请系统管理员看原因。"),
}
TITLES = {
    "facts.seal": _("封存流水"),
    "files.orphans": _("清理无主附件"),
    "organisation.years": _("核对年度日历"),
    "organisation.absence_edges": _("请假开始和结束"),
    "organisation.delegation_edges": _("授权开始和结束"),
    "commitments.resume": _("到期恢复挂起的任务"),
    "commitments.foresee": _("预判将要误期的任务"),
    "commitments.review": _("复看没有期限的任务"),
    "commitments.recalculate": _("按新日历重算期限"),
    "ladders.climb": _("催办阶梯到级"),
    "ladders.send": _("合并发出催办"),
    "ladders.adopt": _("给旧任务接上阶梯"),
    "plan.handovers": _("提醒交接误期"),
    "plan.unanswered": _("提醒未确认的变更"),
    "plan.starts": _("提醒可以开工"),
    "recurring.open": _("开出定期任务"),
    "channels.mail": _("发邮件"),
}
_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


@require_safe
@person_required
def page(request: Request) -> HttpResponse:
    if not can_edit(request.person):
        raise Http404
    report, whole = worker_report(request.now), is_system_admin(request.person)
    given = {
        "report": report,
        "troubles": [gettext(TROUBLES[code]).format(n=n) for code, n in report.troubles.items()],
        "whole": whole,
        "figures": figures(report, request.now),
        "sweeps": sweeps_of(report, request.now) if whole else [],
    }
    return render(request, "web/running.html", given)


def figures(report: WorkerReport, now: datetime) -> list[tuple[str, str]]:
    from fayol.web.gauges import deliveries_failed, deliveries_waiting

    return [
        (gettext("后台进程"), str(report.workers_alive)),
        (gettext("待发消息"), str(int(sum(deliveries_waiting(now).values())))),
        (gettext("未送达消息"), str(deliveries_failed(now))),
        (gettext("推后再试的记录"), str(report.stuck_total)),
    ]


def sweeps_of(report: WorkerReport, now: datetime) -> list[dict[str, object]]:
    """What stands in the table: those in trouble first."""
    waiting = waiting_rows(now)
    rows: list[dict[str, object]] = [
        {
            "state": one,
            "title": gettext(TITLES[one.name]) if one.name in TITLES else "",
            "every": span(timedelta(seconds=one.every_seconds)),
            "late": span(one.late_by) if one.late_by else "",
            "waiting": waiting.get(one.name),
        }
        for one in report.sweeps
    ]
    troubled = {one.name for one in (*report.late, *report.failing)}
    return sorted(rows, key=lambda row: row["state"].name not in troubled)  # type: ignore[attr-defined]


def span(length: timedelta) -> str:
    """For machines' time, not for people's: 30秒, 5分钟, 2小时, 1天."""
    seconds = int(length.total_seconds())
    for size, words in ((86400, _("{n}天")), (3600, _("{n}小时")), (60, _("{n}分钟"))):
        if seconds >= size:
            return gettext(words).format(n=seconds // size)
    return gettext("{n}秒").format(n=seconds)


# ── for a monitoring system ────────────────────────────────────────────────


@csrf_exempt
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text format, for this machine itself and for whoever has the token; for all others, and
    for every other method, the address does not exist."""
    if request.method not in ("GET", "HEAD") or not (_has_token(request) or _is_this_machine(request)):
        raise Http404
    now: datetime = vars(request)["now"]
    return HttpResponse(exposition(now), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _has_token(request: HttpRequest) -> bool:
    """Over plain http a token is no secret: where https is on, it counts there only."""
    wanted: str = settings.ENVIRONMENT.metrics_token
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    safe = request.is_secure() or not settings.ENVIRONMENT.https
    return bool(wanted) and safe and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode())


def _is_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine also comes from the loopback; it is known by what it adds, or by the name asked for."""
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        near = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return near and request.get_host().rsplit(":", 1)[0] in ("127.0.0.1", "localhost", "[::1]")
