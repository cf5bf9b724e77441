"""The mailbox is looked into once a minute, and left alone for a while when it does not answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from fayol.answers.mailbox import NotReached, fetch
from fayol.answers.models import Mailbox
from fayol.worker.registry import register_gauge, register_sweep

EVERY_SECONDS = 60
LONGEST_REST = timedelta(minutes=15)


def register() -> None:
    register_sweep("answers.mailbox", look, every_seconds=EVERY_SECONDS)
    register_gauge("mailbox_up", "Whether the mailbox for replies can be read", up, label="mailbox")


def up(now: datetime) -> dict[str, float]:
    return {box.name: float(box.failing_since is None) for box in Mailbox.objects.all()}


def look(now: datetime, limit: int) -> int:
    if settings.MAIL_IN is None:
        return 0
    name = f"{settings.MAIL_IN.user}/{settings.MAIL_IN.folder}"[:120]
    if Mailbox.objects.filter(name=name, rests_until__gt=now).exists():
        return 0
    try:
        count = fetch(now=now, limit=limit)
    except NotReached as error:
        _failed(name, error, now)
        return 0
    fresh = {"looked_at": now, "troubles": 0, "rests_until": None, "failing_since": None}
    Mailbox.objects.update_or_create(name=name, defaults=fresh)
    return count


@transaction.atomic
def _failed(name: str, error: NotReached, now: datetime) -> None:
    box, _new = Mailbox.objects.select_for_update().get_or_create(name=name)
    box.troubles += 1
    box.rests_until = now + min(timedelta(minutes=2 ** min(box.troubles - 1, 8)), LONGEST_REST)
    box.failing_since = box.failing_since or now
    box.reason, box.detail = error.reason[:300], error.detail[:500]
    box.save()
