"""Arranging the organisation: what happens, what is refused, and the fact that is left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from fayol.facts.journal import history_of
from fayol.facts.registry import subscribe
from fayol.kernel.errors import Refused, Stale
from fayol.organisation import actions
from fayol.organisation.actions import PersonFields, PostFields, UnitFields, Window
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.models import Account, Charge, Delegation, Person, Post, Secretaryship, Unit
from fayol.organisation.queries import roster, tokens_of


@pytest.fixture
def clerk(cast: Any) -> Actor:
    return Actor(cast.person("林晓雯"))


def verbs(kind: str, pk: int) -> list[str]:
    return [fact.verb for fact in history_of(kind, pk)]


def refused(act: Callable[[], object], code: str) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code == code
    assert "{" not in str(caught.value)
    return caught.value


# ── units ──


def test_a_new_unit_stands_last_below_its_parent_and_is_found_by_all_its_names(
    cast: Any, clerk: Actor, now: datetime
) -> None:
    fields = UnitFields(" 战略发展部 ", "战略部", ("规划处", "规划处", "战略部", " "))
    unit = actions.create_unit(cast.unit("澄川集团"), fields=fields, by=clerk, now=now)
    assert (unit.official_name, unit.aliases, unit.initials) == ("战略发展部", ["规划处"], "zlb")
    assert unit.path == f"{cast.unit('澄川集团').path}{unit.pk:05d}."
    assert unit.order == max(Unit.objects.filter(parent=unit.parent).values_list("order", flat=True))
    fact = history_of("unit", unit.pk)[-1]
    assert (fact.verb, fact.actor_name) == ("unit.created", "林晓雯")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        (UnitFields("  "), "no_name", "official_name"),
        (UnitFields("财务管理部"), "name_taken", "official_name"),
        (UnitFields("新部", code="CW"), "code_taken", "code"),
        (UnitFields("新部", kind="club"), "kind", "kind"),
        (UnitFields("新" * 121), "too_long", "official_name"),
    ],
)
def test_a_unit_without_a_name_of_its_own_is_refused(
    cast: Any, clerk: Actor, now: datetime, fields: UnitFields, code: str, field: str
) -> None:
    before = Unit.objects.count()
    top = cast.unit("澄川集团")
    said = refused(lambda: actions.create_unit(top, fields=fields, by=clerk, now=now), code)
    assert said.field == field
    assert Unit.objects.count() == before


def test_only_the_office_and_the_administrator_change_units(cast: Any, now: datetime) -> None:
    top = cast.unit("澄川集团")
    for name in ("王建国", "周岚", "顾明远", "邱思敏"):
        by = Actor(cast.person(name))
        refused(partial(actions.create_unit, top, fields=UnitFields("新部"), by=by, now=now), "not_yours")
    for i, name in enumerate(("林晓雯", "秦海平", "叶文倩", "许宁")):
        actions.create_unit(top, fields=UnitFields(f"新部{i}"), by=Actor(cast.person(name)), now=now)


def test_an_update_of_a_version_no_longer_shown_is_stale_and_changes_nothing(
    cast: Any, clerk: Actor, now: datetime
) -> None:
    unit = cast.unit("财务部")
    fields = UnitFields("财务管理部", "财务部", duties="只管预算")
    actions.update_unit(unit, fields=fields, by=clerk, now=now, expect=unit.version)
    with pytest.raises(Stale):
        actions.update_unit(unit, fields=UnitFields("别的部"), by=clerk, now=now, expect=unit.version)
    unit.refresh_from_db()
    assert unit.duties == "只管预算"
    changed = history_of("unit", unit.pk)[-1].data["changed"]
    assert set(changed) == {"aliases", "duties", "kind", "code"} - {"kind"}


def test_saving_without_a_change_leaves_no_fact(cast: Any, clerk: Actor, now: datetime) -> None:
    unit = cast.unit("工会")
    before = verbs("unit", unit.pk)
    same = UnitFields(unit.official_name, unit.short_name, tuple(unit.aliases), unit.kind, unit.code, unit.duties)
    actions.update_unit(unit, fields=same, by=clerk, now=now)
    assert verbs("unit", unit.pk) == before


def test_moving_a_unit_takes_everything_below_along(cast: Any, clerk: Actor, now: datetime) -> None:
    unit, below = cast.unit("二号车间"), cast.unit("二号车间夜班")
    actions.move_unit(unit, parent=cast.unit("澄川重工"), by=clerk, now=now)
    unit.refresh_from_db()
    below.refresh_from_db()
    assert unit.path == f"{cast.unit('澄川重工').path}{unit.pk:05d}."
    assert below.path == f"{unit.path}{below.pk:05d}."
    assert verbs("unit", unit.pk)[-1] == "unit.moved"


def test_a_unit_cannot_be_moved_below_itself(cast: Any, clerk: Actor, now: datetime) -> None:
    unit, below = cast.unit("生产部"), cast.unit("二号车间夜班")
    refused(lambda: actions.move_unit(unit, parent=below, by=clerk, now=now), "circle")
    refused(lambda: actions.move_unit(unit, parent=unit, by=clerk, now=now), "circle")


def test_a_unit_with_people_or_units_below_or_the_office_is_not_closed(cast: Any, clerk: Actor, now: datetime) -> None:
    refused(lambda: actions.close_unit(cast.unit("财务部"), by=clerk, now=now), "has_people")
    refused(lambda: actions.close_unit(cast.unit("澄川智能"), by=clerk, now=now), "has_units")
    refused(lambda: actions.close_unit(cast.unit("总裁办"), by=clerk, now=now), "is_office")


def test_an_empty_unit_is_closed_and_reopened(cast: Any, clerk: Actor, now: datetime) -> None:
    unit = actions.create_unit(cast.unit("财务部"), fields=UnitFields("资金组"), by=clerk, now=now)
    actions.close_unit(unit, by=clerk, now=now)
    refused(lambda: actions.close_unit(unit, by=clerk, now=now), "closed_already")
    actions.reopen_unit(unit, by=clerk, now=now)
    assert verbs("unit", unit.pk) == ["unit.created", "unit.closed", "unit.updated"]


def test_who_depends_on_a_unit_can_keep_it_from_being_closed(cast: Any, clerk: Actor, now: datetime) -> None:
    unit = actions.create_unit(cast.unit("财务部"), fields=UnitFields("资金组"), by=clerk, now=now)

    def object_to(facts: list[Any]) -> None:
        if any(fact.subject_id == unit.pk for fact in facts):
            raise Refused("has_commitments", "还有任务在办。")

    subscribe("unit.closed", object_to)
    refused(lambda: actions.close_unit(unit, by=clerk, now=now), "has_commitments")
    unit.refresh_from_db()
    assert unit.active


def test_units_stand_in_the_order_given_and_a_list_of_yesterday_is_stale(
    cast: Any, clerk: Actor, now: datetime
) -> None:
    parent = cast.unit("销售部")
    keys = list(Unit.objects.filter(parent=parent).values_list("pk", flat=True))
    actions.reorder_units(parent, order=keys[::-1], by=clerk, now=now)
    assert list(Unit.objects.filter(parent=parent).values_list("pk", flat=True)) == keys[::-1]
    with pytest.raises(Stale):
        actions.reorder_units(parent, order=keys[:1], by=clerk, now=now)


def test_there_is_one_office_and_it_is_never_empty(cast: Any, clerk: Actor, now: datetime) -> None:
    empty = actions.create_unit(cast.unit("澄川集团"), fields=UnitFields("督查室"), by=clerk, now=now)
    refused(lambda: actions.set_office(empty, by=clerk, now=now), "office_empty")
    refused(lambda: actions.set_office(cast.unit("湖畔国际会议中心"), by=clerk, now=now), "office_kind")
    actions.set_office(cast.unit("行政部"), by=clerk, now=now)
    assert [unit.name for unit in Unit.objects.filter(is_office=True)] == ["行政部"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=cast.unit("总裁办").pk).update(is_office=True)


# ── posts ──


def test_a_place_that_is_taken_is_freed_only_by_naming_who_is_replaced(cast: Any, clerk: Actor, now: datetime) -> None:
    unit, new = cast.unit("财务部"), cast.person("魏思远")
    said = refused(lambda: actions.appoint(new, unit=unit, fields=PostFields("head"), by=clerk, now=now), "place_taken")
    assert "王建国" in str(said)
    current = Post.objects.get(unit=unit, role="head", ended_on=None)
    actions.appoint(new, unit=unit, fields=PostFields("head", "部长"), by=clerk, now=now, replacing=current)
    current.refresh_from_db()
    assert current.ended_on == now.date()
    assert [p.person.name for p in roster(unit) if p.role == "head"] == ["魏思远"]
    with pytest.raises(Stale):
        actions.appoint(cast.person("丁凯"), unit=unit, fields=PostFields("head"), by=clerk, now=now, replacing=current)


@pytest.mark.parametrize(
    ("name", "unit", "role", "code"),
    [
        ("孙悦", "财务部", "liaison_a", "has_post"),
        ("周岚", "财务部", "leader", "leaders_only"),
        ("周岚", "财务部", "coordinator", "office_only"),
        ("周岚", "财务部", "king", "role"),
    ],
)
def test_a_post_that_makes_no_sense_is_refused(
    cast: Any, clerk: Actor, now: datetime, name: str, unit: str, role: str, code: str
) -> None:
    who, where = cast.person(name), cast.unit(unit)
    refused(lambda: actions.appoint(who, unit=where, fields=PostFields(role), by=clerk, now=now), code)


def test_one_person_cannot_be_a_and_b(cast: Any, clerk: Actor, now: datetime) -> None:
    unit = cast.unit("财务部")
    current = Post.objects.get(unit=unit, role="liaison_b", ended_on=None)
    a = cast.person("孙悦")
    refused(
        lambda: actions.appoint(a, unit=unit, fields=PostFields("liaison_b"), by=clerk, now=now, replacing=current),
        "a_is_b",
    )
    current.refresh_from_db()
    assert current.ended_on is None, "a refused appointment ends nobody's post"


def test_a_head_arranges_liaisons_of_the_own_unit_and_no_more(cast: Any, now: datetime) -> None:
    head, unit = Actor(cast.person("王建国")), cast.unit("财务部")
    current = Post.objects.get(unit=unit, role="liaison_a", ended_on=None)
    actions.appoint(
        cast.person("魏思远"), unit=unit, fields=PostFields("liaison_a"), by=head, now=now, replacing=current
    )
    below = PostFields("member", "预算员")
    actions.appoint(cast.person("魏思远"), unit=cast.unit("预算组"), fields=below, by=head, now=now)
    who = cast.person("丁凯")
    refused(lambda: actions.appoint(who, unit=unit, fields=PostFields("deputy"), by=head, now=now), "not_yours")
    other = cast.unit("行政部")
    refused(lambda: actions.appoint(who, unit=other, fields=PostFields(), by=head, now=now), "not_yours")


def test_the_primary_post_moves_when_it_ends(cast: Any, clerk: Actor, now: datetime) -> None:
    person = cast.person("周岚")
    post = person.posts.get(unit=cast.unit("财务部"))
    assert post.primary
    actions.end_post(post, by=clerk, now=now)
    assert person.posts.get(ended_on=None).primary
    with pytest.raises(Stale):
        actions.end_post(post, by=clerk, now=now)


def test_the_last_person_of_the_office_cannot_be_taken_away(cast: Any, clerk: Actor, now: datetime) -> None:
    office = cast.unit("总裁办")
    posts = list(Post.objects.filter(unit=office, ended_on=None).order_by("id"))
    for post in posts[:-1]:
        actions.end_post(post, by=SYSTEM, now=now)
    refused(lambda: actions.end_post(posts[-1], by=SYSTEM, now=now), "office_last")
    person = posts[-1].person
    fields = PersonFields(person.name, active=False)
    refused(lambda: actions.update_person(person, fields=fields, by=SYSTEM, now=now), "office_last")


def test_leaders_stand_in_their_manual_order(cast: Any, clerk: Actor, now: datetime) -> None:
    row = cast.unit("公司领导")
    names = [post.person.name for post in roster(row)]
    assert names[:3] == ["刘振邦", "沈维钧", "顾明远"]
    actions.reorder_posts(row, order=[post.pk for post in roster(row)][::-1], by=clerk, now=now)
    assert [post.person.name for post in roster(row)] == names[::-1]


def test_a_leader_who_leaves_the_row_is_in_charge_of_nothing(cast: Any, clerk: Actor, now: datetime) -> None:
    leader = cast.person("顾明远")
    actions.end_post(leader.posts.get(role="leader"), by=clerk, now=now)
    assert not Charge.objects.filter(leader=leader).exists()


# ── people ──


def test_somebody_may_change_the_own_telephone_but_not_the_own_name(cast: Any, now: datetime) -> None:
    person = cast.person("周岚")
    me = Actor(person)
    new = PersonFields(person.name, person.code, "内线7777", "zhoulan@example.cn")
    actions.update_person(person, fields=new, by=me, now=now)
    renamed = PersonFields("周兰", person.code, "内线7777", "zhoulan@example.cn")
    refused(lambda: actions.update_person(person, fields=renamed, by=me, now=now), "not_yours")
    other = Actor(cast.person("丁凯"))
    refused(lambda: actions.update_person(person, fields=PersonFields(person.name), by=other, now=now), "not_yours")
    assert Person.objects.get(pk=person.pk).mobile == "内线7777"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (PersonFields(" "), "no_name"),
        (PersonFields("张三", "C0001"), "code_taken"),
        (PersonFields("张三", email="张三"), "email"),
        (PersonFields("张" * 61), "too_long"),
    ],
)
def test_a_person_that_cannot_be_is_refused(
    cast: Any, clerk: Actor, now: datetime, fields: PersonFields, code: str
) -> None:
    refused(lambda: actions.create_person(fields=fields, by=clerk, now=now), code)


def test_who_leaves_loses_posts_sign_in_and_service(cast: Any, clerk: Actor, now: datetime) -> None:
    person = cast.person("夏雨桐")
    actions.update_person(person, fields=PersonFields(person.name, person.code, active=False), by=clerk, now=now)
    person.refresh_from_db()
    assert not person.posts.filter(ended_on=None).exists()
    assert not Secretaryship.objects.filter(secretary=person).exists()
    assert person.account is not None
    assert not person.account.is_active
    assert verbs("person", person.pk)[-2:] == ["person.updated", "person.availability_changed"]


def test_charges_and_secretaries_are_set_whole_and_in_order(cast: Any, clerk: Actor, now: datetime) -> None:
    leader = cast.person("顾明远")
    units = [cast.unit("物流部"), cast.unit("生产部")]
    actions.set_charges(leader, units=units, by=clerk, now=now)
    assert [c.unit.name for c in Charge.objects.filter(leader=leader)] == ["物流部", "生产部"]
    actions.set_secretaries(leader, secretaries=[cast.person("陶子安")], by=Actor(leader), now=now)
    assert [s.secretary.name for s in Secretaryship.objects.filter(leader=leader)] == ["陶子安"]
    refused(lambda: actions.set_secretaries(leader, secretaries=[leader], by=clerk, now=now), "own_secretary")
    plain = cast.person("周岚")
    refused(lambda: actions.set_charges(plain, units=units, by=clerk, now=now), "not_a_leader")


# ── windows ──


def window(now: datetime, start: float, end: float) -> Window:
    return Window(now + timedelta(days=start), now + timedelta(days=end), "出差")


def test_an_absence_is_recorded_by_oneself_the_head_the_secretary_or_the_office(
    cast: Any, clerk: Actor, now: datetime
) -> None:
    for i, name in enumerate(("周岚", "王建国", "林晓雯")):
        by = Actor(cast.person(name))
        actions.record_absence(cast.person("周岚"), window=window(now, i + 1, i + 1.5), by=by, now=now)
    served = window(now, 20, 21)
    actions.record_absence(cast.person("顾明远"), window=served, by=Actor(cast.person("夏雨桐")), now=now)
    stranger = Actor(cast.person("马骏"))
    person = cast.person("周岚")
    refused(lambda: actions.record_absence(person, window=served, by=stranger, now=now), "not_yours")
    assert verbs("person", person.pk).count("person.availability_changed") == 3


@pytest.mark.parametrize(("start", "end", "code"), [(2, 1, "window"), (1, 1, "window"), (-2, -1, "past")])
def test_a_window_that_cannot_be_is_refused(
    cast: Any, clerk: Actor, now: datetime, start: int, end: int, code: str
) -> None:
    person, deputy, when = cast.person("周岚"), cast.person("孙悦"), window(now, start, end)
    refused(lambda: actions.record_absence(person, window=when, by=clerk, now=now), code)
    refused(lambda: actions.delegate(person, deputy=deputy, window=when, by=clerk, now=now), code)


def test_absences_and_delegations_of_one_person_do_not_overlap(cast: Any, clerk: Actor, now: datetime) -> None:
    person, deputy = cast.person("周岚"), cast.person("孙悦")
    absence = actions.record_absence(person, window=window(now, 1, 3), by=clerk, now=now)
    refused(lambda: actions.record_absence(person, window=window(now, 2, 4), by=clerk, now=now), "overlap")
    actions.cancel_absence(absence, by=clerk, now=now)
    refused(lambda: actions.cancel_absence(absence, by=clerk, now=now), "over")
    actions.record_absence(person, window=window(now, 2, 4), by=clerk, now=now)
    first = actions.delegate(person, deputy=deputy, window=window(now, 1, 3), by=clerk, now=now)
    refused(lambda: actions.delegate(person, deputy=deputy, window=window(now, 2, 4), by=clerk, now=now), "overlap")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(principal=person, deputy=deputy, starts_at=first.starts_at, ends_at=first.ends_at)


def test_a_delegation_never_chains_in_either_direction(cast: Any, clerk: Actor, now: datetime) -> None:
    a, b, c = (cast.person(name) for name in ("周岚", "孙悦", "丁凯"))
    row = actions.delegate(a, deputy=b, window=window(now, 1, 3), by=clerk, now=now)
    refused(lambda: actions.delegate(b, deputy=c, window=window(now, 2, 4), by=clerk, now=now), "chain")
    refused(lambda: actions.delegate(c, deputy=a, window=window(now, 2, 4), by=clerk, now=now), "chain")
    actions.delegate(b, deputy=c, window=window(now, 3, 4), by=clerk, now=now)
    refused(lambda: actions.delegate(a, deputy=a, window=window(now, 9, 10), by=clerk, now=now), "to_oneself")
    actions.revoke_delegation(row, by=clerk, now=now)
    refused(lambda: actions.revoke_delegation(row, by=clerk, now=now), "over")


def test_a_deputy_who_is_away_all_the_time_is_refused(cast: Any, clerk: Actor, now: datetime) -> None:
    actions.record_absence(cast.person("孙悦"), window=window(now, 1, 5), by=clerk, now=now)
    a, b = cast.person("周岚"), cast.person("孙悦")
    refused(lambda: actions.delegate(a, deputy=b, window=window(now, 2, 3), by=clerk, now=now), "deputy_away")
    actions.delegate(a, deputy=b, window=window(now, 4, 6), by=clerk, now=now)


def test_a_deputy_sees_what_the_principal_sees_as_long_as_it_lasts(cast: Any, clerk: Actor, now: datetime) -> None:
    principal, deputy = cast.person("王建国"), cast.person("马骏")
    actions.delegate(principal, deputy=deputy, window=window(now, 1, 2), by=clerk, now=now)
    inside, outside = now + timedelta(days=1.5), now + timedelta(days=3)
    assert {-principal.pk, cast.unit("财务部").pk, cast.unit("预算组").pk} <= set(tokens_of(deputy, inside))
    assert -principal.pk not in tokens_of(deputy, outside)
    assert cast.unit("财务部").pk not in tokens_of(deputy, outside)


@pytest.mark.django_db(transaction=True)
def test_two_delegations_crossing_at_the_same_moment_never_make_a_chain(cast: Any, now: datetime) -> None:
    a, b, c = (cast.person(name) for name in ("周岚", "孙悦", "丁凯"))
    start, outcomes = threading.Barrier(2), []

    def run(principal: Person, deputy: Person) -> None:
        start.wait()
        try:
            actions.delegate(principal, deputy=deputy, window=window(now, 1, 2), by=SYSTEM, now=now)
            outcomes.append("done")
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in ((a, b), (b, c))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(outcomes) == ["chain", "done"]


# ── accounts ──


def test_an_account_is_made_once_with_a_password_that_is_not_weak(cast: Any, clerk: Actor, now: datetime) -> None:
    person = actions.create_person(fields=PersonFields("张三丰年"), by=clerk, now=now)

    def make(name: str, word: str) -> Account:
        return actions.create_account(person, username=name, password=word, by=clerk, now=now)

    refused(lambda: make("zhang", "123"), "weak")
    refused(lambda: make("LinXiaowen", "long-enough-phrase"), "username_taken")
    account = make("zhang", "long-enough-phrase")
    assert account.check_password("long-enough-phrase")
    refused(lambda: make("zhang2", "long-enough-phrase"), "has_account")
    assert "long-enough-phrase" not in str([fact.data for fact in history_of("person", person.pk)])


def test_only_the_security_administrator_makes_administrators_and_never_of_oneself(cast: Any, now: datetime) -> None:
    system, security = Actor(cast.person("许宁")), Actor(cast.person("辛立"))
    person = cast.person("周岚")
    refused(lambda: actions.set_admin_role(person, role="audit", by=system, now=now), "not_yours")
    actions.set_admin_role(person, role="audit", by=security, now=now)
    own = cast.person("辛立")
    refused(lambda: actions.set_admin_role(own, role="system", by=security, now=now), "own_role")


def test_the_database_itself_holds_what_must_always_be_true(cast: Any, now: datetime) -> None:
    wrongs: list[Callable[[], object]] = [
        lambda: Unit.objects.filter(pk=cast.unit("财务部").pk).update(parent=cast.unit("财务部").pk),
        lambda: Unit.objects.filter(pk=cast.unit("财务部").pk).update(official_name=""),
        lambda: Person.objects.filter(pk=cast.person("周岚").pk).update(name=""),
        lambda: Post.objects.filter(pk=cast.person("丁凯").posts.get().pk).update(role="liaison_a"),
        lambda: Delegation.objects.create(
            principal=cast.person("周岚"), deputy=cast.person("周岚"), starts_at=now, ends_at=now + timedelta(1)
        ),
        lambda: Delegation.objects.create(
            principal=cast.person("周岚"), deputy=cast.person("孙悦"), starts_at=now, ends_at=now
        ),
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    assert connection.is_usable()
