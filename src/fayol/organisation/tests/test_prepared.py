"""Statements composed once say the same as the queries they come from, for whatever values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet

from fayol.organisation.models import Absence, Person, Unit
from fayol.organisation.prepared import numbers, prepared
from fayol.organisation.queries import active_absences
from fayol.organisation.remembering import remembering


@prepared
def named_with(pieces: Collection[str], active: bool | None = None) -> QuerySet[Unit]:
    units = Unit.objects.filter(grams__overlap=pieces)
    return units if active is None else units.filter(active=active)


@prepared
def away_or(person: int, now: datetime) -> QuerySet[Person]:
    both = Person.objects.filter(name__in=["李敏", "林晓雯"])
    return both.filter(Q(pk=person) | Q(pk__in=active_absences(now).values("person")))[:3]


@pytest.mark.django_db
def test_the_numbers_are_those_of_the_queries_for_every_value(cast: Any) -> None:
    pieces = sorted({piece for unit in Unit.objects.all() for piece in unit.grams})
    given: list[Collection[str]] = [pieces[:1], pieces[1:9], pieces, [], {pieces[0], pieces[2]}]
    reader = cast.person("李敏")
    found = numbers(reader, [named_with.asked(some, active) for some in given for active in (None, True, False)])
    assert found == [named_with(list(some), active).count() for some in given for active in (None, True, False)]
    assert len(set(found)) > 3
    assert len(named_with.known) <= 6, "composed once for each shape, whatever the number of keys"


@pytest.mark.django_db
def test_instants_and_keys_are_those_of_this_question_and_not_of_the_first(cast: Any, now: datetime) -> None:
    one, other = cast.person("李敏"), cast.person("林晓雯")
    Absence.objects.create(person=other, starts_at=now, ends_at=now + timedelta(days=1))
    asked = [away_or.asked(one.pk, now), away_or.asked(one.pk, now + timedelta(days=2)), away_or.asked(0, now)]
    assert numbers(one, [*asked, away_or.asked(0, now - timedelta(days=1))]) == [2, 1, 1, 0]


@pytest.mark.django_db
def test_a_number_is_asked_once_while_a_page_is_made_and_again_for_the_next(
    cast: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    reader, other = cast.person("李敏"), cast.person("林晓雯")
    mine, theirs = away_or.asked(reader.pk, now), away_or.asked(other.pk, now)
    with remembering(reader), django_assert_num_queries(2):
        assert numbers(reader, [mine, mine]) == [1, 1]
        assert numbers(reader, [theirs, mine, theirs]) == [1, 1, 1]
        assert numbers(reader, [mine, theirs]) == [1, 1]
    with django_assert_num_queries(2):
        assert numbers(reader, [mine]) == numbers(reader, [mine])


def test_nothing_is_asked_of_the_database_for_no_statement() -> None:
    assert numbers(Person(), []) == []


def test_a_value_that_cannot_be_put_into_the_words_is_refused() -> None:
    with pytest.raises(TypeError, match="str"):
        away_or.asked("x", "y")  # type: ignore[arg-type]
