"""Being away, and letting somebody act in one's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import access
from fayol.organisation.actions.shared import locked
from fayol.organisation.actor import Actor
from fayol.organisation.models import Absence, Delegation, Person


@dataclass(frozen=True)
class Window:
    """From an instant up to (not including) another, and why."""

    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@transaction.atomic
def record_absence(person: Person, *, window: Window, by: Actor, now: datetime) -> Absence:
    """Refused when it ends before it starts, lies wholly in the past, or overlaps one already recorded."""
    access.require(access.can_record_absence(by.person, person), by)
    person = locked(person)
    _check_window(window, now)
    if not person.active:
        raise Refused("person_inactive", _("{name}已离职，请另选。"), name=person.name)
    clash = Absence.objects.filter(_overlaps(window), person=person, cancelled_at__isnull=True).first()
    if clash:
        raise Refused("overlap", _("{name}从{start}到{end}已登记离岗，请先撤销原来的登记。"), field="starts_at",
                      name=person.name, start=_day(clash.starts_at), end=_day(clash.ends_at))  # fmt: skip
    absence = Absence.objects.create(
        person=person,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        reason=window.reason.strip(),
        next_edge_at=next_edge(window.starts_at, window.ends_at, now),
    )
    _tell(person.pk, "absence_recorded", absence, by, now)
    return absence


@transaction.atomic
def cancel_absence(absence: Absence, *, by: Actor, now: datetime) -> Absence:
    """Back earlier, or never away. Refused when it is over or was cancelled before."""
    access.require(access.can_record_absence(by.person, absence.person), by)
    absence = locked(absence)
    if absence.cancelled_at is not None or absence.ends_at <= now:
        raise Refused("over", _("这条离岗登记已经结束或撤销。"))
    absence.cancelled_at, absence.next_edge_at = now, None
    absence.save(update_fields=["cancelled_at", "next_edge_at"])
    _tell(absence.person_id, "absence_cancelled", absence, by, now)
    return absence


@transaction.atomic
def delegate(principal: Person, *, deputy: Person, window: Window, by: Actor, now: datetime) -> Delegation:
    """The deputy acts with the principal's authority inside the window.

    Refused: to oneself, from or to somebody inactive, in the past, overlapping another of the same principal, and
    chained, that is when the deputy delegates, or the principal is a deputy, at any time inside the window.
    """
    access.require(access.can_delegate_for(by.person, principal), by)
    if principal.pk == deputy.pk:
        raise Refused("to_oneself", _("不能授权给本人。"), field="deputy")
    principal, deputy = _both_locked(principal, deputy)
    _check_window(window, now)
    for person in (principal, deputy):
        if not person.active:
            raise Refused("person_inactive", _("{name}已离职，请另选。"), field="deputy", name=person.name)
    _check_delegations(principal, deputy, window)
    whole = Absence.objects.filter(
        person=deputy, cancelled_at__isnull=True, starts_at__lte=window.starts_at, ends_at__gte=window.ends_at
    )
    if whole.exists():
        raise Refused("deputy_away", _("{name}在这段时间也不在岗，请另选代理人。"), field="deputy", name=deputy.name)
    row = Delegation.objects.create(
        principal=principal,
        deputy=deputy,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        reason=window.reason.strip(),
        next_edge_at=next_edge(window.starts_at, window.ends_at, now),
    )
    _tell(principal.pk, "delegated", row, by, now)
    return row


@transaction.atomic
def revoke_delegation(delegation: Delegation, *, by: Actor, now: datetime) -> Delegation:
    """Ends at once. Refused when it is over or was revoked before. What the deputy did stays done."""
    access.require(access.can_delegate_for(by.person, delegation.principal), by)
    delegation = locked(delegation)
    if delegation.revoked_at is not None or delegation.ends_at <= now:
        raise Refused("over", _("这条授权已经结束或撤销。"))
    delegation.revoked_at, delegation.next_edge_at = now, None
    delegation.save(update_fields=["revoked_at", "next_edge_at"])
    _tell(delegation.principal_id, "delegation_revoked", delegation, by, now)
    return delegation


def next_edge(starts_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
    """The first of the two instants still to come."""
    return next((edge for edge in (starts_at, ends_at) if edge > now), None)


def _both_locked(one: Person, other: Person) -> tuple[Person, Person]:
    """Always the smaller key first, so that two crossing delegations wait for each other instead of dying."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    first, second = locked(first), locked(second)
    return (first, second) if first.pk == one.pk else (second, first)


def _overlaps(window: Window) -> Q:
    return Q(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at)


def _check_window(window: Window, now: datetime) -> None:
    if window.ends_at <= window.starts_at:
        raise Refused("window", _("结束时间要晚于开始时间。"), field="ends_at")
    if window.ends_at <= now:
        raise Refused("past", _("这段时间已经过去，请填写今后的时间。"), field="ends_at")
    if len(window.reason.strip()) > 200:
        raise Refused("too_long", _("最多{most}个字，请缩短。"), field="reason", most=200)


def _check_delegations(principal: Person, deputy: Person, window: Window) -> None:
    inside = Delegation.objects.filter(_overlaps(window), revoked_at__isnull=True).select_related("principal", "deputy")
    own = inside.filter(principal=principal).first()
    if own:
        raise Refused("overlap", _("{name}从{start}到{end}已授权{deputy}，请先撤销原来的授权。"), field="starts_at",
                      name=principal.name, deputy=own.deputy.name,
                      start=_day(own.starts_at), end=_day(own.ends_at))  # fmt: skip
    onward = inside.filter(principal=deputy).first()
    if onward:
        raise Refused("chain", _("{deputy}在这段时间已把自己的工作授权给{other}，授权不能再转授，请另选代理人。"),
                      field="deputy", deputy=deputy.name, other=onward.deputy.name)  # fmt: skip
    taken = inside.filter(deputy=principal).first()
    if taken:
        raise Refused("chain", _("{name}在这段时间正代理{other}，授权不能再转授。请先撤销那条授权。"),
                      field="deputy", name=principal.name, other=taken.principal.name)  # fmt: skip


def _day(instant: datetime) -> str:
    local = instant.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _tell(person_id: int, what: str, row: Absence | Delegation, by: Actor, now: datetime) -> None:
    data = {"what": what, "row": row.pk, "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
    if isinstance(row, Delegation):
        data["deputy"] = row.deputy_id
    record("person", person_id, "person.availability_changed", by=by, now=now, data=data)
