"""General appeals beside the items of a division of work: noticed, but no items of their own."""

from __future__ import annotations

import re

from fayol.reading.deadlines import find_times
from fayol.reading.drafts import Draft, Writer
from fayol.reading.model import Warning
from fayol.reading.units import is_group

_DIVISION = re.compile(r"分工|分解|任务清单|责任清单|台账")
_SOFT = ("modal", "bare", "owner", "asked", "dated", "share", "carried")
_PRAISE = re.compile(r"表扬|表彰|奖励|答复|办理情况")


def settled(drafts: list[Draft], title: str, *, size: int, writer: Writer, warnings: list[Warning]) -> list[Draft]:
    """In a document that is a division of work, general appeals beside the items are no items of their own."""
    if _PRAISE.search(title):
        drafts = [draft for draft in drafts if draft.how != "bare"]
    closed = [draft for draft in drafts if draft.how in ("bracket", "label", "table")]
    stated = ("by", "role", "duty", "bracket", "label", "table")
    named = [d for d in drafts if d.how in stated and any(not is_group(unit.name) for unit in d.everybody)]
    covered = sum(end - start for draft in closed if draft.how != "table" for _flat, start, end in draft.pieces)
    division = len(closed) >= 10 and covered >= 0.85 * max(1, size)
    titled = bool(_DIVISION.search(title)) and len(named) >= 3
    if not division and not titled:
        return drafts
    kept = []
    for draft in drafts:
        if draft.how in ("bracket", "label", "table") or _firm(draft, writer) or not _appeal(draft, all_named=division):
            kept.append(draft)
            continue
        sentence = f"这句是总的要求，没有列为任务：“{writer.words(draft.start, draft.end)[:24]}…”"
        warnings.append(Warning("general_appeal", sentence, (draft.start, draft.end)))
    return kept


def _firm(draft: Draft, writer: Writer) -> bool:
    return any(
        time.strength >= 2
        for flat, start, end in draft.pieces
        for time in find_times(flat.text, start, end, writer.context)
    )


def _appeal(draft: Draft, *, all_named: bool) -> bool:
    if draft.how in (*_SOFT, "duty", "role", "nobody") and all_named:
        return True
    return draft.how in _SOFT and all(is_group(unit.name) for unit in draft.everybody)
