"""Plans under several hands at once, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from fayol.facts.models import Fact
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused
from fayol.matters.plan import actions, sweeps
from fayol.matters.plan.models import Dependency, Reconfirm
from fayol.matters.plan.tests.plans import BUDGET_TASK, GOODS, HEADCOUNT, MENU, World, chained

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of `count` threads, released together, returned or raised."""
    start = Barrier(count)

    def one(number: int) -> Any:
        start.wait(timeout=60)
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_ties_that_would_close_a_round_together_cannot_all_be_made(world: World) -> None:
    world.opened()
    ring = [HEADCOUNT, BUDGET_TASK, GOODS, MENU]
    results = at_once(4, lambda n: world.tie(ring[n], ring[(n + 1) % 4]))
    assert sum(isinstance(result, Dependency) for result in results) == 3, results
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert verify().ok


def test_one_answer_counts_and_one_alarm_is_raised(world: World) -> None:
    chained(world)
    world.moves_to(HEADCOUNT, world[BUDGET_TASK].due_on or world.now.date())
    card, by = world.the_card(BUDGET_TASK), world.holder(BUDGET_TASK)
    results = at_once(8, lambda _n: actions.answer_keep(card, by=by, now=world.at(3)))
    assert sum(isinstance(result, Reconfirm) for result in results) == 1, results
    assert sum(isinstance(result, Refused) for result in results) == 7, results
    late = world.now + timedelta(days=60)
    assert sorted(at_once(4, lambda _n: sweeps.handovers(late, 1)))[-1] == 1
    while sweeps.handovers(late, 1):
        pass
    assert Fact.objects.filter(verb="handover.late").count() == 2
    assert verify().ok
