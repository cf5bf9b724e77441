"""The page of one promise, as different people see it and act on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from fayol.channels.models import Delivery
from fayol.commitments import actions
from fayol.commitments.audit import MOVE_OF
from fayol.commitments.forms import FORMS
from fayol.commitments.models import Attachment, Commitment
from fayol.commitments.presenter_talk import TELLINGS, Names, told
from fayol.commitments.queries_page import names_for
from fayol.commitments.states import CLOSED, Move, Nature, State
from fayol.commitments.tests.scene import DUE, ROADS, Scene, make
from fayol.facts.journal import history_of
from fayol.facts.models import Fact
from fayol.files.models import StoredFile
from fayol.organisation.actions import Window, delegate, record_absence
from fayol.organisation.actor import SYSTEM
from fayol.organisation.models import Person

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _at_the_scene(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    """The pages' clock stands two days after the first act."""
    monkeypatch.setattr("fayol.web.clock.read", lambda: scene.later(30))


def url(row: Commitment, move: str = "") -> str:
    return f"/commitments/{row.pk}/{move}/" if move else f"/commitments/{row.pk}/"


def bar(page: str) -> str:
    """The move bar of a page or of a partial."""
    return page[page.index('id="move"') : page.index("</section>", page.index('id="move"'))]


def fresh(row: Commitment) -> Commitment:
    return Commitment.objects.get(pk=row.pk)


# ── whose move ─────────────────────────────────────────────────────────────


@pytest.mark.req("S4-100")
@pytest.mark.parametrize("state", [State.DRAFT, *ROADS])
def test_in_every_state_only_whoever_has_the_ball_gets_one_primary_button(
    scene: Scene, client_as: Browser, state: State
) -> None:
    row = scene.brought_to(state)
    for name in ("林晓雯", "周岚", "王建国"):
        shown = bar(client_as(name).get(url(row)).content.decode())
        mine = row.state not in CLOSED and row.holder is not None and row.holder.name == name
        assert shown.count("btn-primary") == (1 if mine else 0), (state, name)
        assert ("轮到您" in shown) == mine


def test_a_stranger_finds_no_such_page(scene: Scene, client_as: Browser) -> None:
    row = scene.asked()
    stranger = client_as("吴志强")
    for path in (url(row), url(row, "acknowledge"), url(row, "chase"), f"/commitments/{row.pk}/files/1/"):
        answer = stranger.post(path) if path.count("/") > 3 and "files" not in path else stranger.get(path)
        assert answer.status_code == 404, path
    assert fresh(row).state == State.ASSIGNED


def test_whoever_stands_in_is_named_with_the_one_who_is_away(scene: Scene, client_as: Browser) -> None:
    zhou = Person.objects.get(name="周岚")
    row = scene.asked()
    window = Window(scene.later(1), scene.later(100), "出差")
    record_absence(zhou, window=window, by=SYSTEM, now=scene.later(2))
    page = client_as("林晓雯").get(url(row)).content.decode()
    assert "联络员A角孙悦代（周岚外出）" in bar(page)
    assert "轮到您" in bar(client_as("孙悦").get(url(row)).content.decode())


def test_a_delegate_acts_in_the_principals_name_and_the_conversation_says_so(scene: Scene, client_as: Browser) -> None:
    wang, sun = Person.objects.get(name="王建国"), Person.objects.get(name="丁凯")
    window = Window(scene.now, scene.later(100), "外出")
    delegate(wang, deputy=sun, window=window, by=SYSTEM, now=scene.now)
    row = scene.asked(responsible_id=wang.pk)
    fayol = client_as("赵启航")
    assert fayol.post(url(row, "acknowledge"), {"expect": row.version}).status_code == 404
    answer = client_as("丁凯").post(url(row, "acknowledge"), {"expect": row.version, "behalf": wang.pk})
    assert answer.status_code == 303
    assert "丁凯（代王建国）" in client_as("林晓雯").get(url(row)).content.decode()


def test_acting_for_somebody_who_did_not_ask_for_it_is_refused(scene: Scene, client_as: Browser) -> None:
    row = scene.asked()
    leader = Person.objects.get(name="顾明远")
    answer = client_as("周岚").post(url(row, "acknowledge"), {"expect": row.version, "behalf": leader.pk})
    assert answer.status_code == 422
    assert "不能代这个人办理" in answer.content.decode()
    assert fresh(row).state == State.ASSIGNED


# ── the forms ──────────────────────────────────────────────────────────────


