"""A receipt in words and marks. Green is a confirmed one and nothing else, whatever the page."""

from __future__ import annotations

from django.utils.translation import gettext as t

from fayol.notices.models import Receipt
from fayol.notices.states import (
    LEAVE_WORDS,
    REPLY_WORDS,
    STAGE_WORDS,
    WAY_WORDS,
    Leave,
    Reply,
    Stage,
    Way,
)
from fayol.web.http import components

KINDS: dict[Stage, str] = {
    Stage.WAITING: "sent",
    Stage.HANDED: "sent",
    Stage.FAILED: "fail",
    Stage.ON_SYSTEM: "sent",
    Stage.PROXIED: "proxy",
    Stage.REPORTED: "proxy",
    Stage.TOLD: "told",
    Stage.READ: "read",
    Stage.UNDERSTOOD: "read",
    Stage.CONFIRMED: "self",
}
assert [stage for stage, kind in KINDS.items() if kind in ("self", "phone")] == [Stage.CONFIRMED]


def mark_of(row: Receipt) -> components.Receipt:
    stage = Stage(row.stage)
    if stage is Stage.PROXIED and row.proxied_by_id is None:
        return components.Receipt("proxy", t("他人代接，本人未知悉"))
    if stage is not Stage.CONFIRMED:
        return components.Receipt(KINDS[stage], t(STAGE_WORDS[stage]))
    if row.confirmed_by_id != row.person_id and row.confirmed_by is not None:
        return components.Receipt("self", t("%(name)s（代）已确认") % {"name": row.confirmed_by.name})
    if row.confirmed_how in (Way.PHONE, Way.IN_PERSON):
        way = t(WAY_WORDS[Way(row.confirmed_how)])
        return components.Receipt("phone", t("%(way)s告知，本人已确认") % {"way": way})
    return components.Receipt("self")


def reply_of(row: Receipt) -> str:
    """What was answered. Until the person has confirmed it, only what he is said to mean to do: 拟参加."""
    if row.reply == Reply.NOTHING:
        return t("未准，待再答复") if row.leave == Leave.REFUSED else ""
    words = t(REPLY_WORDS[Reply(row.reply)])
    if row.reply == Reply.SUBSTITUTE and row.substitute is not None:
        words = t("委托%(name)s参加") % {"name": row.substitute.name}
    if row.stage != Stage.CONFIRMED:
        words = t("拟%(reply)s") % {"reply": words}
    if row.leave:
        words = t("%(reply)s（%(leave)s）") % {"reply": words, "leave": t(LEAVE_WORDS[Leave(row.leave)])}
    return words


def must_light(musts: tuple[int, int]) -> components.Light | None:
    """How many of those who must attend know it themselves; nothing where nobody must."""
    own, all_ = musts
    if not all_:
        return None
    words = t("必到人员%(own)d/%(all)d已本人确认") % {"own": own, "all": all_}
    return components.Light("green" if own == all_ else "amber", words)
