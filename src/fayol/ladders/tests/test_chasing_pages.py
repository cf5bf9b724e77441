"""The pages of chasing as people use them, without any script in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fayol.commitments import actions as moves
from fayol.commitments.models import Commitment
from fayol.commitments.states import State
from fayol.commitments.tests.scene import DUE, Scene
from fayol.ladders.calls.models import Call, PhonePromise
from fayol.ladders.calls.states import Answer
from fayol.ladders.models import Climb, LadderPolicy
from fayol.ladders.queries import dry_run
from fayol.ladders.states import Kind

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
MORNING = datetime.fromisoformat("2026-11-18T09:12:00+08:00")
LATE = datetime.fromisoformat("2026-12-03T09:12:00+08:00")
LADDER = "/chasing/ladders/deliver/normal/"


@pytest.fixture
def scene(cast: object, now: datetime) -> Scene:
    return Scene(now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The pages' clock stands where it is put; the morning of the cast at first."""

    def put(at: datetime) -> None:
        monkeypatch.setattr("fayol.web.clock.read", lambda: at)

    put(MORNING)
    return put


def promised(scene: Scene, **changes: Any) -> Commitment:
    row = scene.asked(**changes)
    assert row.required_on is not None
    return moves.promise(row, due_on=row.required_on, by=scene.performer, now=scene.later(1))


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def log_address(scene: Scene) -> str:
    return reverse("ladders:call", args=[scene.performer.person_id])


# ── the call list ──


@pytest.mark.req("S4-87")
def test_the_list_says_whom_to_call_why_and_in_which_words(scene: Scene, clock: Any, client_as: As) -> None:
    promised(scene)
    clock(LATE)
    page = body(client_as("林晓雯"), reverse("ladders:calls"))
    assert "您好，我是总裁办林晓雯。“编制年会经费预算表”原定11月30日，现在过了3个工作日。" in page
    assert "超期3天" in page
    assert f'href="tel:{scene.performer.person.mobile}"' in page  # type: ignore[union-attr]
    assert '<span class="badge">1<' in page


def test_a_date_by_phone_goes_from_the_list_to_the_performer_and_becomes_a_move(
    scene: Scene, clock: Any, client_as: As
) -> None:
    row = promised(scene)
    clock(LATE)
    form = {"result": "promised", "items": [row.pk], "day": "2026-12-08", "words": "周二一定交", "once": "a"}
    office, performer = client_as("林晓雯"), client_as("周岚")
    assert office.post(log_address(scene), form).status_code == 303
    assert office.post(log_address(scene), form).status_code == 303
    assert Call.objects.count() == 1
    listed = body(office, reverse("ladders:calls"))
    assert "今天该打的都打完了" in listed
    assert "答应12月8日，等本人确认" in listed
    assert "您今天电话承诺12月8日交“编制年会经费预算表”，请确认" in body(performer, "/")
    page = body(performer, f"/commitments/{row.pk}/")
    assert "晚于现在的期限11月30日，确认后作为申请改期，由要求人答复。" in page
    given = PhonePromise.objects.get()
    answer = performer.post(reverse("ladders:confirm", args=[given.pk]))
    assert answer.status_code == 303
    row.refresh_from_db()
    assert (row.state, row.proposed_on) == (State.COUNTERED, date(2026, 12, 8))
    assert "请确认" not in body(performer, "/")


def test_a_date_within_the_promise_pauses_the_ladder_only_once_it_is_confirmed(
    scene: Scene, clock: Any, client_as: As
) -> None:
    row = promised(scene)
    office, performer = client_as("林晓雯"), client_as("周岚")
    clock(scene.later(2))
    office.post(log_address(scene), {"result": "promised", "items": [row.pk], "day": "2026-11-27"})
    assert Climb.objects.get(commitment=row, ended_at=None).paused_until is None
    assert "确认后记为进展，催办暂停到11月27日。" in body(performer, f"/commitments/{row.pk}/")
    performer.post(reverse("ladders:confirm", args=[PhonePromise.objects.get().pk]))
    climb = Climb.objects.get(commitment=row, ended_at=None)
    assert climb.paused_until == datetime.fromisoformat("2026-11-27T17:30:00+08:00")
    assert "催办暂停到11月27日" in body(office, f"/commitments/{row.pk}/")


