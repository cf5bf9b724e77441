"""The journal: append-only, chained, and every kind of tampering found and named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from fayol.facts import registry
from fayol.facts.journal import history_of, record, record_many
from fayol.facts.models import Fact, Head, Seal
from fayol.facts.verify import seal, verify

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Somebody:
    person_id: int | None = 7
    person_name: str = "林晓雯"
    behalf_id: int | None = None
    behalf_name: str = ""


BY = Somebody()


@pytest.fixture
def chain(now: datetime) -> list[Fact]:
    with transaction.atomic():
        return [record("thing", 1, f"thing.step{n}", by=BY, now=now, data={"n": n}) for n in range(1, 5)]


def tampered(sql: str) -> list[str]:
    """What `verify` says after a change made behind the application's back, triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE facts_fact DISABLE TRIGGER USER")
        cursor.execute(sql)
    return verify().problems


def test_each_fact_carries_the_hash_of_the_one_before(chain: list[Fact]) -> None:
    assert [f.seq for f in chain] == [1, 2, 3, 4]
    assert [f.prev_hash for f in chain] == ["", *(f.hash for f in chain[:3])]
    assert history_of("thing", 1) == chain
    assert verify().ok


@pytest.mark.parametrize("sql", ["UPDATE facts_fact SET verb = 'x'", "DELETE FROM facts_fact", "TRUNCATE facts_seal"])
def test_the_database_refuses_to_change_a_fact(chain: list[Fact], now: datetime, sql: str) -> None:
    seal(now=now)
    if "TRUNCATE" in sql:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE facts_seal ENABLE TRIGGER facts_seal_no_truncate")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE facts_fact SET data = '{\"n\": 9}' WHERE seq = 2", "thing:1 第2条的内容被改动"),
        ("UPDATE facts_fact SET actor_name = '周岚' WHERE seq = 3", "thing:1 第3条的内容被改动"),
        ("UPDATE facts_fact SET at = at + interval '1 day' WHERE seq = 1", "thing:1 第1条的内容被改动"),
        ("DELETE FROM facts_fact WHERE seq = 2", "thing:1 缺第2条记录"),
        ("DELETE FROM facts_fact WHERE seq = 4", "链尾登记为第4条，实有到第3条"),
        ("DELETE FROM facts_fact", "thing:1 的全部4条记录不见了"),
        (
            "UPDATE facts_fact SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE seq IN (2, 3);"
            "UPDATE facts_fact SET seq = seq / 10 WHERE seq > 9",
            "thing:1 第2条与上一条接不上",
        ),
        ("DELETE FROM facts_head", "thing:1 的链尾登记不见了"),
    ],
)
def test_verify_names_what_was_changed_removed_or_reordered(chain: list[Fact], sql: str, sentence: str) -> None:
    assert any(sentence in problem for problem in tampered(sql))


def test_a_seal_shows_that_a_whole_subject_vanished(chain: list[Fact], now: datetime) -> None:
    assert seal(now=now) is not None
    assert seal(now=now) is None
    problems = tampered("DELETE FROM facts_fact; DELETE FROM facts_head")
    assert any("封存时4条，现有0条" in p for p in problems)


def test_seals_are_chained(chain: list[Fact], now: datetime) -> None:
    first = seal(now=now)
    with transaction.atomic():
        record("thing", 2, "thing.made", by=BY, now=now)
    second = seal(now=now)
    assert first
    assert second
    assert (second.prev_hash, second.count) == (first.hash, 1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE facts_seal DISABLE TRIGGER USER")
    Seal.objects.filter(pk=first.pk).update(hash="0" * 64)
    assert len(verify().problems) == 2


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record("thing", 1, "thing.made", by=BY, now=now)
    assert not Fact.objects.exists()


def test_many_facts_cost_as_many_queries_as_two(
    now: datetime, django_assert_num_queries: object, django_assert_max_num_queries: object
) -> None:
    from django.test.utils import CaptureQueriesContext

    def cost(count: int, kind: str) -> int:
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            record_many(kind, [(n, "thing.made", {}) for n in range(count)], by=BY, now=now)
        return len(captured)

    assert cost(2, "few") == cost(200, "many")
    assert Head.objects.filter(subject_type="many").count() == 200


def test_a_subscriber_hears_once_for_each_call_and_its_trouble_undoes_the_act(now: datetime) -> None:
    heard: list[list[str]] = []
    registry.subscribe("thing.*", lambda facts: heard.append([f.verb for f in facts]))
    try:
        with transaction.atomic():
            record_many("thing", [(1, "thing.a", {}), (2, "thing.b", {})], by=BY, now=now)
        assert heard == [["thing.a", "thing.b"]]
        registry.subscribe("thing.bad", _trouble)
        with pytest.raises(RuntimeError), transaction.atomic():
            record("thing", 3, "thing.bad", by=BY, now=now)
        assert not Fact.objects.filter(subject_id=3).exists()
    finally:
        registry._handlers.pop("thing.*", None)
        registry._handlers.pop("thing.bad", None)


def _trouble(facts: list[Fact]) -> None:
    raise RuntimeError("no")
