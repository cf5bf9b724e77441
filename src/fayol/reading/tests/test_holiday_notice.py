"""A holiday notice read: what it says, what it cannot mean, and what is none."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fayol.kernel.errors import Refused
from fayol.reading.holiday_notice import read_notice
from fayol.reading.tests.notices import LABOUR_DAY_2019, SPRING_FESTIVAL_2020, YEARS, notice_of


@pytest.mark.parametrize("year", YEARS)
def test_every_published_notice_is_read_without_a_doubt(year: int) -> None:
    notice = read_notice(notice_of(year))
    assert (notice.year, notice.problems, notice.correction) == (year, (), False)
    assert notice.title == f"国务院办公厅关于{year}年部分节假日安排的通知"
    assert notice.number.startswith("国办发明电〔")
    assert notice.issued_on is not None
    assert notice.issued_on.year == year - 1


def test_days_make_up_days_and_their_place_in_the_text() -> None:
    text = notice_of(2026)
    spring = read_notice(text).festivals[1]
    assert (spring.name, spring.days[0], spring.days[-1], len(spring.days)) == (
        "春节", date(2026, 2, 15), date(2026, 2, 23), 9,
    )  # fmt: skip
    assert spring.makeups == (date(2026, 2, 14), date(2026, 2, 28))
    assert text[slice(*spring.span)].startswith("2月15日（农历腊月二十八、周日）")


def test_an_encouragement_to_rest_is_no_day_off() -> None:
    assert date(2024, 2, 9) not in read_notice(notice_of(2024)).festivals[1].days


def test_a_single_day_beside_a_weekend_takes_it_in() -> None:
    new_year = read_notice(notice_of(2024)).festivals[0]
    assert new_year.days == (date(2023, 12, 30), date(2023, 12, 31), date(2024, 1, 1))


def test_corrections_are_known_as_such() -> None:
    labour = read_notice(LABOUR_DAY_2019)
    assert (labour.correction, labour.year, labour.festivals[0].name) == (True, 2019, "劳动节")
    assert labour.festivals[0].makeups == (date(2019, 4, 28), date(2019, 5, 5))
    spring = read_notice(SPRING_FESTIVAL_2020)
    assert (spring.correction, spring.festivals[0].until) == (True, date(2020, 2, 2))


@pytest.mark.parametrize(
    ("wrong", "right", "code", "words"),
    [
        ("2月14日（周日）", "2月14日（周六）", "weekday", "2026-02-14是星期六，通知写的是星期日"),
        ("共8天", "共9天", "total", "是9天"),
        ("5月4日（周一）上班", "5月9日（周六）上班", "makeup_in_holiday", "又在劳动节放假的日子里"),
        ("5月11日（周一）上班", "5月9日（周六）上班", "makeup_on_workday", "本来就是工作日"),
        ("6月31日（周五）至", "6月19日（周五）至", "no_such_day", "不是真实的日期"),
        ("3月1日（周日）至5日", "5月1日（周五）至5日", "festival_missing", "劳动节的放假日期里没有2026-05-01"),
        ("9月30日（周三）至27日", "9月25日（周五）至27日", "bad_range", "前后颠倒"),
        ("六、团圆节：9月25日", "六、中秋节：9月25日", "festivals_missing", "没有读到中秋节的安排"),
    ],
)
def test_what_contradicts_itself_is_named(wrong: str, right: str, code: str, words: str) -> None:
    text = notice_of(2026)
    assert right in text
    problems = {p.code: p for p in read_notice(text.replace(right, wrong)).problems}
    assert code in problems
    assert words in problems[code].sentence.format(**problems[code].params)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_notice"),
        ("请财务部11月30日前编制年会经费预算表。", "not_notice"),
        ("元旦：1月1日放假。", "no_year"),
        ("关于2026年部分节假日安排的通知：放假安排另行通知。", "not_notice"),
    ],
)
def test_what_is_no_notice_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_notice(text)
    assert refused.value.code == code


def test_a_year_may_be_given_where_the_words_have_none() -> None:
    assert read_notice("一、元旦：1月1日放假，与周末连休。", year=2024).year == 2024


def test_lines_broken_anywhere_and_full_width_digits_change_nothing() -> None:
    text = notice_of(2026)
    broken = "\n".join(text[i : i + 7] for i in range(0, len(text), 7))
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in text)
    plain = read_notice(text)
    for other in (read_notice(broken), read_notice(wide)):
        assert [(f.name, f.days, f.makeups) for f in other.festivals] == [
            (f.name, f.days, f.makeups) for f in plain.festivals
        ]
        assert other.number == plain.number or "〔" in other.number


@given(st.text(alphabet="元旦春节放假上班年月日至共天（）、。：0123456789周六 \n", max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(Refused):
        read_notice("关于2026年部分节假日安排的通知" + text)