def test_a_denial_needs_a_word_and_is_told_to_the_caller(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    clock(LATE)
    client_as("林晓雯").post(log_address(scene), {"result": "promised", "items": [row.pk], "day": "2026-12-08"})
    performer, address = client_as("周岚"), reverse("ladders:deny", args=[PhonePromise.objects.get().pk])
    refused = performer.post(address, {"words": ""})
    assert refused.status_code == 422
    assert "请写一句实际情况" in refused.content.decode()
    assert performer.post(address, {"words": "我说的是下周五"}).status_code == 303
    assert PhonePromise.objects.get().answer == Answer.DENIED
    assert "周岚说电话里的日期不是这样" in body(client_as("林晓雯"), "/inbox/")


def test_a_promise_without_a_date_is_refused_and_loses_nothing_typed(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    clock(LATE)
    form = {"result": "promised", "items": [row.pk], "words": "快了快了"}
    answer = client_as("林晓雯").post(log_address(scene), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填对方答应的日期。" in page
    assert 'value="快了快了"' in page
    assert not Call.objects.exists()


def test_a_call_to_somebody_who_left_the_list_meanwhile_is_written_down_all_the_same(
    scene: Scene, clock: Any, client_as: As
) -> None:
    row = promised(scene)
    moves.report(row, result="预算表已签字", by=scene.performer, now=scene.later(2))
    clock(LATE)
    answer = client_as("林晓雯").post(log_address(scene), {"result": "reached", "items": [row.pk]})
    assert answer.status_code == 303
    assert Call.objects.get().result == "reached"


def test_the_page_of_a_task_shows_its_calls_and_takes_one_down(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    clock(LATE)
    office, here = client_as("林晓雯"), f"/commitments/{row.pk}/"
    assert "登记和周岚的通话" in body(office, here)
    answer = office.post(log_address(scene), {"result": "missed", "items": [row.pk], "next": here})
    assert answer["Location"] == here
    assert "林晓雯打给周岚" in body(office, here)
    assert "没接，今天13:30再打" in body(office, here)
    assert "登记和" not in body(client_as("周岚"), here)


# ── the ladder of a task ──


def test_the_ladder_beside_a_task_tells_who_comes_next_and_when(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    page = body(client_as("周岚"), f"/commitments/{row.pk}/")
    assert 'id="ladder"' in page
    assert page.index("领导简报") < page.index("联络员A角") < page.index("下一级")
    assert "停催几天" not in page


def test_muting_wants_a_reason_and_shows_it_to_everybody(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    office, address = client_as("林晓雯"), reverse("ladders:mute", args=[row.pk])
    refused = office.post(address, {"until": "2026-11-20", "reason": " "})
    assert refused.status_code == 422
    assert 'value="2026-11-20"' in refused.content.decode()
    assert office.post(address, {"until": "2026-12-31", "reason": "已当面说好"}).status_code == 422
    assert office.post(address, {"until": "2026-11-20", "reason": "已当面说好周五给"}).status_code == 303
    assert "林晓雯停催到11月20日：已当面说好周五给" in body(client_as("周岚"), f"/commitments/{row.pk}/")
    assert office.post(reverse("ladders:unmute", args=[row.pk])).status_code == 303
    assert "停催到" not in body(office, f"/commitments/{row.pk}/")


def test_whoever_is_chased_cannot_silence_it(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    answer = client_as("周岚").post(reverse("ladders:mute", args=[row.pk]), {"until": "2026-11-20", "reason": "别催了"})
    assert answer.status_code == 422
    assert not Climb.objects.exclude(muted_until=None).exists()


def test_beside_the_chase_button_it_says_when_a_chase_would_arrive(scene: Scene, clock: Any, client_as: As) -> None:
    row = promised(scene)
    office = client_as("林晓雯")
    clock(scene.later(2))
    office.post(f"/commitments/{row.pk}/chase/")
    page = body(office, f"/commitments/{row.pk}/")
    assert "催周岚的一条已经记下" in page or "今天上午已催过周岚，再催请打电话。" in page


# ── the ladders in force ──


def filled(client: Client) -> dict[str, Any]:
    """The form as the page gives it."""
    form = client.get(LADDER).context["form"]
    rungs = {f"r{rung.number}-{name}": rung[name].value() for rung in form.rungs for name in rung.fields}
    return {**rungs, "count": str(len(form.rungs)), "pause_limit": 3, "words": "", "expect": "1"}


def test_every_ladder_in_force_is_on_one_page(scene: Scene, client_as: As) -> None:
    page = body(client_as("林晓雯"), reverse("ladders:policies"))
    for words in ("催签收", "催办理", "催答复", "办理，普通，重大", "交办后1小时", "签收时限后3.5个工作小时"):
        assert words in page


def test_rungs_are_added_moved_and_dropped_without_saving_or_losing_anything(scene: Scene, client_as: As) -> None:
    office = client_as("林晓雯")
    form = filled(office) | {"r2-words": "请抓紧", "r3-n": "7"}
    more = office.post(LADDER, form | {"do": "more"})
    assert len(more.context["form"].rungs) == int(form["count"]) + 1
    dropped = office.post(LADDER, form | {"do": "drop-1"}).context["form"].rungs
    assert [str(rung["n"].value()) for rung in dropped[:2]] == ["2", "7"]
    assert dropped[0]["words"].value() == "请抓紧"
    swapped = office.post(LADDER, form | {"do": "up-2"}).context["form"].rungs
    assert [str(rung["n"].value()) for rung in swapped[1:3]] == ["7", "2"]
    assert not LadderPolicy.objects.exists()


def test_an_impossible_ladder_is_refused_at_the_rung_that_is_wrong(scene: Scene, client_as: As) -> None:
    office = client_as("林晓雯")
    answer = office.post(LADDER, filled(office) | {"r8-level": "person", "do": "save"})
    assert answer.status_code == 422
    wrong = [rung.number for rung in answer.context["form"].rungs if rung.errors]
    assert wrong == [8]
    assert "第8级比前一级低" in answer.content.decode()
    assert not LadderPolicy.objects.exists()


def test_the_dry_run_shows_what_an_edit_would_send_before_it_is_saved(scene: Scene, clock: Any, client_as: As) -> None:
    promised(scene, required_on=date(2026, 11, 25))
    office = client_as("林晓雯")
    before = len(dry_run(MORNING).lines)
    answer = office.post(LADDER, filled(office) | {"r2-n": "4", "do": "try"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "改后：多发1条，少发1条" in page
    assert "11月19日 星期四 上午" in page
    assert "11月23日 星期一 上午" in page
    assert (LadderPolicy.objects.count(), len(dry_run(MORNING).lines)) == (0, before)


def test_a_saved_ladder_holds_for_what_begins_later_and_can_be_taken_back(
    scene: Scene, clock: Any, client_as: As
) -> None:
    running = promised(scene)
    office = client_as("林晓雯")
    assert office.post(LADDER, filled(office) | {"r3-n": "0", "words": "到期当天就催", "do": "save"}).status_code == 303
    again = promised(scene, title="编制决算表")
    versions = {
        climb.commitment_id: climb.ladder["version"] for climb in Climb.objects.filter(kind=Kind.DELIVER, ended_at=None)
    }
    assert versions == {running.pk: 1, again.pk: 2}
    page = body(office, LADDER)
    assert "现行第2版" in page
    assert "到期当天就催" in page
    late = office.post(LADDER, filled(office) | {"r3-n": "2", "do": "save", "expect": "1"})
    assert late.status_code == 409
    assert office.post(f"{LADDER}restore/").status_code == 303
    assert "恢复出厂" in body(office, LADDER)


def test_a_class_of_affairs_gets_a_ladder_of_its_own_beside_the_common_one(scene: Scene, client_as: As) -> None:
    office = client_as("林晓雯")
    own = f"{LADDER}special/"
    assert "这一类还没有单独的阶梯" in body(office, own)
    assert office.post(own, filled(office) | {"r3-n": "0", "do": "save"}).status_code == 303
    assert [(row.klass, row.version) for row in LadderPolicy.objects.all()] == [("special", 2)]
    assert "现行第1版" in body(office, LADDER)


# ── the preview ──


def test_the_office_sees_everybodys_and_a_person_his_own(scene: Scene, clock: Any, client_as: As) -> None:
    promised(scene, required_on=date(2026, 11, 25))
    scene.asked(title="排产计划", responsible_id=None, performer_unit_id=scene.unit("生产部").pk, required_on=DUE)
    office = body(client_as("林晓雯"), reverse("ladders:preview"))
    assert "周岚" in office
    assert "排产计划" in office
    narrowed = body(client_as("林晓雯"), reverse("ladders:preview") + "?q=财务部")
    assert "编制年会经费预算表" in narrowed
    assert "排产计划" not in narrowed
    own = body(client_as("周岚"), reverse("ladders:preview") + "?q=吴志强")
    assert "接下来会收到的催办" in own
    assert "编制年会经费预算表" in own
    assert "排产计划" not in own
    assert "没有这个人或部门" in body(client_as("林晓雯"), reverse("ladders:preview") + "?q=没有这个人")


def test_the_preview_costs_the_same_for_one_task_and_for_ten(
    scene: Scene, clock: Any, client_as: As, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client, address = client_as("林晓雯"), reverse("ladders:preview")
    promised(scene, required_on=date(2026, 11, 25))
    client.get(address)
    with django_assert_max_num_queries(60) as first:
        client.get(address)
    for number in range(9):
        promised(scene, title=f"任务{number}", required_on=date(2026, 11, 25) + timedelta(days=number % 3))
    with django_assert_num_queries(len(first)):
        client.get(address)
