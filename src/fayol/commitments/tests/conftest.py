from __future__ import annotations

from datetime import datetime

import pytest

from fayol.commitments.tests.scene import Scene


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)
