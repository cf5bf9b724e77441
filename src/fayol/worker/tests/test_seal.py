from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import transaction

from fayol.facts.journal import record
from fayol.facts.models import Seal
from fayol.worker.registry import sweep_named

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Nobody:
    person_id: int | None = None
    person_name: str = "系统"
    behalf_id: int | None = None
    behalf_name: str = ""


def test_the_worker_seals_the_journal_once_for_what_is_new(now: datetime) -> None:
    with transaction.atomic():
        record("thing", 1, "thing.made", by=Nobody(), now=now)
    sweep = sweep_named("facts.seal")
    assert sweep is not None
    assert sweep.run(now, 100) == 0
    assert Seal.objects.get().count == 1
    assert sweep.run(now, 100) == 0
    assert Seal.objects.count() == 1
