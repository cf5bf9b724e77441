"""A14: a deadline over New Year rests on a calendar that is not published yet; the notice comes, and what it moves is
shown before, counted anew, and told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.actions import recalculating
from fayol.commitments.following import SWEEP, follow
from fayol.commitments.models import Commitment, Recalculation
from fayol.commitments.tests.scene import Scene
from fayol.facts.journal import history_of
from fayol.facts.verify import verify
from fayol.intake.actions import dispatch, take_in_text
from fayol.organisation import calendar
from fayol.organisation.actions import calendars
from fayol.organisation.calendar_tables import National
from fayol.organisation.models import CalendarDay, CalendarYear, NoticeDraft
from fayol.organisation.notices import with_notice
from fayol.organisation.sweeps import look_at_years
from fayol.reading.holiday_notice import read_notice
from fayol.reading.tests.notices import notice_of
from fayol.worker.registry import sweep_named

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DECEMBER = datetime(2026, 12, 20, 10, 30, tzinfo=SHANGHAI)  # a Sunday, on which the office is at work
PUBLISHED = DECEMBER + timedelta(days=2, hours=5)
TEXT = "由财务部牵头，收到通知后30个工作日内编制年度预算执行分析报告。"
BADGE = "暂按推定日历"


@pytest.fixture
def scene(cast: object) -> Scene:
    return Scene(DECEMBER)


@pytest.fixture
def task(scene: Scene) -> Commitment:
    """30 working days from a Sunday in December: 1 February by the statutory days, 31 January by the notice, which
    makes that Sunday a working day."""
    document = take_in_text(TEXT, by=scene.asker, now=DECEMBER)
    draft = document.drafts.get()
    opening = {"title": "预算执行分析", "goal": "摸清全年执行情况"}
    return dispatch(document, {draft.pk: draft.version}, opening, by=scene.asker, now=DECEMBER).tasks[0]


@pytest.fixture
def office(client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("fayol.web.clock.read", lambda: PUBLISHED)
    return client_as("林晓雯")


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def paste(client: Client, text: str) -> str:
    """The address of the preview."""
    answer = client.post("/organisation/calendar/notice/", {"text": text})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def fingerprint(preview: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', preview)
    assert found
    return found[1]


def test_the_notice_is_pasted_previewed_and_applied_and_those_concerned_are_told(
    scene: Scene, task: Commitment, office: Client
) -> None:
    other = scene.asked(title="整理合同清单", required_on=date(2027, 2, 11))
    other = moves.promise(other, due_on=date(2027, 2, 11), by=scene.performer, now=DECEMBER)
    assert (task.required_on, task.assumed, other.assumed) == (date(2027, 2, 1), True, True)
    assert task.due_at == datetime(2027, 2, 1, 17, 30, tzinfo=SHANGHAI)
    for url in (f"/commitments/{task.pk}/", "/ledger/", f"/matters/{task.origin_id}/"):
        assert BADGE in page(office, url)
    assert "2027年放假安排还没有公布" in page(office, "/organisation/calendar/2027/")

    preview = paste(office, notice_of(2027))
    shown = page(office, preview)
    assert "2项时限变化" in shown
    assert task.title in shown
    assert re.search(r"<del>2027年2月1日</del>.*?<ins>2027年1月31日</ins>", shown)
    assert "成了休息日" in shown
    assert not CalendarYear.objects.filter(published=True).exists()  # so far nothing has changed

    answer = office.post(f"{preview}apply/", {"fingerprint": fingerprint(shown)}, follow=True)
    assert "2项时限变化已通知有关人员" in answer.content.decode()
    task.refresh_from_db()
    other.refresh_from_db()
    assert (task.required_on, task.due_on, task.assumed) == (date(2027, 1, 31), date(2027, 1, 31), False)
    assert task.due_at == datetime(2027, 1, 31, 17, 30, tzinfo=SHANGHAI)
    assert (other.due_on, other.promised_on, other.assumed) == (date(2027, 2, 11), date(2027, 2, 11), False)
    assert history_of("commitment", task.pk)[-1].verb == "commitment.recalculated"
    for url in (f"/commitments/{task.pk}/", "/ledger/", f"/matters/{task.origin_id}/"):
        assert BADGE not in page(office, url)
    assert "国办发明电〔2026〕9号" in page(office, "/organisation/calendar/2027/")
    assert verify().ok, verify().problems


def test_both_ends_are_told_the_old_day_and_the_new(scene: Scene, task: Commitment) -> None:
    holder, asker = task.holder_id, task.requester_id
    calendars.publish(notice_of(2027), by=scene.actor("许宁"), now=PUBLISHED)
    told = {d.person_id: d for d in Delivery.objects.filter(subject_type="recalculation", channel="inbox")}
    assert set(told) == {holder, asker}
    assert told[holder or 0].title == f"期限由2027年2月1日变为2027年1月31日：{task.title}"
    assert told[holder or 0].body == "2027年放假安排已公布（国办发明电〔2026〕9号）"
    assert told[holder or 0].link == f"/commitments/{task.pk}/"


def test_somebody_with_several_gets_one_message_that_lists_them(scene: Scene, task: Commitment) -> None:
    rule = {"kind": "workdays_after", "anchor": "receipt", "n": 30, "words": "收到后30个工作日内"}
    for number in range(3):
        scene.asked(title=f"清点{number}号库", required_on=None, required_rule=rule)
    calendars.publish(notice_of(2027), by=scene.actor("许宁"), now=PUBLISHED)
    mine = Delivery.objects.filter(subject_type="recalculation", person=scene.performer.person, channel="inbox").get()
    assert mine.title.endswith("您有3项时限变化")
    assert mine.body.count("期限由") == 3


def test_a_preview_of_calendars_that_have_changed_since_is_stale(
    task: Commitment, scene: Scene, office: Client
) -> None:
    preview = paste(office, notice_of(2027))
    mark = fingerprint(page(office, preview))
    calendars.standard_calendar(by=scene.actor("许宁"), now=PUBLISHED)
    assert office.post(f"{preview}apply/", {"fingerprint": mark}).status_code == 409
    task.refresh_from_db()
    assert task.assumed
    assert NoticeDraft.objects.exists()  # what was pasted is not lost


def test_a_notice_that_contradicts_itself_is_shown_with_its_faults_and_cannot_be_applied(
    task: Commitment, office: Client
) -> None:
    preview = paste(office, notice_of(2027).replace("1月31日（周日）", "2月6日（周六）"))
    shown = page(office, preview)
    assert "写明上班，又在春节放假的日子里" in shown
    assert "采用2027年安排" not in shown
    assert office.post(f"{preview}apply/", {"fingerprint": fingerprint(shown)}).status_code == 422
    assert office.post("/organisation/calendar/notice/", {"text": "今天开会"}).status_code == 422


def test_many_deadlines_are_left_to_the_worker_and_come_out_the_same(
    scene: Scene, task: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"kind": "workdays_after", "anchor": "receipt", "n": 30}
    more = [scene.asked(title=f"第{n}件", required_on=None, required_rule=rule) for n in range(4)]
    monkeypatch.setattr(recalculating, "AT_ONCE", 3)
    monkeypatch.setattr(recalculating, "BATCH", 2)
    outcome = calendars.publish(notice_of(2027), by=scene.asker, now=PUBLISHED)
    assert outcome.pending
    assert sweep_named(SWEEP) is not None
    while follow(PUBLISHED, 1):
        pass
    run = Recalculation.objects.get()
    assert (run.looked, run.moved, run.next_at) == (5, 5, None)
    for row in [task, *more]:
        row.refresh_from_db()
        assert (row.due_on, row.assumed) == (date(2027, 1, 31), False)
    assert verify().ok


def test_a_rule_that_cannot_be_counted_stays_as_it_was_and_does_not_stop_the_rest(
    scene: Scene, task: Commitment
) -> None:
    broken = scene.asked(title="旧规则", required_on=date(2027, 3, 1))
    Commitment.objects.filter(pk=broken.pk).update(required_rule={"kind": "gone"}, anchor_at=DECEMBER)
    calendars.publish(notice_of(2027), by=scene.asker, now=PUBLISHED)
    broken.refresh_from_db()
    task.refresh_from_db()
    assert (broken.due_on, task.due_on) == (date(2027, 3, 1), date(2027, 1, 31))
    assert "gone" in Recalculation.objects.get().trouble


def test_a_promise_later_than_what_is_now_asked_stays_and_is_told(scene: Scene, task: Commitment) -> None:
    performer = scene.actor(task.holder.name if task.holder else "")
    moves.promise(task, due_on=date(2027, 2, 1), by=performer, now=DECEMBER)
    calendars.publish(notice_of(2027), by=scene.actor("许宁"), now=PUBLISHED)
    task.refresh_from_db()
    assert (task.required_on, task.promised_on, task.due_on) == (date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 1))
    told = Delivery.objects.filter(subject_type="recalculation", channel="inbox").values_list("title", flat=True)
    assert all("早于承诺的2027年2月1日" in title for title in told)


def test_a_year_that_is_known_better_than_when_deadlines_were_counted_is_followed(
    scene: Scene, task: Commitment
) -> None:
    """As after an upgrade of the built-in holidays; here the days are put into the tables, past the action."""
    look_at_years(PUBLISHED, 1)
    assert CalendarYear.objects.get(year=2027).assumed
    national = with_notice(National(), read_notice(notice_of(2027)))
    CalendarYear.objects.filter(year=2027).update(published=True)
    CalendarDay.objects.bulk_create(CalendarDay(date=day, kind=row.kind) for day, row in national.days.items())
    calendar.changed()
    look_at_years(PUBLISHED, 1)
    task.refresh_from_db()
    assert (task.due_on, task.assumed) == (date(2027, 1, 31), False)
    assert Recalculation.objects.get().why == "2027年放假安排已公布（随系统更新）"
    look_at_years(PUBLISHED, 1)
    assert Recalculation.objects.count() == 1


def test_a_period_typed_into_the_form_is_kept_as_a_rule(scene: Scene, task: Commitment, office: Client) -> None:
    url = f"/matters/{task.origin_id}/ask/"
    form = {"rows": "0", "title": "复核报告", "unit": "采购部", "within": "24小时内"}
    for wrong in ({"within": "尽快"}, {"required_on": "2026-12-30"}):
        assert office.post(url, form | wrong).status_code == 422
    assert office.post(url, form).status_code == 303
    asked = Commitment.objects.get(title="复核报告")
    assert (asked.required_words, asked.due_at) == ("24小时内", PUBLISHED + timedelta(hours=24))
    assert office.post(url, form | {"title": "再核一遍", "within": "30个工作日内", "draft": "1"}).status_code == 303
    draft = Commitment.objects.get(title="再核一遍")
    assert draft.required_on is None  # counted from the dispatch, which has not come
    assert moves.assign(draft, by=scene.asker, now=PUBLISHED).required_on == date(2027, 2, 3)


def test_no_working_day_of_any_year_raises(scene: Scene) -> None:
    for years in (1, 10, 60, 150):
        row = scene.asked(
            required_on=None, required_rule={"kind": "workdays_after", "anchor": "dispatch", "n": 250 * years}
        )
        assert row.due_at is not None
