"""The days of a flow in words. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as t

from fayol.matters.flows.states import ANCHOR_DAY


def offset_words(offset: int, anchor: str) -> str:
    """活动日前5个工作日, 启动日后第3个工作日, 活动日当天."""
    day = t(ANCHOR_DAY[anchor])
    if offset == 0:
        return t("%(day)s当天") % {"day": day}
    if offset < 0:
        return t("%(day)s前%(n)d个工作日") % {"day": day, "n": -offset}
    return t("%(day)s后%(n)d个工作日") % {"day": day, "n": offset}


def went_words(real_days: float | None, late_days: int | None) -> str:
    """实际3.5天，晚2天; empty where nobody knows."""
    parts = []
    if real_days is not None:
        parts.append(t("实际%(n)s天") % {"n": f"{real_days:g}"})
    if late_days:
        parts.append(t("晚%(n)d天") % {"n": late_days})
    elif late_days == 0:
        parts.append(t("按时"))
    return "，".join(parts)
