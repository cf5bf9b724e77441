"""Opening, asking, changing and closing matters; who sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fayol.commitments import actions as moves
from fayol.commitments.access import visible_to as tasks_visible_to
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import Scene
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.kernel.errors import Refused, Stale
from fayol.matters import actions
from fayol.matters.access import matter_for, visible_to
from fayol.matters.actions import Opening
from fayol.matters.models import Matter, Series
from fayol.matters.states import Kind, Klass, Status, Visibility
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


def opening(scene: Scene, **changes: Any) -> Opening:
    values: dict[str, Any] = {
        "title": "年会筹备",
        "goal": "1月15日办成620人的总结表彰大会",
        "kind": Kind.SUPERVISION,
        "lead_unit_id": scene.unit("会务组").pk,
        "coordinator_id": scene.asker.person_id,
        "requester_unit_id": scene.unit("总裁办").pk,
        "supporting": (scene.unit("财务部").pk,),
        "informed": (scene.unit("工会").pk,),
    }
    return Opening(**{**values, **changes})


def person(scene: Scene, name: str) -> Person:
    found = scene.actor(name).person
    assert found is not None
    return found


@pytest.mark.req("S0-02", "S0-06")
def test_a_matter_keeps_goal_benefits_basis_and_parties_and_leaves_a_fact(scene: Scene) -> None:
    wanted = opening(scene, benefits={"support": "预算一次定清"}, basis_text="澄办发〔2026〕27号")
    matter = actions.open_matter(wanted, by=scene.asker, now=scene.now)
    assert matter.label == "督〔2026〕1号"
    fact = history_of("matter", matter.pk)[0]
    assert fact.data["label"] == "督〔2026〕1号"
    assert fact.data["set"]["benefits"] == {"support": "预算一次定清"}
    assert verify().ok


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "起个名字"),
        ({"goal": ""}, "共同目标"),
        ({"visibility": Visibility.NAMED}, "至少指定一人"),
    ],
)
def test_a_matter_without_what_it_needs_is_refused_and_takes_no_number(
    scene: Scene, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.open_matter(opening(scene, **changes), by=scene.asker, now=scene.now)
    assert not Matter.objects.exists()
    assert not Series.objects.exists()


def test_the_lead_cannot_also_support_nor_a_unit_stand_in_two_places(scene: Scene) -> None:
    group, union = scene.unit("会务组").pk, scene.unit("工会").pk
    with pytest.raises(Refused, match="不能同时是配合"):
        actions.open_matter(opening(scene, supporting=(group,)), by=scene.asker, now=scene.now)
    with pytest.raises(Refused, match="工会同时列为"):
        actions.open_matter(opening(scene, supporting=(union,)), by=scene.asker, now=scene.now)


def test_only_the_office_opens_supervision(scene: Scene) -> None:
    with pytest.raises(Refused, match="督办事项由协调办立项"):
        actions.open_matter(opening(scene), by=scene.performer, now=scene.now)
    matter = actions.open_matter(opening(scene, kind=Kind.COORDINATION), by=scene.performer, now=scene.now)
    assert matter.label == "协〔2026〕1号"


def test_tasks_are_numbered_within_the_matter_and_new_units_become_parties(scene: Scene) -> None:
    matter = actions.open_matter(opening(scene), by=scene.asker, now=scene.now)
    support = scene.asking(title="报价", performer_unit_id=scene.unit("采购部").pk, responsible_id=None)
    first = actions.ask(
        matter, [scene.asking(supports=(support,)), scene.asking(title="第二条")], by=scene.asker, now=scene.now
    )
    second = actions.ask(matter, [scene.asking(title="第三条")], by=scene.asker, now=scene.now)
    assert [row.ref for row in (*first, *second)] == ["1-01", "1-02", "1-03"]
    assert Commitment.objects.get(parent=first[0]).ref == "1-01.1"
    matter.refresh_from_db()
    assert scene.unit("采购部") in matter.supporting.all()
    assert visible_to(person(scene, "唐伟"), scene.now).filter(pk=matter.pk).exists()
    assert verify().ok


def test_parties_see_each_others_tasks_and_strangers_see_nothing(scene: Scene) -> None:
    matter, _ = actions.open_and_ask(opening(scene), [scene.asking()], by=scene.asker, now=scene.now)
    for name in ("周岚", "林晓雯", "何静"):
        assert matter_for(person(scene, name), matter.pk, scene.now) == matter
        assert tasks_visible_to(person(scene, name), scene.now).count() == 1
    assert not visible_to(person(scene, "吴志强"), scene.now).exists()
    assert not tasks_visible_to(person(scene, "吴志强"), scene.now).exists()


def test_named_people_only_means_that_not_even_the_rest_of_the_office_sees_it(scene: Scene) -> None:
    named = opening(scene, visibility=Visibility.NAMED, named=(person(scene, "王建国").pk,))
    actions.open_and_ask(named, [scene.asking()], by=scene.asker, now=scene.now)
    assert visible_to(person(scene, "王建国"), scene.now).exists()
    assert tasks_visible_to(person(scene, "周岚"), scene.now).exists()  # she has to do it
    others = Person.objects.filter(posts__unit__is_office=True, posts__ended_on__isnull=True).exclude(
        pk__in=[scene.asker.person_id]
    )
    assert others.exists()
    for colleague in others:
        assert not visible_to(colleague, scene.now).exists()
    assert not tasks_visible_to(person(scene, "孙悦"), scene.now).exists()


def test_opening_it_to_everybody_opens_its_tasks_too_and_closing_it_again_keeps_the_parties(scene: Scene) -> None:
    matter, _ = actions.open_and_ask(opening(scene), [scene.asking()], by=scene.asker, now=scene.now)
    matter = actions.update_matter(
        Matter.objects.get(pk=matter.pk), visibility=Visibility.ORGANISATION, by=scene.asker, now=scene.now
    )
    assert tasks_visible_to(person(scene, "吴志强"), scene.now).exists()
    matter = actions.update_matter(matter, visibility=Visibility.PARTIES, by=scene.asker, now=scene.now)
    assert not tasks_visible_to(person(scene, "吴志强"), scene.now).exists()
    assert tasks_visible_to(person(scene, "周岚"), scene.now).exists()
    assert verify().ok


def test_a_unit_that_gets_a_task_by_reassignment_sees_the_matter(scene: Scene) -> None:
    from fayol.commitments.states import Nature

    matter, made = actions.open_and_ask(
        opening(scene), [scene.asking(nature=Nature.CONSULTATIVE)], by=scene.asker, now=scene.now
    )
    row = moves.decline(
        made[0], ground="职责在采购部", suggested_unit_id=scene.unit("采购部").pk, by=scene.performer, now=scene.now
    )
    moves.reassign(row, unit_id=scene.unit("采购部").pk, by=scene.asker, now=scene.now)
    assert visible_to(person(scene, "唐伟"), scene.now).filter(pk=matter.pk).exists()


def test_performers_do_not_run_the_matter(scene: Scene) -> None:
    matter, _ = actions.open_and_ask(opening(scene), [scene.asking()], by=scene.asker, now=scene.now)
    with pytest.raises(Refused, match="由林晓雯协调"):
        actions.update_matter(matter, title="改名", by=scene.performer, now=scene.now)
    with pytest.raises(Refused, match="由林晓雯协调"):
        actions.ask(matter, [scene.asking()], by=scene.performer, now=scene.now)


def test_a_change_on_a_stale_page_is_refused(scene: Scene) -> None:
    matter = actions.open_matter(opening(scene), by=scene.asker, now=scene.now)
    actions.update_matter(matter, title="年会", by=scene.asker, now=scene.now)
    with pytest.raises(Stale):
        actions.update_matter(matter, title="年会二", by=scene.asker, now=scene.now)


def test_a_matter_with_open_tasks_cannot_be_closed(scene: Scene) -> None:
    matter, made = actions.open_and_ask(opening(scene), [scene.asking()], by=scene.asker, now=scene.now)
    matter.refresh_from_db()
    with pytest.raises(Refused, match="还有1条任务没有办结"):
        actions.close_matter(matter, by=scene.asker, now=scene.now)
    moves.cancel(made[0], words="不办了", by=scene.asker, now=scene.now)
    done = actions.close_matter(matter, outcome="取消", by=scene.asker, now=scene.now)
    assert (done.status, done.closed_at) == (Status.CLOSED, scene.now)
    with pytest.raises(Refused, match="已经结束"):
        actions.ask(done, [scene.asking()], by=scene.asker, now=scene.now)


@pytest.mark.req("S2-55")
def test_an_instant_matter_needs_two_fields_and_closes_in_one_tap_of_the_performer(scene: Scene) -> None:
    matter, task = actions.open_instant(
        "把会议材料送到301", lead_unit_id=scene.unit("行政部").pk, requester_unit_id=scene.unit("总裁办").pk,
        by=scene.asker, now=scene.now,
    )  # fmt: skip
    assert (matter.klass, task.state) == (Klass.INSTANT, State.ASSIGNED)
    performer = Actor(task.holder)
    with pytest.raises(Refused):
        actions.finish_instant(matter, by=scene.actor("吴志强"), now=scene.later(1))
    done = actions.finish_instant(matter, by=performer, now=scene.later(1))
    task.refresh_from_db()
    assert (done.status, task.state) == (Status.CLOSED, State.FULFILLED)
    verbs = [fact.verb.partition(".")[2] for fact in history_of("commitment", task.pk)]
    assert verbs == ["assigned", "promised", "reported", "accepted"]
    assert verify().ok


def test_an_instant_matter_that_is_late_can_still_be_closed_in_one_tap(scene: Scene) -> None:
    matter, task = actions.open_instant(
        "把会议材料送到301", lead_unit_id=scene.unit("行政部").pk, requester_unit_id=scene.unit("总裁办").pk,
        by=scene.asker, now=scene.now,
    )  # fmt: skip
    actions.finish_instant(matter, by=Actor(task.holder), now=scene.later(50))
    task.refresh_from_db()
    assert task.state == State.FULFILLED


def test_verify_finds_a_matter_changed_behind_the_facts_and_a_gap_in_the_numbers(scene: Scene) -> None:
    first = actions.open_matter(opening(scene), by=scene.asker, now=scene.now)
    second = actions.open_matter(opening(scene, title="另一件"), by=scene.asker, now=scene.now)
    Matter.objects.filter(pk=second.pk).update(title="偷改")
    assert any("title" in problem for problem in verify().problems)
    Matter.objects.filter(pk=first.pk).delete()
    assert any("编号有缺口" in problem for problem in verify().problems)
