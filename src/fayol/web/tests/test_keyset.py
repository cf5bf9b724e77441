"""Pages by key: every row once, in order, whatever the ties and the empty values, forwards and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fayol.organisation.models import Account
from fayol.web.keyset import keyset

pytestmark = pytest.mark.django_db

# Account has a column that may be NULL (last_login), one with many ties (is_staff) and a text.
moments = st.one_of(
    st.none(), st.sampled_from(["2026-11-18T09:12:00.000123+08:00", "2026-11-18T09:12:00.000124+08:00"])
)
people = st.lists(st.tuples(moments, st.booleans(), st.sampled_from("甲乙丙")), max_size=12)
orders = st.lists(
    st.sampled_from(["last_login", "-last_login", "is_staff", "-is_staff", "first_name"]),
    max_size=3,
    unique_by=lambda o: o.lstrip("-"),
)


class Pages(TestCase):
    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(people=people, order=orders, size=st.integers(1, 5))
    def test_every_row_comes_once_in_order_and_going_back_gives_the_same_pages(
        self, people: list[Any], order: list[str], size: int
    ) -> None:
        Account.objects.bulk_create(
            Account(username=str(i), last_login=at, is_staff=staff, first_name=name)
            for i, (at, staff, name) in enumerate(people)
        )
        whole = [F(o.lstrip("-")).desc(nulls_last=True) if o[0] == "-" else F(o).asc(nulls_last=True) for o in order]
        expected = list(Account.objects.order_by(*whole, "pk"))

        page = keyset(Account.objects.all(), order, size=size)
        forwards = [page.rows]
        while page.next:
            page = keyset(Account.objects.all(), order, page.next, size)
            forwards.append(page.rows)
        assert [row for rows in forwards for row in rows] == expected
        assert all(len(rows) == size for rows in forwards[:-1])

        backwards = [page.rows]
        while page.previous:
            page = keyset(Account.objects.all(), order, page.previous, size)
            backwards.insert(0, page.rows)
        assert backwards == forwards


def _accounts(count: int) -> None:
    Account.objects.bulk_create(Account(username=f"{i:02}") for i in range(count))


def test_a_row_that_arrives_meanwhile_is_neither_shown_twice_nor_moves_the_rest() -> None:
    _accounts(6)
    first = keyset(Account.objects.all(), ["-username"], size=3)
    Account.objects.create(username="99")
    second = keyset(Account.objects.all(), ["-username"], first.next, 3)
    assert [a.username for a in [*first, *second]] == ["05", "04", "03", "02", "01", "00"]


@pytest.mark.parametrize("cursor", ["n", "nnonsense", "p!!!!", "nW10", "x", "nWyJub3QgYSBudW1iZXIiLCAiYSJd", "nbnVsbA"])
def test_a_cursor_that_does_not_fit_gives_the_first_page(cursor: str) -> None:
    _accounts(3)
    assert [a.username for a in keyset(Account.objects.all(), ["username"], cursor, 2)] == ["00", "01"]


def test_the_first_page_has_no_way_back_and_the_last_no_way_on() -> None:
    _accounts(4)
    first = keyset(Account.objects.all(), ["username"], size=2)
    last = keyset(Account.objects.all(), ["username"], first.next, 2)
    assert (first.previous, last.next) == ("", "")
    assert (bool(first.next), bool(last.previous)) == (True, True)


def test_a_page_costs_one_query(django_assert_num_queries: Any) -> None:
    _accounts(5)
    with django_assert_num_queries(1):
        keyset(Account.objects.all(), ["username"], size=2)
