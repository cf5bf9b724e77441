"""Proving that nothing was changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from fayol.facts import registry
from fayol.facts.chain import digest
from fayol.facts.models import Fact, Head, Seal


@dataclass
class Verdict:
    """`problems` are sentences, each naming the subject and the sequence number; empty when all is well."""

    facts: int = 0
    subjects: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


def verify() -> Verdict:
    """Walk every chain, every head and every seal, then ask each app to replay its rows.

    Reads one consistent snapshot; streams, so that memory does not grow with the journal.
    """
    verdict = Verdict()
    with transaction.atomic():
        if not connection.features.has_select_for_update:  # pragma: no cover
            raise RuntimeError("PostgreSQL only")
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        verdict.problems.extend(_walk_chains(verdict))
        verdict.problems.extend(_check_seals())
        for auditor in registry.auditors().values():
            verdict.problems.extend(auditor())
    return verdict


def _walk_chains(verdict: Verdict) -> Iterator[str]:
    heads = {(h.subject_type, h.subject_id): h for h in Head.objects.iterator(chunk_size=5000)}
    at: tuple[str, int] | None = None
    seq, last = 0, ""
    for fact in Fact.objects.order_by("subject_type", "subject_id", "seq").iterator(chunk_size=2000):
        key = (fact.subject_type, fact.subject_id)
        if key != at:
            if at is not None:
                yield from _check_head(at, seq, last, heads)
            at, seq, last = key, 0, ""
            verdict.subjects += 1
        verdict.facts += 1
        yield from _check_fact(fact, seq, last)
        seq, last = fact.seq, fact.hash
    if at is not None:
        yield from _check_head(at, seq, last, heads)
    for (kind, pk), head in heads.items():
        if head.seq:
            yield f"{kind}:{pk} 的全部{head.seq}条记录不见了"


def _check_fact(fact: Fact, seq: int, last: str) -> Iterator[str]:
    name = f"{fact.subject_type}:{fact.subject_id} 第{fact.seq}条"
    if fact.seq != seq + 1:
        yield f"{fact.subject_type}:{fact.subject_id} 缺第{seq + 1}条记录" + (
            f"至第{fact.seq - 1}条" if fact.seq > seq + 2 else ""
        )
    if fact.prev_hash != last:
        yield f"{name}与上一条接不上（次序或内容被改动）"
    if digest(fact) != fact.hash:
        yield f"{name}的内容被改动"


def _check_head(key: tuple[str, int], seq: int, last: str, heads: dict[tuple[str, int], Head]) -> Iterator[str]:
    head = heads.pop(key, None)
    if head is None:
        yield f"{key[0]}:{key[1]} 的链尾登记不见了"
    elif (head.seq, head.hash) != (seq, last):
        yield f"{key[0]}:{key[1]} 的链尾登记为第{head.seq}条，实有到第{seq}条"


def _check_seals() -> Iterator[str]:
    previous, floor = "", 0
    for seal in Seal.objects.order_by("upto"):
        count, value = _seal_hash(floor, seal.upto, previous)
        if seal.prev_hash != previous:
            yield f"截至第{seal.upto}号记录的封存与上一次封存接不上"
        elif (count, value) != (seal.count, seal.hash):
            yield f"第{floor + 1}号至第{seal.upto}号记录与封存时不符：封存时{seal.count}条，现有{count}条"
        previous, floor = seal.hash, seal.upto


def _seal_hash(floor: int, upto: int, previous: str) -> tuple[int, str]:
    running, count = hashlib.sha256(previous.encode()), 0
    rows = Fact.objects.filter(id__gt=floor, id__lte=upto).order_by("id")
    for pk, value in rows.values_list("id", "hash").iterator(chunk_size=5000):
        running.update(f"{pk}:{value};".encode())
        count += 1
    return count, running.hexdigest()


def seal(*, now: datetime) -> Seal | None:
    """Seal everything recorded so far; nothing when nothing is new.

    Waits for writers in flight (a SHARE lock on the journal), so that no fact with a lower id can appear later.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE facts_fact IN SHARE MODE")
        last = Seal.objects.order_by("upto").last()
        floor, previous = (last.upto, last.hash) if last else (0, "")
        upto = Fact.objects.aggregate(top=Max("id"))["top"] or 0
        if upto <= floor:
            return None
        count, value = _seal_hash(floor, upto, previous)
        return Seal.objects.create(upto=upto, count=count, at=now, prev_hash=previous, hash=value)
