"""The call list knows who waits for a result in a plan."""

from __future__ import annotations

from datetime import datetime

import pytest

from fayol.commitments import actions as moves
from fayol.commitments.tests.scene import DUE, Scene
from fayol.ladders.calls.queries import sheet_for
from fayol.ladders.calls.wording import reasons_of, script_of
from fayol.matters.plan.models import Dependency

pytestmark = pytest.mark.django_db


def test_those_downstream_are_counted_in_the_reasons_and_named_in_what_is_said(cast: object, now: datetime) -> None:
    scene = Scene(now)
    row = moves.promise(scene.asked(), due_on=DUE, by=scene.performer, now=now)
    for unit in ("行政部", "采购部"):
        after = scene.asked(title=f"{unit}备料", performer_unit_id=scene.unit(unit).pk, responsible_id=None)
        Dependency.objects.create(before=row, after=after, created_at=now)
    late = now.replace(month=12, day=3)
    line = next(line for line in sheet_for(scene.asker.person, late).lines if line.person.name == "周岚")  # type: ignore[arg-type]
    assert "下游2家在等" in reasons_of(line.things[0].weighed.reasons, late)
    assert "行政部、采购部在等这个结果。" in "".join(script_of(line, "总裁办林晓雯", late))
