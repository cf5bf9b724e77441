"""The instant of the request being answered, for templates: filters cannot see the request."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_now: ContextVar[datetime | None] = ContextVar("fayol_now", default=None)


def read() -> datetime:
    """The clock. Views get the instant as `request.now`; only the middleware reads it here."""
    return timezone.now().astimezone(timezone.get_current_timezone())  # noqa: TID251  the one place where pages look


def request_now() -> datetime:
    """The instant of the current request in local time; outside a request, now."""
    return _now.get() or read()


class at:
    """While this lasts, `request_now()` is the given instant."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(timezone.get_current_timezone())

    def __enter__(self) -> datetime:
        self._token = _now.set(self.instant)
        return self.instant

    def __exit__(self, *exception: object) -> None:
        _now.reset(self._token)
