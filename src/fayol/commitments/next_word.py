"""How far beyond the due day an announced word may hold off what chases a promise: known to the app that chases."""

from __future__ import annotations

from collections.abc import Callable

from fayol.commitments.models import Commitment

Ask = Callable[[Commitment], int]
"""Working days after the due day."""

_asked: list[Ask] = []


def register_word_limit(ask: Ask) -> None:
    """The last one that registered is asked."""
    _asked[:] = [ask]


def word_limit_of(row: Commitment) -> int:
    return _asked[0](row) if _asked else 0
