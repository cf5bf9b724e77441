from __future__ import annotations

from datetime import datetime

import pytest

from fayol.matters.plan.tests.plans import World


@pytest.fixture
def world(cast: object, now: datetime) -> World:
    return World(now)
