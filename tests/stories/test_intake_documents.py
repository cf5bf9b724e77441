"""Real documents, bad documents, large documents, and two hands at once."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from docx import Document

from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.facts.verify import verify
from fayol.files.models import StoredFile
from fayol.intake import actions
from fayol.intake.example import NAME, annual_meeting
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.tests.pages import fields_of, send, upload
from fayol.kernel.errors import Refused
from fayol.matters.models import Matter
from fayol.organisation.actor import Actor
from fayol.organisation.models import Unit

SignIn = Callable[..., Client]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MINUTES = DATA / "stories" / "a5-minutes-2015-09-05.txt"
SAMPLES = sorted(path for path in (DATA / "samples").glob("*.*") if path.suffix in (".docx", ".xlsx", ".pdf"))


@pytest.fixture(autouse=True)
def _surroundings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    monkeypatch.setattr("fayol.web.clock.read", lambda: now)


@pytest.fixture
def clerk(client_as: SignIn) -> Client:
    return client_as("林晓雯")


def latest() -> IntakeDocument:
    return IntakeDocument.objects.order_by("-pk")[0]


# ── A5: minutes of a department meeting ────────────────────────────────────

OWN_MINUTES = """2026年11月16日下午,集团公司办公室召开部务会,安排部署近期工作。会议由办公室主任主持,现纪要如下:
一、关于岗位职责工作。岗位职责汇编由集团公司办公室牵头,其余各部室负责修订完善,近期下发各单位执行。
二、关于会务工作。鉴于会务工作沟通不及时,集团公司办公室将制定会务规定。
三、关于信息化工作。信息化中心将于近期召开专题会议,相关部室参会。"""


def dispatch_minutes(clerk: Client, text: str) -> list[Commitment]:
    """Upload, see what is flagged, decide it, and give everything out."""
    assert upload(clerk, text.encode(), "部务会纪要.txt").status_code == 303
    document = latest()
    url = f"/intake/{document.pk}/"
    assert send(clerk, url, act="dispatch", take=_all(document)).status_code == 422
    assert not Commitment.objects.exists()
    changes: dict[str, Any] = {"all-day": "2026-12-01"}
    for draft in document.drafts.all():
        if draft.open_names:
            changes[f"{draft.pk}-supports"] = "生产部、销售部"
    assert send(clerk, url, act="dates:review", **changes).status_code == 303
    assert send(clerk, url, act="dispatch", take=_all(document)).status_code == 303
    return list(Commitment.objects.filter(role="lead").order_by("ref"))


def _all(document: IntakeDocument) -> list[str]:
    return [f"{pk}.{version}" for pk, version in document.drafts.values_list("pk", "version")]


def _check_minutes(tasks: list[Commitment], document: IntakeDocument) -> None:
    assert [task.performer_unit.name for task in tasks] == ["总裁办", "总裁办", "信息中心"]
    assert {task.requester_unit.is_office for task in tasks} == {True}
    assert all(task.required_on is None for task in tasks)
    assert tasks[0].required_words == "近期，待定，12月1日复查"
    assert len(tasks[0].supports.all()) == 14
    assert Matter.objects.get().label == "督〔2026〕1号"
    for task in tasks:
        assert document.text[task.source_start : task.source_end] == task.text
    assert list(verify().problems) == []


@pytest.mark.django_db
@pytest.mark.req("S2-01", "S2-03", "S2-08")
def test_minutes_become_three_supervised_tasks_with_the_wording_of_the_source(clerk: Client) -> None:
    tasks = dispatch_minutes(clerk, OWN_MINUTES)
    _check_minutes(tasks, latest())
    assert latest().opening["basis_kind"] == "meeting"


@pytest.mark.django_db
@pytest.mark.req("S2-01", "S2-03", "S2-08", "S2-09")
@pytest.mark.skipif(not MINUTES.exists(), reason="the minutes of 2015-09-05 are not on this machine")
def test_a5_the_minutes_of_2015_up_to_dispatch(clerk: Client) -> None:
    tasks = dispatch_minutes(clerk, MINUTES.read_text(encoding="utf-8"))
    document = latest()
    held = document.meeting
    assert (held["held_on"], held["when"], held["kind"]) == ("2015-09-05", "上午", "部务会")
    assert (held["convened_by"], held["chaired_by"]) == ("集团公司办公室", "办公室主任")
    assert held["present"] == "办公室全体管理人员"
    assert len(held["topics"]) == 3
    _check_minutes(tasks, document)
    assert "vague_date" in Draft.objects.get(document=document, position=1).flags


# ── the five real documents ────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.skipif(not SAMPLES, reason="the sample documents are not on this machine")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_real_document_is_read_reviewed_given_out_and_one_task_of_it_played_to_the_end(
    clerk: Client, path: Path, now: datetime, django_assert_max_num_queries: Any
) -> None:
    assert upload(clerk, path.read_bytes(), path.name).status_code == 303
    document = latest()
    url = f"/intake/{document.pk}/"
    count = document.drafts.count()
    assert count >= 15
    with django_assert_max_num_queries(40):
        page = clerk.get(url).content.decode()
    assert page.count('class="fy-item"') == min(count, 50)
    assert 'class="fy-mark"' in page
    _decide_everything(clerk, document, url)
    assert not [d.position for d in document.drafts.all() if not d.checked]
    assert send(clerk, url, act="dispatch", **{"m-nature": "consultative"}).status_code == 303
    assert Commitment.objects.filter(role="lead", source_document=document.pk).count() == count
    assert Matter.objects.count() == 1
    _play(Commitment.objects.filter(role="lead").order_by("pk")[0], now)
    done = Commitment.objects.filter(role="lead").order_by("pk")[0]
    ledger = clerk.get("/ledger/", {"light": "done", "scope": "closed"}).content.decode()
    assert (done.state, done.returns, done.extensions) == ("fulfilled", 1, 1)
    assert done.title[:12] in ledger
    assert list(verify().problems) == []


def _play(task: Commitment, now: datetime) -> None:
    """Returned, asked of another, countered, promised, reported, handed back, reported again, accepted: each by
    whoever has the ball then."""
    other = Unit.objects.get(official_name="市场部")

    def make(move: Callable[..., Commitment], hours: int, **words: Any) -> None:
        nonlocal task
        task = move(task, by=Actor(task.holder), now=now + timedelta(hours=hours), **words)

    make(moves.decline, 1, ground="职责不在本部门，见职责清单第二条", suggested_unit_id=other.pk)
    make(moves.reassign, 2, unit_id=other.pk)
    make(moves.promise, 3, due_on=date(2026, 12, 30))
    make(moves.counter, 4, words="上游资料晚到", due_on=date(2027, 1, 8))
    make(moves.agree, 5)
    make(moves.report, 6, result="按要求办完")
    make(moves.hand_back, 7, missing="缺附件")
    make(moves.report, 8, result="附件已补")
    make(moves.accept, 9)


def _decide_everything(clerk: Client, document: IntakeDocument, url: str) -> None:
    """What a clerk of an organisation that knows none of these units does: map every name once, take the first as
    lead, give the rest of the tasks to one unit, and set one day."""
    units = ["财务部", "人力资源部", "行政部", "生产部", "采购部", "信息中心", "质量部"]
    for _round in range(20):
        names = sorted({row["words"] for draft in document.drafts.all() for row in draft.open_names})[:60]
        if not names:
            break
        chosen = [units[n % len(units)] for n in range(len(names))]
        assert send(clerk, url, act="names", **{"name-words": names, "name-unit": chosen}).status_code == 303
    send(clerk, url, act="first-leads")
    send(clerk, url, act="dates:due", **{"all-day": "2026-12-31"})
    for draft in document.drafts.filter(lead=None):
        page = clerk.get(f"{url}?open={draft.pk}").content.decode()
        fields = {**fields_of(page), f"{draft.pk}-lead": "总裁办", "act": "save"}
        assert clerk.post(url, fields).status_code == 303


# ── bad input ──────────────────────────────────────────────────────────────


def docx(*lines: str) -> bytes:
    made, file = Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(file)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{kinds}"/></Types>')
        archive.writestr("word/document.xml", b"<w>" + b" " * (60 * 1024 * 1024) + b"</w>")
    return file.getvalue()


BAD = {
    "空文件": ("空.docx", lambda: b"", "空文件"),
    "损坏": ("坏.docx", lambda: annual_meeting()[:9000], "已损坏或不完整"),
    "密级": ("方案.docx", lambda: docx("机密★1年", "由财务部牵头"), "密级“机密”"),
    "密级文件名": ("秘密★方案.txt", lambda: "由财务部牵头".encode(), "文件名标有密级"),
    "炸弹": ("大.docx", bomb, "解压后大得不正常"),
    "旧格式": ("旧.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "旧.doc"),
    "扩展名不符": ("表.xlsx", annual_meeting, "内容却是Word文件"),
    "程序": ("装.exe", lambda: b"MZ\x90", "不能读取"),
    "扫描件": ("扫.pdf", lambda: b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>", "扫.pdf"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_a_sentence_that_says_what_and_nothing_stays(clerk: Client, case: str) -> None:
    name, make, words = BAD[case]
    response = upload(clerk, make(), name)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert not IntakeDocument.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_pasted_words_that_are_refused_stay_in_their_field(clerk: Client) -> None:
    response = clerk.post("/intake/", {"text": "绝密★启封前\n由财务部牵头办理"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "密级“绝密”" in page
    assert "由财务部牵头办理</textarea>" in page
    both = upload(clerk, annual_meeting(), NAME, text="由财务部牵头")
    assert "请只留一样" in both.content.decode()
    assert "由财务部牵头</textarea>" in both.content.decode()
    assert "请选一个文件" in clerk.post("/intake/", {"text": "  "}).content.decode()


@pytest.mark.django_db
def test_a_file_beyond_the_limit_is_refused_before_it_is_read(clerk: Client, settings: Any) -> None:
    settings.MAX_UPLOAD = 1024 * 1024
    response = upload(clerk, b"x" * (1024 * 1024 + 1), "大.txt")
    assert response.status_code == 413
    assert "1MB" in response.content.decode()
    assert not IntakeDocument.objects.exists()


@pytest.mark.django_db
def test_the_same_content_is_not_taken_in_twice_unless_on_purpose(clerk: Client, client_as: SignIn) -> None:
    upload(clerk, annual_meeting(), NAME)
    first = latest()
    response = upload(clerk, annual_meeting(), "另一个名字.docx")
    assert response.status_code == 422
    assert "这份内容已经导入过" in response.content.decode()
    assert f'href="/intake/{first.pk}/"' in response.content.decode()
    assert clerk.post(f"/intake/{first.pk}/again/").status_code == 303
    assert IntakeDocument.objects.count() == 2
    assert upload(client_as("周岚"), annual_meeting(), NAME).status_code == 303


@pytest.mark.django_db
def test_a_document_put_aside_can_no_longer_be_changed_or_given_out(clerk: Client) -> None:
    upload(clerk, annual_meeting(), NAME)
    url = f"/intake/{latest().pk}/"
    seen = fields_of(clerk.get(url).content.decode())
    assert clerk.post(f"{url}drop/").status_code == 303
    response = clerk.post(url, {**seen, "act": "dispatch"})
    assert response.status_code == 422
    assert "已经作废" in response.content.decode()
    assert not Commitment.objects.exists()


@pytest.mark.django_db
def test_words_without_any_task_open_an_empty_review_to_which_tasks_are_added(clerk: Client) -> None:
    clerk.post("/intake/", {"text": "今天天气很好。"})
    url = f"/intake/{latest().pk}/"
    assert "没有读出任务" in clerk.get(url).content.decode()
    send(clerk, url, act="add", add__words="由财务部牵头，11月30日前完成预算表。")
    added = latest().drafts.get()
    assert (added.text, added.lead) == ("由财务部牵头，11月30日前完成预算表。", None)


# ── large documents ────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_999_tasks_take_few_queries_and_are_shown_fifty_at_a_time(
    clerk: Client, django_assert_max_num_queries: Any
) -> None:
    lines = [
        f"{n}．由财务部牵头，人力资源部、行政部配合，12月{n % 28 + 1}日前完成第{n}批预算表。" for n in range(1, 1000)
    ]
    with django_assert_max_num_queries(60):
        assert upload(clerk, "\n".join(lines).encode(), "大方案.txt").status_code == 303
    document = latest()
    assert document.drafts.count() == 999
    with django_assert_max_num_queries(45):
        page = clerk.get(f"/intake/{document.pk}/?page=2").content.decode()
    assert page.count('class="fy-item"') == 50
    assert "第51批" in page
    assert "第999批" not in page
    assert len(page) < 400_000


@pytest.mark.django_db
def test_a_long_text_shows_its_tasks_and_leaves_out_what_lies_between(clerk: Client) -> None:
    filler = "本段介绍背景情况，内容较多。" * 400
    parts = ["由财务部牵头，11月30日前完成预算表。", *[filler] * 60, "由行政部牵头，12月1日前完成布置。"]
    assert upload(clerk, "\n".join(parts).encode(), "长文.txt").status_code == 303
    page = clerk.get(f"/intake/{latest().pk}/").content.decode()
    assert "（略去" in page
    assert ">财务部</mark>" in page
    assert ">行政部</mark>" in page
    assert len(page) < 200_000


# ── two hands at once ──────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_of_two_who_give_out_the_same_document_at_once_one_wins(cast: Any, now: datetime) -> None:
    people = [Actor(cast.person("林晓雯")), Actor(cast.person("蒋一帆"))]
    document = actions.take_in(annual_meeting(), name=NAME, by=people[0], now=now)
    wanted = dict(document.drafts.filter(checked=True).values_list("pk", "version"))
    results: list[Any] = [None, None]
    start = threading.Barrier(2)

    def one(n: int) -> None:
        try:
            start.wait(timeout=120)
            results[n] = actions.dispatch(IntakeDocument.objects.get(pk=document.pk), wanted, by=people[n], now=now)
        except Refused as refused:
            results[n] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    won = [result for result in results if isinstance(result, actions.Dispatched)]
    lost = [result for result in results if isinstance(result, Refused)]
    assert (len(won), [refused.code for refused in lost]) == (1, ["already_dispatched"])
    assert Commitment.objects.filter(role="lead").count() == 5
    assert Matter.objects.get().number == 1


@pytest.mark.django_db
def test_a_dispatch_that_fails_half_way_leaves_nothing_and_takes_no_number(cast: Any, now: datetime) -> None:
    by = Actor(cast.person("林晓雯"))
    document = actions.take_in(annual_meeting(), name=NAME, by=by, now=now)
    wanted = dict.fromkeys(document.drafts.filter(checked=True).values_list("pk", flat=True))
    with pytest.raises(Refused, match="共同目标"):
        actions.dispatch(document, wanted, {"goal": ""}, by=by, now=now)
    assert not Commitment.objects.exists()
    assert actions.dispatch(document, wanted, by=by, now=now).matter.number == 1
    assert Draft.objects.filter(state="dispatched").count() == 5
    assert Draft.objects.get(position=2).due_on == date(2026, 11, 30)
