"""Small things about Chinese text that every part needs."""

from __future__ import annotations

import unicodedata


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation without importing Django; pages translate it when they show it."""
    return message


def half_width(text: str) -> str:
    """Full-width ASCII to half-width, length kept, so that offsets stay valid."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else (" " if c == "\u3000" else c) for c in text)


def squeeze(text: str) -> str:
    """Normal form for comparing names: NFKC, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
