"""How far the chase of a promise has climbed: said by whoever chases, kept here so that lists can be sorted by it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

STORE = """
UPDATE commitments_commitment AS c SET climbed = v.climbed
FROM unnest(%s::bigint[], %s::smallint[]) AS v(id, climbed)
WHERE c.id = v.id AND c.climbed <> v.climbed
"""


def keep_climbed(heights: Mapping[int, int]) -> None:
    """By the key of the promise, which the caller has locked; one statement. It follows from what the chasing app
    keeps of itself, so that it leaves no fact and makes no page stale."""
    if heights:
        with connection.cursor() as cursor:
            cursor.execute(STORE, [list(heights), list(heights.values())])
