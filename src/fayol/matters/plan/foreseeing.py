"""A reason to expect a task to be late: what it needs comes too late for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as t

from fayol.commitments.foreseeing import register_reason
from fayol.commitments.models import Commitment
from fayol.commitments.policy_foresee import Reason
from fayol.matters.plan.models import Dependency
from fayol.matters.plan.policy import schedule
from fayol.matters.plan.queries.graph import load_graph


def register() -> None:
    register_reason("input_late", find, say)


def find(ids: Sequence[int], now: datetime) -> Mapping[int, Sequence[Reason]]:
    """Those whose input, as it stands, leaves less time than the work takes, and whose performer has not vouched for
    the date all the same."""
    waiting = set(Dependency.objects.filter(after__in=ids).values_list("after_id", flat=True))
    if not waiting:
        return {}
    graph = load_graph(waiting, now, down=False)
    timings = schedule(graph)
    late = {}
    for pk in waiting & timings.keys():
        timing, due_on = timings[pk], graph.nodes[pk].due_on
        overrun = timing.finish_on is not None and due_on is not None and timing.finish_on > due_on
        if timing.driver and timing.slack is not None and timing.slack < 0 and overrun:
            late[pk] = timing
    names = Commitment.objects.in_bulk([timing.driver for timing in late.values() if timing.driver])
    return {
        pk: [
            {
                "title": names[timing.driver].title,
                "day": timing.input_on.isoformat() if timing.input_on else "",
                "days": -(timing.slack or 0),
            }
        ]
        for pk, timing in late.items()
        if timing.driver in names
    }


def say(reason: Reason) -> str:
    day = date.fromisoformat(reason["day"])
    return t("前置任务“%(title)s”要到%(month)d月%(day)d日，差%(days)d天") % {
        "title": reason["title"], "month": day.month, "day": day.day, "days": reason["days"],
    }  # fmt: skip
