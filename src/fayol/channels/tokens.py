"""Tokens that platforms lend for two hours, kept in the memory of this process and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

EARLY = 300  # seconds before its end a token is not used any more
Fetch = Callable[[], tuple[str, int]]

_known: dict[tuple[str, ...], tuple[str, float]] = {}


def token_for(owner: tuple[str, ...], fetch: Fetch) -> str:
    """`fetch` answers a token and the seconds it lasts."""
    token, ends = _known.get(owner, ("", 0.0))
    if not token or monotonic() > ends:
        token, seconds = fetch()
        _known[owner] = token, monotonic() + seconds - EARLY
    return token


def forget(owner: tuple[str, ...]) -> None:
    """The platform does not take it any more."""
    _known.pop(owner, None)
