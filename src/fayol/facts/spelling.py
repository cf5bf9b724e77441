"""How values stand in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def spelled(value: Any) -> Any:
    """Days and instants (these in UTC) in ISO 8601; anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a fact carries under "set": the values that are new or other than before."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}
