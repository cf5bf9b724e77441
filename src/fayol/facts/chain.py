"""How a fact is hashed. Pure: values in, hash out."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Protocol


class Hashable(Protocol):
    subject_type: str
    subject_id: int
    seq: int
    verb: str
    at: datetime
    actor_id: int | None
    actor_name: str
    behalf_id: int | None
    behalf_name: str
    data: Any
    prev_hash: str


def canonical(data: Any) -> str:
    """One spelling for one value, whatever order the database keeps its keys in."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(fact: Hashable) -> str:
    parts = [
        fact.prev_hash,
        fact.subject_type,
        fact.subject_id,
        fact.seq,
        fact.verb,
        fact.at.astimezone(UTC).isoformat(timespec="microseconds"),
        fact.actor_id,
        fact.actor_name,
        fact.behalf_id,
        fact.behalf_name,
        fact.data,
    ]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
