"""From a Word file to tasks given out, over HTTP, as the coordinator and the departments do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fayol.commitments.models import Commitment
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.intake.example import NAME, annual_meeting
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.tests.pages import draft_at, fields_of, send, upload
from fayol.matters.models import Matter

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _surroundings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


@pytest.fixture
def clerk(client_as: SignIn) -> Client:
    return client_as("林晓雯")


@pytest.fixture
def document(clerk: Client) -> IntakeDocument:
    assert upload(clerk, annual_meeting(), NAME).status_code == 303
    return IntakeDocument.objects.get()


@pytest.fixture
def url(document: IntakeDocument) -> str:
    return f"/intake/{document.pk}/"


# ── reading ────────────────────────────────────────────────────────────────


def test_a_word_file_becomes_numbered_drafts_beside_its_marked_source(clerk: Client, url: str) -> None:
    page = clerk.get(url).content.decode()
    assert "7条，5条可交办，2条待补" in page
    assert '<mark class="fy-mark" data-k="lead" data-t="牵头">财务部</mark>' in page
    assert '<mark class="fy-mark" data-k="support" data-t="配合">人力资源部、会务组</mark>' in page
    assert '<mark class="fy-mark" data-k="ask" data-t="没有日期">尽快</mark>' in page
    assert page.count('class="fy-item"') == 7
    assert "“市场部、工会”并列负责，请定一家牵头" in page
    assert "交办5条" in page


def test_what_was_read_is_a_fact_and_every_unit_and_date_is_a_place_in_the_source(document: IntakeDocument) -> None:
    assert [fact.verb for fact in history_of("intake", document.pk)] == ["intake.read"]
    for draft in document.drafts.all():
        for row in [row for role in draft.named.values() for row in role]:
            start, end = row["span"]
            assert document.text[start:end] == row["name"]
        for found in draft.deadlines:
            assert document.text[slice(*found["span"])] == found["words"]


# ── giving out ─────────────────────────────────────────────────────────────


def test_all_ticked_drafts_become_promises_of_one_matter_and_the_rest_stays(
    clerk: Client, url: str, document: IntakeDocument, cast: Any
) -> None:
    response = send(clerk, url, act="dispatch")
    assert response.status_code == 303, response.content.decode()
    matter = Matter.objects.get()
    assert (matter.label, matter.title) == ("督〔2026〕1号", "年会筹备工作分工方案")
    assert matter.basis_text == "《年会筹备工作分工方案》（澄办发〔2026〕27号）"
    leads = list(Commitment.objects.filter(role="lead").order_by("ref"))
    assert [lead.ref for lead in leads] == ["1-01", "1-02", "1-03", "1-04", "1-05"]
    budget = leads[1]
    assert (budget.performer_unit, budget.required_on) == (cast.unit("财务部"), date(2026, 11, 30))
    assert budget.required_words == "11月30日前"
    assert document.text[budget.source_start : budget.source_end] == budget.text
    supports = {support.performer_unit.name for support in budget.supports.all()}
    assert supports == {"人力资源部", "会务组"}
    assert document.drafts.filter(state="open").count() == 2
    assert history_of("intake", document.pk)[-1].verb == "intake.dispatched"
    assert list(verify().problems) == []


def test_completed_drafts_follow_later_into_the_same_matter(clerk: Client, url: str, document: IntakeDocument) -> None:
    send(clerk, url, act="dispatch")
    six, seven = draft_at(document, 6), draft_at(document, 7)
    typed = {f"{six.pk}-lead": "工会", f"{six.pk}-due": "2026-12-10", f"{seven.pk}-review": "2026-12-01"}
    assert send(clerk, url, act="save", **typed).status_code == 303
    six.refresh_from_db()
    assert (six.checked, six.supports) == (True, [draft_at(document, 6).supports[0]])
    assert "原文由市场部、工会并列负责；林晓雯定由工会牵头，其余配合。" in six.note
    assert send(clerk, url, act="dispatch").status_code == 303
    assert Matter.objects.count() == 1
    task = Commitment.objects.get(ref="1-06")
    assert (task.performer_unit.name, [s.performer_unit.name for s in task.supports.all()]) == ("工会", ["市场部"])
    waiting = Commitment.objects.get(ref="1-07")
    assert (waiting.required_on, waiting.required_words) == (None, "待定，12月1日复查")
    assert waiting.sheet["review_on"] == "2026-12-01"


def test_drafts_that_lack_something_are_refused_by_number_and_nothing_goes_out(
    clerk: Client, url: str, document: IntakeDocument
) -> None:
    every = [f"{draft.pk}.{draft.version}" for draft in document.drafts.all()]
    response = send(clerk, url, act="dispatch", take=every)
    page = response.content.decode()
    assert response.status_code == 422
    assert "第6条：“市场部、工会”并列负责，请定一家牵头" in page
    assert "第7条：没有期限" in page
    assert not Commitment.objects.exists()
    assert not Matter.objects.exists()


def test_nothing_ticked_is_refused(clerk: Client, url: str) -> None:
    response = send(clerk, url, act="dispatch", take=[])
    assert response.status_code == 422
    assert "还没有勾选任务" in response.content.decode()


def test_the_second_of_two_who_give_out_the_same_draft_hears_who_was_first(
    clerk: Client, client_as: SignIn, url: str
) -> None:
    other = client_as("蒋一帆")
    seen = fields_of(other.get(url).content.decode())
    send(clerk, url, act="dispatch")
    response = other.post(url, {**seen, "act": "dispatch"})
    assert response.status_code == 422
    assert "第1条已由林晓雯于今天09:12交办，任务编号1-01" in response.content.decode()
    assert Commitment.objects.filter(role="lead").count() == 5


def test_a_matter_without_goal_is_refused_at_the_field_and_what_was_typed_stays(clerk: Client, url: str) -> None:
    response = send(clerk, url, act="dispatch", m__goal="", m__title="年会筹备（第二稿）")
    page = response.content.decode()
    assert response.status_code == 422
    assert "请写明共同目标" in page
    assert 'value="年会筹备（第二稿）"' in page
    assert not Matter.objects.exists()


def test_a_department_dispatches_in_its_own_name_as_coordination(client_as: SignIn) -> None:
    client = client_as("周岚")
    client.post("/intake/", {"text": "由财务部牵头，人力资源部配合，11月30日前完成预算表。"})
    document = IntakeDocument.objects.get()
    assert send(client, f"/intake/{document.pk}/", act="dispatch").status_code == 303
    matter = Matter.objects.get()
    assert (matter.label, matter.requester_unit.name) == ("协〔2026〕1号", "财务部")


# ── changing ───────────────────────────────────────────────────────────────


def test_wrong_input_stands_at_its_field_and_everything_typed_is_kept(
    clerk: Client, url: str, document: IntakeDocument
) -> None:
    one, two = draft_at(document, 1), draft_at(document, 2)
    typed = {f"{one.pk}-title": "总体方案", f"{two.pk}-due": "2026-02-30", f"{two.pk}-lead": "不存在的部门"}
    response = send(clerk, url, act="dispatch", **typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "这一天不存在" in page
    assert "组织里没有“不存在的部门”" in page
    assert 'value="2026-02-30"' in page
    assert 'value="不存在的部门"' in page
    assert draft_at(document, 1).title == "总体方案"
    assert draft_at(document, 2).due_on == date(2026, 11, 30)
    assert not Matter.objects.exists()


def test_a_row_that_somebody_changed_meanwhile_says_so_and_keeps_what_was_typed(
    clerk: Client, client_as: SignIn, url: str, document: IntakeDocument
) -> None:
    two = draft_at(document, 2)
    seen = fields_of(clerk.get(url).content.decode())
    send(client_as("蒋一帆"), url, act="save", **{f"{two.pk}-title": "预算"})
    response = clerk.post(url, {**seen, f"{two.pk}-title": "编制年会经费预算表", "act": "save"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "刚才有人改动了这一条" in page
    assert 'value="编制年会经费预算表"' in page
    assert draft_at(document, 2).title == "预算"


def test_a_row_saves_itself_and_gives_back_what_changed_around_it(
    clerk: Client, url: str, document: IntakeDocument
) -> None:
    six = draft_at(document, 6)
    fields = fields_of(clerk.get(url).content.decode())
    fields |= {f"{six.pk}-lead": ["gh"], f"{six.pk}-due": ["2026-12-10"]}
    response = clerk.post(f"{url}drafts/{six.pk}/", fields, headers={"HX-Request": "true"})
    part = response.content.decode()
    assert response.status_code == 200
    assert "工会牵头，市场部配合，12月10日" in part
    assert "已选6条" in part
    assert f'name="{six.pk}-version" value="{six.version + 1}"' in part
    fields[f"{six.pk}-due"] = ["2026-13-01"]
    refused = clerk.post(f"{url}drafts/{six.pk}/", fields, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "这一天不存在" in refused.content.decode()
    assert draft_at(document, 6).due_on == date(2026, 12, 10)


def test_split_merge_add_drop_and_restore(clerk: Client, url: str, document: IntakeDocument) -> None:
    three = draft_at(document, 3)
    at = three.text.index("，") + 1
    assert send(clerk, url, act=f"split:{three.pk}:{at}").status_code == 303
    assert document.drafts.count() == 8
    first, second = draft_at(document, 3), draft_at(document, 4)
    assert first.text + second.text == three.text
    assert second.text == "公示5个工作日。"
    assert (second.lead_id, second.due_on) == (first.lead_id, None)
    assert send(clerk, url, act=f"merge:{second.pk}").status_code == 303
    merged = draft_at(document, 3)
    assert (document.drafts.count(), merged.text, merged.due_on) == (7, three.text, date(2026, 12, 4))
    assert merged.spans == three.spans
    send(clerk, url, act="add", add__words="各部门要按照分工抓好落实，遇有问题及时报总裁办。")
    added = draft_at(document, 8)
    assert document.text[slice(*added.spans[0])] == added.text
    send(clerk, url, act="add", add__words="给嘉宾发请柬")
    assert (draft_at(document, 9).title, draft_at(document, 9).spans) == ("给嘉宾发请柬", [])
    send(clerk, url, act=f"drop:{added.pk}")
    assert draft_at(document, 8).state == "dropped"
    send(clerk, url, act=f"restore:{added.pk}")
    assert draft_at(document, 8).state == "open"
    verbs = [fact.verb.removeprefix("intake.") for fact in history_of("intake", document.pk)]
    assert verbs == ["read", "split", "merged", "added", "added", "dropped_draft", "restored_draft"]


def test_a_task_of_every_department_becomes_one_for_each(clerk: Client) -> None:
    clerk.post("/intake/", {"text": "各部门于12月10日前报送年度总结。\n由财务部牵头，12月20日前完成决算。"})
    document = IntakeDocument.objects.get()
    url = f"/intake/{document.pk}/"
    every = draft_at(document, 1)
    assert "“各部门”是一组单位" in clerk.get(url).content.decode()
    units = list(every.supports)
    assert len(units) == 15
    assert send(clerk, url, act=f"fan-out:{every.pk}").status_code == 303
    made = list(document.drafts.order_by("position"))
    assert [draft.lead_id for draft in made[:15]] == units
    assert {(draft.text, draft.due_on, draft.checked) for draft in made[:15]} == {
        ("各部门于12月10日前报送年度总结。", date(2026, 12, 10), True)
    }
    assert made[15].text == "由财务部牵头，12月20日前完成决算。"
    assert send(clerk, url, act="dispatch").status_code == 303
    assert Commitment.objects.filter(role="lead").count() == 16


def test_many_drafts_are_decided_at_once_by_a_button_that_says_so(clerk: Client) -> None:
    lines = ("由市科技局、市财政局负责，尽快完成平台建设。", "由市科技局、财务部负责，抓紧完成验收。")
    clerk.post("/intake/", {"text": "\n".join(lines)})
    document = IntakeDocument.objects.get()
    url = f"/intake/{document.pk}/"
    assert "2个名称在组织里没有对上" in clerk.get(url).content.decode()
    names = {"name-words": ["市科技局", "市财政局"], "name-unit": ["信息中心", ""], "name-out": ["市财政局"]}
    assert send(clerk, url, act="names", **names).status_code == 303
    assert send(clerk, url, act="first-leads").status_code == 303
    assert send(clerk, url, act="dates:due", **{"all-day": "2026-02-30"}).status_code == 422
    assert send(clerk, url, act="dates:due", **{"all-day": "2026-12-20"}).status_code == 303
    for draft in document.drafts.all():
        assert draft.lead is not None
        assert (draft.lead.name, draft.due_on, draft.checked) == ("信息中心", date(2026, 12, 20), True)


def test_rules_of_time_are_kept_with_the_first_day_they_give(clerk: Client) -> None:
    lines = [
        "财务部每月28日前报送资金周报。",
        "由信息中心牵头，印发之日起30日内完成系统改造。",
        "由采购部牵头，自交办之日起5个工作日内完成询价。",
    ]
    text = "关于做好年末工作的通知\n" + "\n".join(lines) + "\n2026年11月16日"
    clerk.post("/intake/", {"text": text})
    document = IntakeDocument.objects.get()
    rules = {draft.deadline_rule["kind"]: draft for draft in document.drafts.all() if draft.deadline_rule}
    assert rules["monthly"].due_on == date(2026, 11, 27)  # the 28th is a Saturday: regular work is due before it
    assert rules["days_after"].due_on == date(2026, 12, 16)
    assert "按规律重复" in clerk.get(f"/intake/{document.pk}/").content.decode()
    assert send(clerk, f"/intake/{document.pk}/", act="dispatch").status_code == 303
    kept = {task.required_rule["kind"]: task for task in Commitment.objects.all() if task.required_rule}
    assert kept["monthly"].required_on == date(2026, 11, 27)
    assert kept["monthly"].required_words == "每月28日前"


# ── who sees what ──────────────────────────────────────────────────────────


def test_drafts_are_for_their_uploader_and_the_office_only(
    client_as: SignIn, url: str, document: IntakeDocument
) -> None:
    stranger = client_as("郑海涛")
    draft = draft_at(document, 1)
    for path in (url, f"{url}file/", f"{url}drafts/{draft.pk}/"):
        assert stranger.get(path).status_code == 404
    for path in (url, f"{url}tick/", f"{url}again/", f"{url}drop/", f"{url}drafts/{draft.pk}/"):
        assert stranger.post(path).status_code == 404
    assert "年会筹备工作分工方案" not in stranger.get("/intake/").content.decode()
    assert client_as("蒋一帆").get(url).status_code == 200


def test_a_party_sees_the_sentence_of_its_task_and_nothing_else_of_the_document(
    clerk: Client, client_as: SignIn, url: str, document: IntakeDocument
) -> None:
    send(clerk, url, act="dispatch", m__visibility="named", m__named="蒋一帆")
    finance = client_as("周岚")
    task = Commitment.objects.get(ref="1-02")
    Commitment.objects.filter(pk=task.pk).update(audience=[*task.audience, -finance_pk(finance)])
    page = finance.get(url).content.decode()
    assert "经费预算。由财务部牵头" in page
    assert f'href="/commitments/{task.pk}/"' in page
    assert "会务统筹" not in page
    place = finance.get(f"{url}?at={task.source_start}")
    assert (place.status_code, place["Location"]) == (302, f"{url}#s2")


def finance_pk(client: Client) -> int:
    from fayol.organisation.models import Person

    return Person.objects.get(account_id=client.session["_auth_user_id"]).pk


def test_the_original_comes_back_as_it_was_uploaded(clerk: Client, url: str) -> None:
    response = clerk.get(f"{url}file/")
    assert b"".join(response.streaming_content) == annual_meeting()  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment;")


# ── costs ──────────────────────────────────────────────────────────────────


def test_the_page_costs_the_same_number_of_queries_for_seven_drafts_and_for_two(
    clerk: Client, url: str, document: IntakeDocument, django_assert_max_num_queries: Any
) -> None:
    clerk.post("/intake/", {"text": "由财务部牵头，11月30日前完成预算表。\n由行政部牵头，12月1日前完成布置。"})
    small = IntakeDocument.objects.exclude(pk=document.pk).get()
    clerk.get(url)  # what the frame remembers for a minute is counted in neither
    with django_assert_max_num_queries(60) as seven:
        clerk.get(url)
    with django_assert_max_num_queries(60) as two:
        clerk.get(f"/intake/{small.pk}/")
    assert len(seven.captured_queries) == len(two.captured_queries)
    assert len(seven.captured_queries) <= 40


def test_the_list_costs_the_same_number_of_queries_for_one_document_and_for_three(
    clerk: Client, document: IntakeDocument, django_assert_max_num_queries: Any
) -> None:
    clerk.get("/intake/")
    with django_assert_max_num_queries(40) as one:
        clerk.get("/intake/")
    for day in (1, 2):
        clerk.post("/intake/", {"text": f"由财务部牵头，12月{day}日前完成预算表。"})
    with django_assert_max_num_queries(40) as three:
        clerk.get("/intake/")
    assert len(one.captured_queries) == len(three.captured_queries)


def test_giving_out_costs_the_same_number_of_queries_for_ten_drafts_and_for_sixty(
    cast: Any, now: datetime, django_assert_max_num_queries: Any
) -> None:
    from fayol.intake import actions
    from fayol.organisation.actor import Actor

    by = Actor(cast.person("林晓雯"))
    counts = []
    for size in (10, 60):
        lines = [f"由财务部牵头，人力资源部配合，12月20日前完成第{n}批预算表。" for n in range(size)]
        document = actions.take_in_text("\n".join(lines), by=by, now=now)
        assert document.drafts.filter(checked=True).count() == size
        with django_assert_max_num_queries(400) as taken:
            actions.dispatch(document, dict.fromkeys(document.drafts.values_list("pk", flat=True)), by=by, now=now)
        counts.append(len(taken.captured_queries))
    assert counts[1] - counts[0] <= 5
    assert Draft.objects.filter(state="dispatched").count() == 70
