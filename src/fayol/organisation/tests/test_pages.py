"""The pages: what they show to whom, how many queries they take, and that every form works without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fayol.organisation import actions, cards, importing
from fayol.organisation.actions import PersonFields, PostFields, UnitFields, Window
from fayol.organisation.actor import SYSTEM
from fayol.organisation.cards import CardRow
from fayol.organisation.models import Absence, Delegation, Person, Post, SheetDraft, Unit

SignIn = Callable[..., Client]


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"organisation:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)
    return now


def test_the_tree_shows_leaders_in_their_order_units_suppliers_and_who_is_away(
    client_as: SignIn, today: datetime
) -> None:
    html = page(client_as("周岚"), "index")
    text = words(html)
    places = [text.index(name) for name in ("刘振邦", "沈维钧", "顾明远", "韩雪梅")]
    assert places == sorted(places)
    assert "生产部 、 销售部 、 采购部 、 物流部" in text
    assert all(name in text for name in ("财务部", "二号车间夜班", "湖畔国际会议中心", "协调办公室"))
    assert "尹航" in text[text.index("今天不在岗") :]
    assert "导入Excel" not in text
    assert "导入Excel" in page(client_as("林晓雯"), "index")


@pytest.mark.req("S0-01")
def test_the_card_of_a_department_says_whom_to_ask_and_what_was_dealt_with(
    client_as: SignIn, cast: Any, today: datetime
) -> None:
    def dealings(unit: Unit, viewer: Person, now: datetime) -> list[CardRow]:
        return [CardRow("编制年会经费预算表", "/commitments/1/", f"{viewer.name}问{unit.name}", now)]

    cards.register("dealings", dealings)
    try:
        text = words(page(client_as("李敏"), "unit", cast.unit("财务部").pk))
    finally:
        cards.unregister("dealings")
    for wanted in ("王建国", "负责人", "孙悦", "联络员A角", "丁凯", "联络员B角", "计财部", "预算与决算", "邵国华"):
        assert wanted in text
    assert "现在找 孙悦" in text
    assert "近期往来" in text
    assert "李敏问财务部" in text
    assert "今天09:12" in text


def test_the_card_says_who_is_away_and_who_takes_over(client_as: SignIn, cast: Any, today: datetime) -> None:
    text = words(page(client_as("李敏"), "unit", cast.unit("行政部").pk))
    assert "现在找 史晓东" in text
    assert "A角不在岗" in text
    assert "到11月20日17:30不在岗" in text


@pytest.mark.req("S2-12")
def test_an_outside_supplier_has_its_contacts(client_as: SignIn, cast: Any, today: datetime) -> None:
    text = words(page(client_as("何静"), "unit", cast.unit("澄江印务").pk))
    assert "外部单位" in text
    assert "郁金生" in text
    assert cast.person("郁金生").mobile in text


def test_a_person_has_posts_absences_delegations_and_for_leaders_secretaries(
    client_as: SignIn, cast: Any, today: datetime
) -> None:
    text = words(page(client_as("林晓雯"), "person", cast.person("顾明远").pk))
    for wanted in ("副总裁", "出差洽谈", "韩雪梅", "夏雨桐", "曾庆玲", "采购部", "gumingyuan"):
        assert wanted in text
    assert "gumingyuan" not in page(client_as("周岚"), "person", cast.person("顾明远").pk)


@pytest.mark.parametrize("text", ["cwb", "计财", "财务处"])
def test_searching_works_by_address_and_as_a_part(client_as: SignIn, text: str) -> None:
    client = client_as("周岚")
    assert "财务部" in words(page(client, "index", q=text))
    part = client.get(reverse("organisation:find"), {"q": text}, headers={"HX-Request": "true"})
    assert part.headers["HX-Push-Url"].startswith("/organisation/?q=")
    assert "<html" not in part.content.decode()
    assert "财务部" in part.content.decode()


def test_nothing_found_says_what_to_try(client_as: SignIn) -> None:
    assert "没有找到“量子部”" in words(page(client_as("周岚"), "index", q="量子部"))


def test_names_of_people_are_offered_while_typing(client_as: SignIn) -> None:
    html = page(client_as("周岚"), "suggest_people", deputy="孙悦、zl")
    assert "周岚　财务部　" in html
    assert "财务部 CW" in page(client_as("周岚"), "suggest_units", parent="cwb")


def test_forms_answer_what_one_may_not_do_as_if_it_were_not_there(client_as: SignIn, cast: Any) -> None:
    client = client_as("周岚")
    unit, other = cast.unit("财务部").pk, cast.person("马骏").pk
    for name, pk in (
        ("unit_edit", unit), ("unit_move", unit), ("unit_order", unit), ("appoint", unit), ("person_edit", other),
        ("absence", other), ("delegation", other), ("secretaries", other), ("charges", other), ("account", other),
        ("person_contact", other), ("unit", 10**9), ("person", 10**9),
    ):  # fmt: skip
        assert client.get(reverse(f"organisation:{name}", args=[pk])).status_code == 404, name
    for name in ("unit_new", "person_new", "import", "export"):
        assert client.get(reverse(f"organisation:{name}")).status_code == 404, name
    for name in ("unit_close", "unit_office", "unit_reopen"):
        assert client.post(reverse(f"organisation:{name}", args=[unit])).status_code in (404, 422), name
    assert Unit.objects.get(pk=unit).active


def test_a_stranger_is_sent_to_the_sign_in(cast: Any) -> None:
    for name, args in (("index", []), ("unit", [cast.unit("财务部").pk]), ("person", [cast.person("周岚").pk])):
        response = Client().get(reverse(f"organisation:{name}", args=args))
        assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_a_unit_is_made_changed_moved_ordered_and_closed_through_its_pages(client_as: SignIn, cast: Any) -> None:
    client, top = client_as("林晓雯"), cast.unit("澄川集团")
    new = reverse("organisation:unit_new") + f"?parent={top.pk}"
    fields = {"official_name": "战略发展部", "aliases": "规划处，发展处", "kind": "department"}
    assert client.get(new).status_code == 200
    unit_page = client.post(new, fields)
    unit = Unit.objects.get(official_name="战略发展部")
    assert (unit_page.status_code, unit_page.headers["Location"]) == (303, f"/organisation/units/{unit.pk}/")
    assert unit.aliases == ["规划处", "发展处"]
    edit = reverse("organisation:unit_edit", args=[unit.pk])
    assert "规划处、发展处" in client.get(edit).content.decode()
    client.post(edit, {**fields, "short_name": "战略部", "expect": unit.version})
    stale = client.post(edit, {**fields, "short_name": "战发部", "expect": unit.version})
    assert stale.status_code == 409
    assert "战发部" in stale.content.decode()
    move = reverse("organisation:unit_move", args=[unit.pk])
    assert client.post(move, {"parent": "没有的部"}).status_code == 422
    client.post(move, {"parent": "shengchan"})
    unit.refresh_from_db()
    assert (unit.name, unit.parent) == ("战略部", cast.unit("生产部"))
    order = reverse("organisation:unit_order", args=[cast.unit("生产部").pk])
    assert client.get(order).status_code == 200
    client.post(order, {f"unit-{unit.pk}": "1"})
    children = list(Unit.objects.filter(parent=cast.unit("生产部")).values_list("short_name", "official_name"))
    assert children[1][0] == "战略部", "the same number as the first one, and after it"
    assert client.post(reverse("organisation:unit_close", args=[unit.pk])).status_code == 303
    assert "已撤销" in client.get(reverse("organisation:unit", args=[unit.pk])).content.decode()
    assert client.post(reverse("organisation:unit_reopen", args=[unit.pk])).status_code == 303


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(client_as: SignIn, cast: Any) -> None:
    new = reverse("organisation:unit_new") + f"?parent={cast.unit('澄川集团').pk}"
    response = client_as("林晓雯").post(new, {"official_name": "财务管理部", "kind": "team", "duties": "长长的职责"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_official_name_error">同一上级下已有“财务管理部”。' in html
    assert "长长的职责" in html


def test_appointing_replacing_and_ending_through_the_pages(client_as: SignIn, cast: Any) -> None:
    client, unit = client_as("王建国"), cast.unit("财务部")
    url = reverse("organisation:appoint", args=[unit.pk])
    html = client.get(url).content.decode()
    assert 'value="liaison_a"' in html
    assert 'value="head"' not in html, "a head does not appoint heads"
    taken = client.post(url, {"person": "魏思远", "role": "liaison_a"})
    assert taken.status_code == 422
    assert "现在是孙悦" in taken.content.decode()
    assert client.post(url, {"person": "魏思远", "role": "liaison_a", "replace": "on"}).status_code == 303
    post = Post.objects.get(unit=unit, role="liaison_a", ended_on=None)
    assert post.person.name == "魏思远"
    edit = reverse("organisation:post_edit", args=[post.pk])
    client.post(edit, {"role": "liaison_a", "title": "综合会计"})
    assert Post.objects.get(pk=post.pk).title == "综合会计"
    assert client.post(reverse("organisation:post_end", args=[post.pk])).status_code == 303
    assert client.get(edit).status_code == 404


def test_people_of_one_name_must_be_told_apart(client_as: SignIn, cast: Any, now: datetime) -> None:
    actions.create_person(fields=PersonFields("魏思远", "X9"), by=SYSTEM, now=now)
    client, url = client_as("林晓雯"), reverse("organisation:appoint", args=[cast.unit("财务部").pk])
    twice = client.post(url, {"person": "魏思远", "role": "member"})
    assert "不止一人" in twice.content.decode()
    assert client.post(url, {"person": "魏思远 X9", "role": "member"}).status_code == 303


def test_one_is_away_and_lets_somebody_act_and_takes_it_back(client_as: SignIn, cast: Any, today: datetime) -> None:
    person, client = cast.person("周岚"), client_as("周岚")
    url = reverse("organisation:delegation", args=[person.pk])
    assert "2026-11-19T08:30" in client.get(url).content.decode()
    when = {"starts_at": "2026-11-19T08:30", "ends_at": "2026-11-20T17:30", "reason": "培训"}
    assert client.post(url, {**when, "deputy": "zhoulan"}).status_code == 422
    assert client.post(url, {**when, "deputy": "章小雨", "away": "on"}).status_code == 303
    delegation, absence = Delegation.objects.get(principal=person), Absence.objects.get(person=person)
    assert (absence.starts_at, absence.ends_at) == (delegation.starts_at, delegation.ends_at)
    assert absence.starts_at == datetime(2026, 11, 19, 8, 30, tzinfo=today.tzinfo)
    text = words(client.get(reverse("organisation:person", args=[person.pk])).content.decode())
    assert "明天08:30 至 11月20日17:30" in text
    client.post(reverse("organisation:delegation_revoke", args=[delegation.pk]))
    client.post(reverse("organisation:absence_cancel", args=[absence.pk]))
    delegation.refresh_from_db()
    assert delegation.revoked_at == today
    other = client_as("马骏")
    assert other.post(reverse("organisation:absence_cancel", args=[absence.pk])).status_code == 404


def test_both_liaisons_away_together_is_said(client_as: SignIn, cast: Any, today: datetime) -> None:
    window = Window(today + timedelta(days=1), today + timedelta(days=3))
    actions.record_absence(cast.person("丁凯"), window=window, by=SYSTEM, now=today)
    form = {"starts_at": "2026-11-19T10:00", "ends_at": "2026-11-20T17:30"}
    url = reverse("organisation:absence", args=[cast.person("孙悦").pk])
    response = client_as("孙悦").post(url, form, follow=True)
    assert "财务部的丁凯同期也不在岗" in response.content.decode()


def test_when_the_absence_is_refused_the_delegation_is_not_made_either(
    client_as: SignIn, cast: Any, today: datetime
) -> None:
    person = cast.person("周岚")
    window = Window(today + timedelta(days=1), today + timedelta(days=2))
    actions.record_absence(person, window=window, by=SYSTEM, now=today)
    form = {"starts_at": "2026-11-19T10:00", "ends_at": "2026-11-20T17:30", "deputy": "章小雨", "away": "on"}
    response = client_as("周岚").post(reverse("organisation:delegation", args=[person.pk]), form)
    assert response.status_code == 422
    assert not Delegation.objects.filter(principal=person).exists()


def test_people_contacts_secretaries_charges_and_accounts_through_their_pages(client_as: SignIn, cast: Any) -> None:
    client = client_as("林晓雯")
    client.post(reverse("organisation:person_new"), {"name": "张三丰年", "code": "X1", "active": "on"})
    person = Person.objects.get(code="X1")
    url = reverse("organisation:person_edit", args=[person.pk])
    client.post(url, {"name": "张三", "code": "X1", "mobile": "88001234", "active": "on", "expect": person.version})
    person.refresh_from_db()
    assert (person.name, person.mobile) == ("张三", "88001234")
    account = reverse("organisation:account", args=[person.pk])
    assert "zhangsan" in client.get(account).content.decode()
    assert client.post(account, {"username": "zhangsan", "password": "123"}).status_code == 422
    assert client.post(account, {"username": "zhangsan", "password": "a-long-phrase"}).status_code == 303
    leader = cast.person("顾明远")
    client.post(reverse("organisation:charges", args=[leader.pk]), {"units": "物流部，财务部 CW"})
    client.post(reverse("organisation:secretaries", args=[leader.pk]), {"secretaries": "陶子安、张三 X1"})
    text = words(page(client, "person", leader.pk))
    assert "物流部" in text
    assert "张三" in text
    own = client_as("周岚")
    contact = reverse("organisation:person_contact", args=[cast.person("周岚").pk])
    assert own.post(contact, {"mobile": "88001111", "email": ""}).status_code == 303
    assert cast.person("周岚").mobile == "88001111"


def test_a_workbook_is_previewed_and_then_carried_out_or_not_at_all(client_as: SignIn, cast: Any) -> None:
    client = client_as("林晓雯")
    data = client.get(reverse("organisation:export")).content
    upload = reverse("organisation:import")

    def send(body: bytes, name: str = "组织.xlsx") -> Any:
        return client.post(upload, {"file": SimpleUploadedFile(name, body)})

    assert send(b"no workbook").status_code == 422
    assert not SheetDraft.objects.exists()
    check = send(data).headers["Location"]
    assert "没有要改的" in client.get(check).content.decode()
    actions.update_unit(
        cast.unit("工会"),
        fields=UnitFields("工会委员会", "职工会", code="GH"),
        by=SYSTEM,
        now=datetime.now().astimezone(),
    )
    html = client.get(check).content.decode()
    assert "简称由“职工会”改为“工会”" in html
    token = re.search(r'name="fingerprint" value="(\w+)"', html)
    assert token is not None
    draft = SheetDraft.objects.get()
    apply = reverse("organisation:import_apply", args=[draft.pk])
    assert client.post(apply, {"fingerprint": "old"}).status_code == 409
    assert client_as("秦海平").post(apply, {"fingerprint": token[1]}).status_code == 404
    assert client.post(apply, {"fingerprint": token[1]}).status_code == 303
    assert cast.unit("工会").aliases == ["集团工会", "职工会"]
    assert not SheetDraft.objects.exists()


def test_faulty_rows_are_listed_and_there_is_nothing_to_confirm(client_as: SignIn, cast: Any) -> None:
    sheet = importing.OrgSheet(units=(importing.UnitRow(2, "新部", "N", parent="没有的部"),))
    from fayol.reading.org_sheet import write_org

    client = client_as("林晓雯")
    file = SimpleUploadedFile("错.xlsx", write_org(sheet))
    check = client.post(reverse("organisation:import"), {"file": file}).headers["Location"]
    html = client.get(check).content.decode()
    assert "没有找到上级“没有的部”" in html
    assert "第2行" in html
    assert "确认导入" not in html


# ── how many queries ──


def count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_three_rows_take_as_many_queries_as_one(
    client_as: SignIn, cast: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_providers", {})  # what other apps put on a card is counted by their tests
    client, top = client_as("林晓雯"), cast.unit("澄川集团")
    unit = actions.create_unit(top, fields=UnitFields("新部"), by=SYSTEM, now=now)
    person = cast.person("顾明远")
    urls = [
        reverse("organisation:index"),
        reverse("organisation:index") + "?q=新",
        reverse("organisation:unit", args=[unit.pk]),
        reverse("organisation:person", args=[person.pk]),
    ]

    def add(i: int) -> None:
        below = actions.create_unit(unit, fields=UnitFields(f"新组{i}"), by=SYSTEM, now=now)
        one = actions.create_person(fields=PersonFields(f"新人{i}"), by=SYSTEM, now=now)
        for where, role in ((unit, "deputy"), (unit, "member"), (below, "head")):
            actions.appoint(one, unit=where, fields=PostFields(role), by=SYSTEM, now=now)
        window = Window(now - timedelta(days=1), now + timedelta(days=900 + i))
        actions.record_absence(one, window=window, by=SYSTEM, now=now)
        far = now + timedelta(days=10 * i + 20)
        actions.record_absence(person, window=Window(far, far + timedelta(days=1)), by=SYSTEM, now=now)

    add(1)
    one = [count(client, url) for url in urls]
    add(2)
    add(3)
    assert [count(client, url) for url in urls] == one
    assert max(one) <= 26


def test_a_large_tree_opens_branch_by_branch(client_as: SignIn, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fayol.organisation.tree.WHOLE_TREE", 5)
    client, unit = client_as("周岚"), cast.unit("生产部")
    html = page(client, "index")
    assert "二号车间" not in html
    url = reverse("organisation:branch", args=[unit.pk])
    assert f'hx-get="{url}"' in html
    part = client.get(url).content.decode()
    assert "二号车间" in part
    assert "二号车间夜班" not in part