def test_every_move_has_a_form_and_opens_by_its_own_address(scene: Scene, client_as: Browser) -> None:
    assert set(FORMS) == set(Move)
    row = scene.brought_to(State.PROMISED)
    lan = client_as("周岚")
    for move in (Move.PROGRESS, Move.COUNTER, Move.HAND_OVER, Move.DISPUTE, Move.HOLD):
        shown = bar(lan.get(f"{url(row)}?do={move}").content.decode())
        wanted = f'action="/commitments/{row.pk}/{move}/"'
        assert (wanted in shown) == (move is not Move.DISPUTE), move  # consultative tasks are returned, not disputed


def test_a_move_that_is_not_open_to_the_viewer_shows_the_bar_without_it(scene: Scene, client_as: Browser) -> None:
    row = scene.asked()
    shown = bar(client_as("林晓雯").get(f"{url(row)}?do=promise").content.decode())
    assert url(row, "promise") not in shown
    assert client_as("林晓雯").get(f"{url(row)}?do=nonsense").status_code == 200


@pytest.mark.req("S0-18")
def test_promising_takes_the_required_date_as_given_and_one_line_that_restates_it(
    scene: Scene, client_as: Browser
) -> None:
    row = scene.brought_to(State.ACKNOWLEDGED)
    lan = client_as("周岚")
    assert f'value="{DUE.isoformat()}"' in bar(lan.get(url(row)).content.decode())
    given = {"expect": row.version, "due_on": DUE.isoformat(), "words": "11月30日交签字的预算表"}
    assert lan.post(url(row, "promise"), given).status_code == 303
    page = client_as("林晓雯").get(url(row)).content.decode()
    assert "复述：11月30日交签字的预算表" in page


def test_a_promise_later_than_required_is_refused_at_its_field_and_keeps_what_was_typed(
    scene: Scene, client_as: Browser
) -> None:
    row = scene.brought_to(State.ACKNOWLEDGED)
    given = {"expect": row.version, "due_on": "2026-12-20", "words": "想再宽几天"}
    answer = client_as("周岚").post(url(row, "promise"), given)
    page = bar(answer.content.decode())
    assert answer.status_code == 422
    assert "承诺不能更晚" in page
    assert 'id="promise-due_on_error"' in page
    assert 'value="想再宽几天"' in page
    assert fresh(row).state == State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("state", "who", "move", "given", "sentence"),
    [
        (State.ASSIGNED, "周岚", "counter", {"words": "忙"}, "凭它决定"),
        (State.ASSIGNED, "周岚", "counter", {"words": "上游晚到"}, "希望改到哪一天"),
        (State.ASSIGNED, "周岚", "counter", {"words": "上游晚到", "due_on": "2026-11-01"}, "已经过去"),
        (State.ASSIGNED, "周岚", "decline", {"ground": "不", "suggested_unit": "采购部"}, "退回的依据"),
        (State.ASSIGNED, "周岚", "decline", {"ground": "职责不在我部", "suggested_unit": "财务部"}, "不能填本单位"),
        (State.ASSIGNED, "周岚", "decline", {"ground": "职责不在我部", "suggested_unit": "火星部"}, "没有找到“火星部”"),
        (State.ASSIGNED, "周岚", "pass_on", {"person": "999999"}, "请从列出的里面选"),
        (State.PROMISED, "周岚", "progress", {"note": "办"}, "请写一句进展"),
        (State.PROMISED, "周岚", "progress", {"note": "办了一半", "percent": "100"}, "99"),
        (State.PROMISED, "周岚", "report", {"result": "好"}, "对照完成标准"),
        (State.PROMISED, "周岚", "hold", {"what": "等报价"}, "不能无限期挂起"),
        (State.REPORTED, "林晓雯", "hand_back", {"missing": "差"}, "怎样才算完成"),
        (State.COUNTERED, "林晓雯", "insist", {"words": "否"}, "维持原要求的理由"),
        (State.DECLINED, "林晓雯", "reassign", {"unit": "财务部", "person": "周岚"}, "仍是原来的承办人"),
        (State.ASSIGNED, "林晓雯", "cancel", {"words": "无"}, "为什么撤销"),
        (State.ASSIGNED, "林晓雯", "amend", {"title": "编制年会经费预算表", "condition": "经部长签字，总额不超86万元",
                                         "required_on": "2026-11-30", "words": "没什么"}, "没有改动"),
        (State.FULFILLED, "林晓雯", "reopen", {"words": "缺"}, "为什么重新打开"),
    ],
)  # fmt: skip
def test_what_is_filled_in_wrongly_is_told_and_nothing_changes(
    scene: Scene, client_as: Browser, state: State, who: str, move: str, given: dict[str, str], sentence: str
) -> None:
    row = scene.brought_to(state)
    before = fresh(row)
    answer = client_as(who).post(url(row, move), {"expect": row.version, **given})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    for value in given.values():
        assert value in answer.content.decode() or value == "999999"
    assert fresh(row).version == before.version


