"""Comparing rows with what their facts make of them; what the auditors (`register_auditor`) share.

A fact that changed tracked values carries them under "set", in the spelling of the journal. Taken over in the order of
`seq` they must leave what the row holds now, value by value. An auditor in four lines:

    def audit() -> Iterator[str]:
        for row, facts in each("matter", Matter.objects.all()):
            yield from differing(f"matter:{row.pk}“{row.label}”", replayed(facts), values_of(row))

A problem is one sentence: it begins with the subject's name (`type:key`, and what people call it) and ends with what is
not as recorded. No full stop, no advice. What else a subject's facts promise, its auditor compares in the same loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from fayol.facts.journal import histories_of
from fayol.facts.models import Fact, Head

BATCH = 1000

M = TypeVar("M", bound=Model)


def in_batches(subject_type: str, rows: QuerySet[M], *, key: str = "pk") -> Iterator[list[tuple[M, list[Fact]]]]:
    """All of `rows`, each with its facts in order, `BATCH` at a time; `key` is the column that names the subject."""
    last = 0
    while batch := list(rows.filter(**{f"{key}__gt": last}).order_by(key)[:BATCH]):
        keys = [getattr(row, key) for row in batch]
        histories = histories_of(subject_type, keys)
        yield [(row, histories[pk]) for row, pk in zip(batch, keys, strict=True)]
        last = keys[-1]


def each(subject_type: str, rows: QuerySet[M]) -> Iterator[tuple[M, list[Fact]]]:
    """`in_batches`, one by one: for an auditor that needs nothing else for a batch."""
    return chain.from_iterable(in_batches(subject_type, rows))


def replayed(facts: Sequence[Fact]) -> dict[str, Any]:
    """The tracked values that the facts leave."""
    values: dict[str, Any] = {}
    for fact in facts:
        values.update(fact.data.get("set", {}))
    return values


def differing(name: str, told: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[str]:
    """One sentence that names every value which the row holds otherwise than its facts tell; nothing when all agree."""
    names = [one for one, value in held.items() if told.get(one) != value]
    if names:
        yield f"{name}与记录重放的结果不符：{'、'.join(names)}"


def rowless(subject_type: str, rows: QuerySet[M], *, called: str) -> Iterator[str]:
    """One sentence for each subject that has facts and no row any more."""
    lost = Head.objects.filter(subject_type=subject_type).exclude(subject_id__in=rows.values("pk"))
    for pk in lost.values_list("subject_id", flat=True):
        yield f"{subject_type}:{pk} 有记录，但{called}本身不见了"
