"""Edges of absences and delegations are told when they pass, once, whatever happens to one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from fayol.facts import registry
from fayol.facts.journal import history_of
from fayol.organisation import actions, sweeps
from fayol.organisation.actions import Window
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Absence, Delegation, Person
from fayol.worker.claims import FIRST_PAUSE
from fayol.worker.registry import sweep_named


def told(person: Person) -> list[str]:
    return [f.data["what"] for f in history_of("person", person.pk) if f.verb == "person.availability_changed"]


def test_the_start_and_the_end_of_an_absence_are_told_when_they_pass(cast: Any, now: datetime) -> None:
    person = cast.person("周岚")
    window = Window(now + timedelta(hours=1), now + timedelta(hours=5))
    absence = actions.record_absence(person, window=window, by=SYSTEM, now=now)
    sweeps.tell_absence_edges(now, 100)
    assert told(person) == ["absence_recorded"]
    for hours in (1, 1, 3, 5, 6):
        sweeps.tell_absence_edges(now + timedelta(hours=hours), 100)
    assert told(person) == ["absence_recorded", "absence_started", "absence_ended"]
    absence.refresh_from_db()
    assert absence.next_edge_at is None


def test_a_delegation_slept_through_is_told_as_ended_once(cast: Any, now: datetime) -> None:
    person = cast.person("周岚")
    window = Window(now + timedelta(hours=1), now + timedelta(hours=5))
    actions.delegate(person, deputy=cast.person("孙悦"), window=window, by=SYSTEM, now=now)
    later = now + timedelta(hours=8)
    assert sweeps.tell_delegation_edges(later, 100) == 1
    assert sweeps.tell_delegation_edges(later, 100) == 0
    assert told(person) == ["delegated", "delegation_ended"]


def test_a_cancelled_window_is_quiet(cast: Any, now: datetime) -> None:
    window = Window(now + timedelta(hours=1), now + timedelta(hours=5))
    absence = actions.record_absence(cast.person("周岚"), window=window, by=SYSTEM, now=now)
    actions.cancel_absence(absence, by=SYSTEM, now=now)
    assert Absence.objects.get(pk=absence.pk).next_edge_at is None


def test_no_more_rows_are_claimed_than_asked_for(cast: Any, now: datetime) -> None:
    window = Window(now + timedelta(hours=1), now + timedelta(hours=5))
    for name in ("周岚", "孙悦", "丁凯"):
        actions.record_absence(cast.person(name), window=window, by=SYSTEM, now=now)
    later = now + timedelta(hours=2)
    assert [sweeps.tell_absence_edges(later, 2), sweeps.tell_absence_edges(later, 2)] == [2, 1]


def test_a_row_that_cannot_be_told_waits_with_its_reason_and_does_not_stop_the_rest(
    cast: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = Window(now + timedelta(hours=1), now + timedelta(hours=5))
    bad, good = cast.person("周岚"), cast.person("孙悦")
    rows = [actions.record_absence(person, window=window, by=SYSTEM, now=now) for person in (bad, good)]

    def object_to(facts: list[Any]) -> None:
        if any(fact.subject_id == bad.pk for fact in facts):
            raise ValueError("listener broken")

    monkeypatch.setattr(registry, "_handlers", registry._handlers.copy())
    registry._handlers["person.availability_changed"] = [object_to]
    later = now + timedelta(hours=2)
    assert sweeps.tell_absence_edges(later, 100) == 2
    assert told(good)[-1] == "absence_started"
    assert told(bad) == ["absence_recorded"]
    stuck = Absence.objects.get(pk=rows[0].pk)
    assert stuck.next_edge_at == later + FIRST_PAUSE
    assert stuck.edge_trouble == "ValueError: listener broken"
    registry._handlers["person.availability_changed"] = []
    sweeps.tell_absence_edges(later + FIRST_PAUSE, 100)
    stuck.refresh_from_db()
    assert told(bad)[-1] == "absence_started"
    assert stuck.edge_trouble == ""


def test_the_worker_knows_both_sweeps(db: None) -> None:
    for name, model in (("organisation.absence_edges", Absence), ("organisation.delegation_edges", Delegation)):
        sweep = sweep_named(name)
        assert sweep is not None
        assert sweep.every_seconds <= 60
        assert model.objects.count() == 0
