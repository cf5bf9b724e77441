"""The tags render the markup of the design guide, so that the style sheet fits."""

from __future__ import annotations

import re
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from fayol.web import clock
from fayol.web.components import Ball, Light, MoveBar, Receipt, Rung, Seg, Stageline, Track
from fayol.web.components.icons import icon

NOW = datetime(2026, 11, 18, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def shown(source: str, **given: object) -> str:
    return Template("{% load fayol %}" + source).render(Context(given))


def words(html: str) -> str:
    return "".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.mark.parametrize(
    ("level", "picture"),
    [
        ("red", "filled/alert-octagon"),
        ("amber", "filled/alert-triangle"),
        ("green", "filled/circle-check"),
        ("grey", "circle-dashed"),
        ("done", "filled/square-check"),
    ],
)
def test_a_light_has_a_shape_of_its_own_and_words(level: str, picture: str) -> None:
    assert shown("{% light x %}", x=Light(level, "超期2天")) == (
        f'<span class="fy-light" data-l="{level}">{icon(picture)}超期2天</span>'
    )


def test_a_tag_takes_plain_values_its_own_object_or_one_with_the_same_attributes() -> None:
    alike = SimpleNamespace(level="red", text="超期2天", unrelated=1)
    assert shown('{% light "red" "超期2天" %}') == shown("{% light x %}", x=alike)
    assert shown("{% light x %}", x=alike) == shown("{% light x %}", x=Light("red", "超期2天"))


def test_an_unknown_light_is_an_error_and_not_a_grey_one() -> None:
    with pytest.raises(ValueError, match="blue"):
        shown('{% light "blue" "?" %}')


def test_what_people_wrote_is_escaped_everywhere() -> None:
    evil = "<script>1</script>"
    sources = (
        "{% light 'red' x %}{% ball x x x %}{% badge x %}{% quote x x x %}{% shift x x %}{% seg 1 x %}",
        "{% mark 'due' x x %}",
        "{% conf 2 x %}{% receipt 'self' x %}{% crumb x '/' x %}{% choice 'a' 'b' x x %}{% empty x x '/' x %}",
    )
    for source in sources:
        assert "<script" not in shown(source, x=evil)


def test_the_ball_says_mine_with_words_and_hides_the_name() -> None:
    html = shown("{% ball x %}", x=Ball("周岚", "核实反馈", "2个工作日", "me"))
    assert 'class="fy-ball" data-who="me"' in html
    assert words(html) == "我当前责任方：轮到我核实反馈2个工作日"


def test_the_ball_of_another_shows_the_surname_on_its_disc() -> None:
    html = shown('{% ball "吴志强" "待签收" "超2个工作日" "late" %}')
    assert '<span class="fy-ball" data-who="late"><i aria-hidden="true">吴</i>' in html
    assert words(html) == "吴当前责任方：吴志强待签收超2个工作日"


def test_the_move_bar_is_one_block_that_holds_the_next_step() -> None:
    bar = MoveBar("签收任务", mine=True, meta="今天09:12交办")
    html = shown('{% move bar %}<form class="fy-move-act"></form>{% endmove %}', bar=bar)
    assert html.startswith('<section class="fy-move" id="move" data-who="me"')
    assert html.rstrip().endswith('<form class="fy-move-act"></form></section>')
    assert words(html) == "我当前责任方轮到您：签收任务今天09:12交办"


def test_the_move_bar_names_another_with_the_unit_and_has_no_ink_then() -> None:
    html = shown("{% move bar %}{% endmove %}", bar=MoveBar("反馈进展", "李敏", "人力资源部"))
    assert "data-who" not in html
    assert words(html) == "李当前责任方李敏（人力资源部）：反馈进展"


def test_the_stage_line_marks_what_is_done_what_is_now_and_what_comes() -> None:
    html = shown("{% stage x %}", x=Stageline(2, ["11/9", "11/10", "当前"]))
    assert re.findall(r'data-s="(\w+)"', html) == ["done", "done", "now", "todo", "todo", "todo"]
    assert html.count('aria-current="step"') == 1


def test_a_detour_replaces_the_word_of_the_stage() -> None:
    html = shown("{% stage x %}", x=Stageline(2, [], "商榷"))
    assert re.findall(r'data-s="(\w+)"', html)[2] == "loop"
    assert words(html) == "交办签收商榷反馈核实办结"


@pytest.mark.parametrize(
    ("seg", "on", "loop"), [(Seg(0, "待签收"), 1, 0), (Seg(2, "商榷中", True), 2, 1), (Seg(6, "已办结"), 6, 0)]
)
def test_the_row_form_of_the_stages_lights_one_tick_a_stage(seg: Seg, on: int, loop: int) -> None:
    html = shown("{% seg x %}", x=seg)
    assert (html.count("<b data-on>"), html.count('<b data-on="loop">')) == (on, loop)
    assert len(re.findall(r"<b[ >]", html)) == 6


def test_the_ladder_is_counted_from_below_and_shows_the_next_rung() -> None:
    rungs = [
        Rung("todo", "领导简报", "顾明远", "11月24日"),
        Rung("next", "部门负责人", "王建国", "明天 9:00", "到时自动提醒"),
    ]
    html = shown("{% ladder x %}", x=rungs)
    assert '<ol class="fy-ladder" reversed' in html
    assert re.findall(r'<li data-s="(\w+)"( aria-current="step")?', html) == [
        ("todo", ""),
        ("next", ' aria-current="step"'),
    ]


def test_a_signature_by_proxy_is_never_drawn_like_knowing() -> None:
    proxy, own = shown("{% receipt x %}", x=Receipt("proxy")), shown('{% receipt "self" %}')
    assert 'data-l="amber" data-half' in proxy
    assert "本人未知悉" in proxy
    assert 'data-l="green"' in own
    assert "data-half" not in own


def test_the_slack_track_tells_the_days_gained_and_lost() -> None:
    track = Track([str(i) for i in range(11)], before=3, after=7, work=4, due=9, doing="编制")
    assert words(shown('{% track x "余量" %}', x=track)).endswith("原计划编制余2天现计划编制差2天")
    assert [bar.kind for row in track.rows for bar in row.bars] == ["work", "slack", "work", "over"]
    for row in track.rows:
        assert all(bar.width >= 0 for bar in row.bars)


def test_work_that_begins_after_the_deadline_is_wholly_overrun() -> None:
    track = Track([str(i) for i in range(11)], before=0, after=8, work=2, due=5, doing="编制")
    worked, over = track.rows[1].bars
    assert worked.width == 0
    assert over.words == "差5天"


def test_an_icon_that_is_not_in_the_list_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icon("no-such-icon")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (date(2026, 11, 18), "今天"),
        (date(2026, 11, 17), "昨天"),
        (date(2026, 11, 19), "明天"),
        (date(2026, 11, 30), "11月30日"),
        (date(2026, 1, 5), "1月5日"),
        (date(2027, 1, 4), "2027年1月4日"),
        (datetime(2026, 11, 18, 16, 30, tzinfo=ZoneInfo("UTC")), "明天"),
        (None, ""),
    ],
)
def test_days_are_written_as_people_say_them(given: object, expected: str) -> None:
    with clock.at(NOW):
        assert shown("{{ x|day }}", x=given) == expected


