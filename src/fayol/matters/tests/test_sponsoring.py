"""A matter tells the ladders its class and its sponsor."""

from __future__ import annotations

from datetime import date, datetime

from fayol.commitments import actions as moves
from fayol.commitments.tests.scene import Scene
from fayol.ladders.models import Climb
from fayol.ladders.queries import brief_list
from fayol.ladders.tests.time_line import World, at, sent
from fayol.matters import actions
from fayol.matters.actions import Opening
from fayol.matters.states import Kind, Klass
from fayol.organisation.models import Person


def test_a_major_matter_has_its_own_ladder_that_ends_with_its_sponsor(cast: object, now: datetime) -> None:
    scene = Scene(now)
    sponsor = Person.objects.get(name="顾明远")
    opening = Opening(
        title="年会筹备",
        goal="1月15日办成620人的总结表彰大会",
        kind=Kind.SUPERVISION,
        klass=Klass.MAJOR,
        sponsor_id=sponsor.pk,
        lead_unit_id=scene.unit("会务组").pk,
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
    )
    matter = actions.open_matter(opening, by=scene.asker, now=now)
    due = date(2026, 11, 30)
    [row] = actions.ask(matter, [scene.asking(required_on=due)], by=scene.asker, now=now)
    moves.promise(row, due_on=due, by=scene.performer, now=now)
    climb = Climb.objects.get(commitment=row, ended_at__isnull=True)
    assert climb.ladder["klass"] == "major"
    World(scene).run(at("12-05 00:00"))
    assert [line[:2] for line in sent()] == [
        ("11-23 08:30", "周岚"),  # five working days before
        ("11-26 08:30", "周岚"),  # two
        ("12-01 08:30", "周岚"),
        ("12-02 08:30", "王建国"),
        ("12-03 08:30", "林晓雯"),
        ("12-04 08:30", "顾明远"),  # its sponsor, not the leader in charge of the unit
    ]
    assert [item.commitment_id for item in brief_list(sponsor)] == [row.pk]
