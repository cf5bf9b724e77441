"""Whatever is done to a promise behind its facts is found and named."""

from __future__ import annotations

import pytest

from fayol.commitments.actions._turn import snapshot
from fayol.commitments.audit import audit, compare
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.facts.verify import verify


@pytest.fixture
def row(scene: Scene) -> Commitment:
    return scene.brought_to(State.REPORTED)


@pytest.fixture
def facts(row: Commitment) -> list[Fact]:
    return history_of("commitment", row.pk)


def test_untouched_it_is_what_its_facts_say(row: Commitment) -> None:
    assert list(audit()) == []


def test_a_changed_row_is_named_by_its_changed_values(row: Commitment) -> None:
    Commitment.objects.filter(pk=row.pk).update(title="偷改", percent=99)
    (problem,) = verify().problems
    assert problem.startswith(f"commitment:{row.pk}“偷改”与记录重放的结果不符：")
    assert set(problem.partition("：")[2].split("、")) == {"title", "percent"}


def test_a_number_of_facts_that_is_not_the_rows_is_named(row: Commitment) -> None:
    Commitment.objects.filter(pk=row.pk).update(version=row.version + 2)
    assert [problem.partition("”")[2] for problem in audit()] == [
        f"登记为第{row.version + 2}版，记录到第{row.version}条"
    ]


def test_a_move_that_could_not_have_been_made_is_named(row: Commitment, facts: list[Fact]) -> None:
    facts[1].verb = "commitment.accepted"
    assert f"第{facts[1].seq}条记录的动作commitment.accepted在当时的状态下不该发生" in "".join(compare(row, facts))


def test_a_row_without_facts_and_facts_without_a_row_are_named(scene: Scene) -> None:
    row = scene.brought_to(State.DRAFT)
    assert [problem.partition("”")[2] for problem in compare(row, [])] == ["没有任何记录"]
    pk = row.pk
    row.delete()
    assert list(audit()) == [f"commitment:{pk} 有记录，但任务本身不见了"]


def test_every_tracked_value_is_compared(row: Commitment, facts: list[Fact]) -> None:
    for fact in facts:
        fact.verb = "commitment.noted"
        fact.data["set"] = dict.fromkeys(fact.data["set"], "something else")
    (problem,) = compare(row, facts)
    assert set(problem.partition("不符：")[2].split("、")) == set(snapshot(row))