@pytest.mark.req("S4-80")
def test_a_directive_task_offers_no_return_but_a_dispute(scene: Scene, client_as: Browser) -> None:
    row = scene.asked(nature=Nature.DIRECTIVE)
    lan = client_as("周岚")
    shown = bar(lan.get(url(row)).content.decode())
    assert "do=decline" not in shown
    assert "do=dispute" in shown
    answer = lan.post(
        url(row, "decline"), {"expect": row.version, "ground": "职责不在我部", "suggested_unit": "采购部"}
    )
    assert answer.status_code == 422
    assert "指令性任务不能退回" in answer.content.decode()


# ── too late, somebody was faster ──────────────────────────────────────────


def test_what_was_typed_on_a_page_that_is_no_longer_true_is_kept(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.PROMISED)
    seen = row.version
    actions.progress(fresh(row), note="同事先报了一条进展", by=scene.performer, now=scene.later(20))
    answer = client_as("周岚").post(url(row, "report"), {"expect": seen, "result": "预算表已经部长签字，见附件"})
    assert answer.status_code == 409
    assert "预算表已经部长签字，见附件" in answer.content.decode()
    assert "刚才有人改动了这一条" in answer.content.decode()
    assert fresh(row).state == State.PROMISED


def test_a_reply_to_a_closed_task_is_told_so_and_keeps_the_words(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.PROMISED)
    seen = row.version
    make(Move.CANCEL, fresh(row), scene, at=scene.later(20))
    answer = client_as("周岚").post(url(row, "report"), {"expect": seen, "result": "预算表已经部长签字"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“编制年会经费预算表”已撤销，不能再反馈完成" in page
    assert "预算表已经部长签字" in page


def test_with_htmx_the_bar_alone_is_swapped_and_the_rest_follows(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.ACKNOWLEDGED)
    lan, htmx = client_as("周岚"), {"HX-Request": "true", "HX-Target": "move"}
    part = lan.get(f"{url(row)}?do=counter", headers=htmx).content.decode()
    assert part.lstrip().startswith("<section") or part.lstrip().startswith("\n<section")
    assert "<html" not in part
    done = lan.post(url(row, "promise"), {"expect": row.version, "due_on": DUE.isoformat()}, headers=htmx)
    assert done.status_code == 200
    for block in ('id="stage"', 'id="light"', 'id="talk"', 'id="terms"', 'id="times"', 'id="foot"'):
        assert re.search(block + r"[^>]*hx-swap-oob", done.content.decode()), block
    assert "fayol:said" in done["HX-Trigger-After-Settle"]


# ── files ──────────────────────────────────────────────────────────────────


@pytest.mark.req("S2-25")
def test_attachments_are_kept_with_the_move_and_open_to_those_who_see_the_task_only(
    scene: Scene, client_as: Browser
) -> None:
    row = scene.brought_to(State.PROMISED)
    file = SimpleUploadedFile("预算表.txt", "场地31万元，餐饮12万元".encode())
    given = {"expect": row.version, "result": "预算表已签字，见附件", "attachments": [file]}
    assert client_as("周岚").post(url(row, "report"), given).status_code == 303
    kept = Attachment.objects.get(commitment=row)
    assert kept.seq == fresh(row).version
    path = f"/commitments/{row.pk}/files/{kept.file_id}/"
    assert path in client_as("林晓雯").get(url(row)).content.decode()
    opened = client_as("林晓雯").get(path)
    assert b"".join(opened.streaming_content) == "场地31万元，餐饮12万元".encode()  # type: ignore[attr-defined]
    assert "attachment" in opened["Content-Disposition"]
    assert client_as("吴志强").get(path).status_code == 404
    other = scene.asked(title="另一条任务")
    assert client_as("林晓雯").get(f"/commitments/{other.pk}/files/{kept.file_id}/").status_code == 404


def test_a_refused_move_keeps_no_file_and_says_that_files_must_be_chosen_again(
    scene: Scene, client_as: Browser
) -> None:
    row = scene.brought_to(State.PROMISED)
    file = SimpleUploadedFile("预算表.txt", "场地".encode())
    answer = client_as("周岚").post(url(row, "report"), {"expect": row.version, "result": "好", "attachments": [file]})
    assert answer.status_code == 422
    assert "附件要重新选一次" in answer.content.decode()
    assert not StoredFile.objects.exists()


# ── chasing, reading ───────────────────────────────────────────────────────


def test_the_one_who_waits_may_chase_and_the_count_is_shown(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.PROMISED)
    lin = client_as("林晓雯")
    assert lin.post(url(row, "chase"), {"expect": row.version}).status_code == 303
    assert "已催1次" in bar(lin.get(url(row)).content.decode())
    assert f"{url(row)}chase/" not in bar(client_as("周岚").get(url(row)).content.decode())
    assert client_as("周岚").post(url(row, "chase"), {"expect": fresh(row).version}).status_code == 422


def test_opening_the_page_marks_its_messages_read_and_answers_nothing(scene: Scene, client_as: Browser) -> None:
    row = scene.asked()
    lan = Person.objects.get(name="周岚")
    assert Delivery.objects.filter(person=lan, read_at__isnull=True).count() == 1
    client_as("周岚").get(url(row))
    assert not Delivery.objects.filter(person=lan, read_at__isnull=True).exists()
    assert fresh(row).state == State.ASSIGNED
    assert fresh(row).acknowledged_at is None


def test_a_changed_record_is_shown_as_such(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.PROMISED)
    lin = client_as("林晓雯")
    assert "记录链完整，第2条" in lin.get(url(row)).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE facts_fact SET actor_name = '张三' WHERE subject_id = %s AND seq = 2", [row.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert "记录链对不上" in lin.get(url(row)).content.decode()


def test_the_time_card_counts_waiting_for_the_asker_not_as_work(scene: Scene, client_as: Browser) -> None:
    row = scene.brought_to(State.REPORTED)
    page = client_as("林晓雯").get(url(row)).content.decode()
    times = page[page.index('id="times"') :]
    assert "等协调办" in times
    assert "正在计时" in times


def test_the_cost_of_the_page_does_not_grow_with_supports(scene: Scene, client_as: Browser) -> None:
    lin = client_as("林晓雯")

    def asked(*units: str) -> Commitment:
        supports = tuple(
            scene.asking(title=f"配合{u}", performer_unit_id=scene.unit(u).pk, responsible_id=None) for u in units
        )
        return scene.asked(supports=supports)

    counts = []
    for row in (asked("人力资源部"), asked("人力资源部", "行政部", "市场部")):
        lin.get(url(row))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            lin.get(url(row))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 35  # the cards of the apps above included


def test_the_page_costs_the_same_with_one_word_of_progress_and_with_thirty(scene: Scene, client_as: Browser) -> None:
    row, lin, counts = scene.brought_to(State.PROMISED), client_as("林晓雯"), []
    for words in (1, 29):
        for number in range(words):
            row = actions.progress(row, note=f"第{number}次", by=scene.performer, now=scene.later(20 + words + number))
        lin.get(url(row))
        with CaptureQueriesContext(connection) as queries:
            lin.get(url(row))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 35


# ── facts in words ─────────────────────────────────────────────────────────


def test_every_verb_of_a_promise_is_told_in_words(now: datetime) -> None:
    assert set(MOVE_OF) <= set(TELLINGS)
    assert {"created", "assigned", "chased", "ball_moved", "requester_changed"} <= set(TELLINGS)
    assert {*MOVE_OF.values(), Move.ASSIGN} == set(Move)
    for verb in TELLINGS:
        fact = Fact(seq=1, verb=f"commitment.{verb}", actor_name="周岚", actor_id=1, data={"set": {}}, at=now)
        with translation.override("zh-hans"):
            entry = told([fact], Names(), {}, now)[0]
        assert len(entry.said) >= 2, verb
        assert "%(" not in entry.said, verb


def test_dates_that_moved_are_told_with_the_old_one(scene: Scene) -> None:
    row = scene.brought_to(State.PROMISED)
    row = actions.counter(row, words="上游晚到", due_on=date(2026, 12, 4), by=scene.performer, now=scene.later(20))
    row = actions.agree(row, by=scene.asker, now=scene.later(21))
    facts = history_of("commitment", row.pk)
    entries = told(facts, Names(*names_for(facts)), {}, scene.later(22))
    asked, granted = entries[-2], entries[-1]
    assert asked.said == "申请改期"
    assert (asked.changes[0].shift.old, asked.changes[0].shift.new) == ("11月30日", "12月4日")
    assert granted.said == "同意改期"
    assert (granted.changes[0].shift.old, granted.changes[0].shift.new) == ("11月30日", "12月4日")


@pytest.mark.req("S2-108")
def test_a_second_return_is_told_as_one_for_the_office(scene: Scene) -> None:
    row = scene.brought_to(State.DECLINED)
    row = make(Move.REASSIGN, row, scene, at=scene.later(10))
    buyer = scene.actor("申屠月")
    row = actions.decline(
        row, ground="费用职责在财务部", suggested_unit_id=scene.unit("财务部").pk, by=buyer, now=scene.later(11)
    )
    facts = history_of("commitment", row.pk)
    last = told(facts, Names(*names_for(facts)), {}, scene.later(12))[-1]
    assert last.said == "退回，认为应由财务部办理。这是第二次退回，转协调办明确"
    assert last.at - scene.now == timedelta(hours=11)
