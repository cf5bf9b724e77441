"""The yardstick: a plain signed-in Django page that lists 50 promises, with nothing of ours around it.

Same settings and middleware (session, sign-in, the person behind the account), one query with the joins its cells
need, one small template with as many cells as the ledger has.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from fayol.commitments.models import Commitment
from fayol.config.urls import urlpatterns as house

TEMPLATE = """<!doctype html><html lang="zh-hans"><head><meta charset="utf-8"><title>任务</title></head><body>
<h1>任务</h1><p>{{ request.user }}</p><table><thead><tr><th>编号</th><th>任务</th><th>事项</th><th>单位</th><th>责任人</th>
<th>状态</th><th>期限</th><th>最近反馈</th><th>催办</th></tr></thead><tbody>
{% for row in rows %}<tr><td>{{ row.ref }}</td><td><a href="/commitments/{{ row.pk }}/">{{ row.title }}</a></td>
<td>{{ row.origin_title }}</td><td>{{ row.performer_unit.name }}</td><td>{{ row.holder.name }}</td>
<td>{{ row.get_state_display }}</td><td>{{ row.due_on|date:"Y-m-d" }}</td><td>{{ row.last_note }}</td>
<td>{{ row.chases }}</td></tr>
{% endfor %}</tbody></table></body></html>"""


@cache
def _template() -> Any:
    return engines["django"].from_string(TEMPLATE)


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    rows = Commitment.objects.select_related("performer_unit", "holder").order_by("-id")[:50]
    return HttpResponse(_template().render({"rows": rows}, request))


urlpatterns = [path("bare/", bare), *house]
