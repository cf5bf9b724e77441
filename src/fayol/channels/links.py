"""Addresses of this house as others must write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def absolute(path: str) -> str:
    """Links lead into this house only: `path` is below it, whatever somebody put there."""
    return str(settings.PUBLIC_URL) + "/" + path.lstrip("/")


def host() -> str:
    """The right-hand side of Message-IDs: our name, without the port, also for an address like [::1]."""
    name = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return name if ":" not in name else "localhost"
