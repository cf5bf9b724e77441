"""The second half of every page, in a file of its own so that the halves can be looked at side by side."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.test_every_page import Demo, Walk, walked
from tests.browser.test_every_page import demo as demo  # a fixture


@pytest.mark.slow
def test_every_page_of_notices_and_people_reads_fits_and_speaks_chinese(
    demo: Demo,
    cast: Any,
    page_as: Any,
    axe: Any,
    overflow: Any,
) -> None:
    parts = (demo.notices(), demo.following(), demo.organisation(cast), demo.answers())
    walk = walked(Walk(page_as, axe, overflow), *parts)
    assert not walk.found, walk.report()