def test_times_grids_and_stages_have_forms_of_their_own() -> None:
    due = datetime(2026, 11, 19, 17, 0, tzinfo=NOW.tzinfo)
    source = "{{ x|daytime }} {{ y|daytime }} {{ y|grid_day }} {{ z|grid_day }} "
    source += "{{ y|slash_day }} {{ x|weekday }} {{ x|clock }}"
    given = {"x": due, "y": datetime(2026, 11, 30, 9, 5, tzinfo=NOW.tzinfo), "z": date(2027, 1, 4)}
    with clock.at(NOW):
        assert shown(source, **given) == "明天17:00 11月30日09:05 11-30 2027-01-04 11/30 星期四 17:00"


def test_waiting_is_counted_in_working_days() -> None:
    friday = datetime(2026, 11, 13, 16, 0, tzinfo=NOW.tzinfo)
    with clock.at(NOW):
        assert shown("{{ x|ago_workdays }} {{ y|ago_workdays }}", x=friday, y=NOW) == "3个工作日 今天起"


def test_english_readers_get_english_dates() -> None:
    with clock.at(NOW), translation.override("en"):
        assert shown("{{ x|day }} {{ y|daytime }}", x=date(2026, 11, 30), y=NOW) == "30 Nov today 09:12"


def test_an_explicit_now_wins_over_the_request() -> None:
    with clock.at(NOW):
        assert shown("{{ x|day:y }}", x=date(2026, 12, 1), y=datetime(2026, 12, 1, 8, 0, tzinfo=NOW.tzinfo)) == "今天"


def test_a_block_may_be_shown_twice() -> None:
    base = Template(
        '{% load fayol %}{% block title %}{% endblock %}，{% block head %}{% again "title" %}{% endblock %}'
    )
    page = "{% extends base %}{% block title %}{{ word }}{% endblock %}"
    assert Template(page).render(Context({"base": base, "word": "台账"})) == "台账，台账"


def test_every_form_gets_a_key_of_its_own() -> None:
    first, second = (re.findall(r'value="([^"]+)"', shown("{% once %}"))[0] for _ in range(2))
    assert first != second
