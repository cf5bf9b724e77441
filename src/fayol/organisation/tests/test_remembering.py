"""A page reads once who its reader is; nothing of it outlives the request or a change within it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from fayol.organisation import actions
from fayol.organisation.access import can_edit, heads
from fayol.organisation.actions import Window
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person, Post
from fayol.organisation.queries import is_coordinator, may_act_for_unit, posts_of, tokens_of
from fayol.organisation.remembering import remembering
from fayol.web.middleware import DeskMiddleware

pytestmark = pytest.mark.django_db


def _ask_everything(person: Person, unit: Any, now: datetime) -> list[object]:
    return [
        is_coordinator(person), can_edit(person), heads(person, unit), may_act_for_unit(person, unit.pk, now),
        tokens_of(person, now), [post.pk for post in posts_of(person)],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["林晓雯", "周岚", "程立群", "孙悦"])
def test_what_is_remembered_is_what_the_database_says(cast: Any, now: datetime, name: str) -> None:
    person, unit = cast.person(name), cast.unit("财务部")
    asked = _ask_everything(person, unit, now)
    with remembering(person):
        assert _ask_everything(person, unit, now) == asked
        with CaptureQueriesContext(connection) as queries:
            assert _ask_everything(person, unit, now) == asked
    assert len(queries) == 0


def test_a_list_that_somebody_changes_is_not_the_one_remembered(cast: Any, now: datetime) -> None:
    person = cast.person("周岚")
    with remembering(person):
        tokens = tokens_of(person, now)
        tokens_of(person, now).append(-1)
        assert tokens_of(person, now) == tokens


def test_a_right_taken_away_within_the_request_is_gone_at_once(cast: Any, now: datetime) -> None:
    person = cast.person("林晓雯")
    with remembering(person):
        assert is_coordinator(person)
        Post.objects.filter(person=person).update(ended_on=now.date())
        assert not is_coordinator(person)
        with transaction.atomic():
            Post.objects.filter(person=person).update(ended_on=None)
            assert is_coordinator(person)
            transaction.set_rollback(True)
        assert not is_coordinator(person)


def test_a_delegation_counts_at_its_own_instant(cast: Any, now: datetime) -> None:
    deputy, principal, unit = cast.person("周岚"), cast.person("林晓雯"), cast.unit("总裁办")
    window = Window(now - timedelta(hours=1), now + timedelta(hours=1))
    actions.delegate(principal, deputy=deputy, window=window, by=SYSTEM, now=now)
    with remembering(deputy):
        assert -principal.pk in tokens_of(deputy, now)
        assert -principal.pk not in tokens_of(deputy, now + timedelta(hours=2))
        assert -principal.pk in tokens_of(deputy, now)
        assert not is_coordinator(deputy)
    assert unit.is_office


def test_another_object_of_the_same_person_asks_for_itself(cast: Any) -> None:
    person = cast.person("林晓雯")
    with remembering(person):
        assert is_coordinator(person)
        with CaptureQueriesContext(connection) as queries:
            assert is_coordinator(cast.person("林晓雯"))
    assert len(queries) == 2


@pytest.mark.parametrize(("method", "reads"), [("get", 1), ("head", 1), ("post", 2)])
def test_only_a_request_that_changes_nothing_remembers_and_only_while_it_lasts(
    cast: Any, method: str, reads: int
) -> None:
    request = getattr(RequestFactory(), method)("/")
    request.user = cast.person("林晓雯").account
    seen: list[tuple[Person, int]] = []

    def view(request: HttpRequest) -> HttpResponse:
        person = vars(request)["person"]
        with CaptureQueriesContext(connection) as queries:
            assert is_coordinator(person)
            assert is_coordinator(person)
        seen.append((person, len(queries)))
        return HttpResponse()

    DeskMiddleware(view)(request)
    person, asked = seen[0]
    assert asked == reads
    Post.objects.filter(person=person).update(ended_on="2026-11-17")
    assert not is_coordinator(person)


def test_the_next_page_knows_that_a_right_is_gone(client_as: Callable[[str], Client], cast: Any) -> None:
    lin = client_as("林晓雯")
    assert lin.get("/deliveries/").status_code == 200
    Post.objects.filter(person=cast.person("林晓雯")).update(ended_on="2026-11-17")
    assert lin.get("/deliveries/").status_code == 404
