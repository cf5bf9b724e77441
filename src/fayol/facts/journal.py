"""Writing and reading the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction

from fayol.facts import registry
from fayol.facts.chain import digest
from fayol.facts.models import Fact, Head

Item = tuple[int, str, dict[str, Any]]


class Author(Protocol):
    """Who acts. A system act has no person."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def person_name(self) -> str: ...
    @property
    def behalf_id(self) -> int | None: ...
    @property
    def behalf_name(self) -> str: ...


def record(
    subject_type: str, subject_id: int, verb: str, *, by: Author, now: datetime, data: dict[str, Any] | None = None
) -> Fact:
    """Append one fact and tell the subscribers. Refuses to run outside a transaction."""
    return record_many(subject_type, [(subject_id, verb, data or {})], by=by, now=now)[0]


def record_many(subject_type: str, items: Sequence[Item], *, by: Author, now: datetime) -> list[Fact]:
    """Append one fact for each item `(subject_id, verb, data)`, in their order; a constant number of queries."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("facts are recorded inside a transaction only")
    if not items:
        return []
    heads = _locked_heads(subject_type, {subject_id for subject_id, _, _ in items})
    facts = [_next_fact(heads[item[0]], item, by=by, now=now) for item in items]
    Fact.objects.bulk_create(facts)
    _advance(list(heads.values()))
    registry.announce(facts)
    return facts


def _advance(heads: list[Head]) -> None:
    """One statement however many there are: bulk_update's CASE for each row made this half the cost of a big import."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Head._meta.db_table} AS h SET seq = v.seq, hash = v.hash"  # noqa: S608  our own table's name
            " FROM unnest(%s::bigint[], %s::integer[], %s::text[]) AS v(id, seq, hash) WHERE h.id = v.id",
            [[head.pk for head in heads], [head.seq for head in heads], [head.hash for head in heads]],
        )


def _locked_heads(subject_type: str, ids: set[int]) -> dict[int, Head]:
    rows = [Head(subject_type=subject_type, subject_id=pk, seq=0, hash="") for pk in sorted(ids)]
    Head.objects.bulk_create(rows, ignore_conflicts=True)
    locked = Head.objects.select_for_update().filter(subject_type=subject_type, subject_id__in=ids)
    return {head.subject_id: head for head in locked.order_by("subject_id")}


def _next_fact(head: Head, item: Item, *, by: Author, now: datetime) -> Fact:
    _, verb, data = item
    fact = Fact(
        subject_type=head.subject_type,
        subject_id=head.subject_id,
        seq=head.seq + 1,
        verb=verb,
        at=now,
        actor_id=by.person_id,
        actor_name=by.person_name,
        behalf_id=by.behalf_id,
        behalf_name=by.behalf_name,
        data=data,
        prev_hash=head.hash,
    )
    fact.hash = digest(fact)
    head.seq, head.hash = fact.seq, fact.hash
    return fact


def history_of(subject_type: str, subject_id: int) -> list[Fact]:
    return list(Fact.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("seq"))


def histories_of(subject_type: str, ids: Iterable[int]) -> dict[int, list[Fact]]:
    """The facts of several subjects, each list in order of `seq`."""
    found: dict[int, list[Fact]] = {pk: [] for pk in ids}
    for fact in Fact.objects.filter(subject_type=subject_type, subject_id__in=found).order_by("subject_id", "seq"):
        found[fact.subject_id].append(fact)
    return found
