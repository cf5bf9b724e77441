"""Words of time in flat text: how they are written. What they mean is in `time_meaning`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fayol.reading.time_meaning import (
    Context,
    Maker,
    Time,
    TimeReader,
    bare_period,
    by_cycle,
    dated,
    event,
    festival_eve,
    near_day,
    near_month,
    number,
    numeric,
    open_timing,
    plain_year,
    ranged,
    recurring,
    relative,
    school_term,
    times_a_year,
    vague,
    yearly_end,
)

__all__ = ["Context", "Time", "find_times", "number"]

_NUM = r"(?:\d{1,4}|[一二两三四五六七八九十]{1,3})"
_YEAR = r"(?:\d{4}|[一二〇零三四五六七八九]{4})年"
_NEAR_YEAR = r"(?:今年|明年|本年|当年|次年)"
_BEFORE = r"(?:之前|以前|前)"
_WEEKDAY = r"(?:（?(?:星期|周|礼拜)[一二三四五六日天]）?)"
_CLOCK = r"(?:(?:上午|下午|中午|晚上?)?\d{1,2}(?:[:：时点]\d{0,2}分?))"
_DELIVER = (
    r"(?:将|把|向|以|书面|统一|一并|按要求|如实)*(?:[^，。；]{0,6})?(?:完成|形成|办理(?!流程"
    r"|程序)|报送|上报|呈报|报告|报备|汇报|提交|提出|反馈|答复|回复|办结|办毕|办理完毕|印发|下发|下达"
    r"|发布|通报|公布|通知|告知|说明|送达|整改|移送|移交|处置|出台|制定|召开|修订|启动)"
)
_PERIOD = (
    r"(?P<period>(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)个?(?P<unit>工作日|工作小时|日|天|周"
    r"|星期|月|年|小时)(?:以内|之内|内))"
)
_ANCHOR_WORDS = (
    r"(?P<anchor>(?:(?:自|从)[^，。；：]{1,22}?(?:之日|当日|次日|之时|时|次月)起|(?:自"
    r"|从)?[^，。；：、自从在于]{1,14}?(?:之日起|之后|后)|会后))"
)

_TO = r"(?:至|到|—+|―+|-+|~+)"
_MONTH = rf"{_NUM}月份?"
_RANGE = (
    rf"(?P<from>[自从])?(?P<year>{_YEAR})?(?:(?P<near>{_NEAR_YEAR}))?(?<!\d)(?:"
    rf"{_MONTH}(?:{_NUM}[日号]|上旬|中旬|下旬|初|底)?{_WEEKDAY}?{_TO}(?P<year2>{_YEAR})?(?P<month>{_NUM})月份?(?:(?P<day>{_NUM})[日号]"
    rf"|(?P<part>上旬|中旬|下旬|月?底|末))?|(?<![\d.]){_NUM}{_TO}(?P<month2>{_NUM})月份?(?:(?P<part2>上旬|中旬|下旬|月?底|末))?"
    rf"|(?P<month3>{_NUM})月{_NUM}[日号]?{_TO}(?P<day3>{_NUM})[日号])(?:（[^（）]{{1,6}}）)?(?:期间|止|前)?"
)
_CYCLE = r"(?:年|半年|季|月|周|旬|双?周)"
_REPORTED = (
    r"(?:[^，。；：]{0,8}?)(?:通报|报告|报送|上报|呈报|汇报|汇总|调度|召开|公布|发布|开展|组织|统计|分析|检查|反馈|提交|梳理"
    r"|更新|督查|督办|视|研判|盘点|对账|评估|会商|填报|推进)"
)

_RULES: tuple[tuple[re.Pattern[str], Maker], ...] = (
    (
        re.compile(
            rf"{_ANCHOR_WORDS}(?P<between>[，,][^，。；]{{0,16}}?(?:应当?|须|要)?在?)?(?:的|在|应当?|须|要)*{_PERIOD}"
        ),
        relative,
    ),
    (re.compile(_RANGE), ranged),
    (
        re.compile(
            rf"年中(?:和|、|及|与)年(?:末|底|终)"
            rf"|(?:按|逐)(?P<every>{_CYCLE})(?:份|度)?(?:或者?(?:按|逐)?{_CYCLE}(?:份|度)?)?(?={_REPORTED})"
        ),
        by_cycle,
    ),
    (
        re.compile(
            rf"(?P<every>每(?:个|1|一)?(?:年度?|半年|季度?|月|周|星期|旬|日|天))(?:的(?=\d"
            rf"|[一二三四五六七八九十]))?(?P<month_>(?:(?P<month>{_NUM})月(?:份)?)?)"
            rf"(?P<part>底|末|月底|初)?"
            rf"(?P<within>(?:的)?(?:首月|末月|次月|第[一二三123]个月|最后一个月|首个?月"
            rf"|最后一个?工作日|第[一二三四五\d]个工作日|前[一二三五十\d]{{1,2}}个工作日内))?"
            rf"(?:(?P<day>{_NUM})[日号]|(?<=[周期])(?P<weekday>[一二三四五六日]))?"
            rf"(?P<more>(?:(?:和|、|及|与){_NUM}月(?:份|底|末|{_NUM}[日号])?)*(?=[^、]))"
            rf"(?:（(?:分别[在为于])?[^（）]{{2,24}}[底末日]）)?(?:[上下]午)?(?:\d{{1,2}}[时点])?(?P<before>下班{_BEFORE}|{_BEFORE})?"
            r"(?=[^，。；]*[，。；]|[^，。；]*$)"
        ),
        recurring,
    ),
    (
        re.compile(
            rf"(?P<from>[自从])?(?P<till>到|至)?(?:(?P<year>{_YEAR})"
            rf"|(?P<near>{_NEAR_YEAR}))?(?P<month>{_NUM})月份?(?:(?P<day>{_NUM})[日号]|(?P<part>月底"
            rf"|底|末|上旬|中旬|下旬|初))?"
            rf"{_WEEKDAY}?{_CLOCK}?(?P<before>{_BEFORE})?(?P<since>起)?"
        ),
        dated,
    ),
    (
        re.compile(
            rf"(?P<from>[自从])?(?:(?P<till>到|至)?(?P<year>{_YEAR})|(?P<near>{_NEAR_YEAR}))?(?P<part>年底"
            rf"|年末|(?<=年)底|(?<=年)末|(?<=\d{4}年)内|(?<![一二三四五六七八九十两几半\d])年内|上半年"
            rf"|下半年|第?[一二三四1234]季度(?:末|底)?)"
            rf"(?:{_BEFORE}|持续推进|内)?"
        ),
        yearly_end,
    ),
    (
        re.compile(rf"(?P<year>{_YEAR})?(?:春|秋)季(?:学期)?(?:开学)?(?P<end>起|{_BEFORE}|末|结束{_BEFORE})"),
        school_term,
    ),
    (re.compile(rf"(?P<near>本月|下月|下个月)(?P<day>{_NUM})[日号](?P<before>{_BEFORE})?"), near_month),
    (
        re.compile(
            r"(?<![\d.-])(?P<year>20\d\d)[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})日?(?P<before>之前|以前|前)?"
            r"(?![\d.])|(?<![\d./第-])(?P<month_>\d{1,2})[./](?P<day_>\d{1,2})日?(?P<before_>之前|以前|前)"
        ),
        numeric,
    ),
    (
        re.compile(
            rf"(?:(?P<till>到|至)(?P<year>{_YEAR})(?!\d|[^，。；]{{0,2}}月)"
            rf"|[自从]?(?P<year2>{_YEAR})(?:(?P<before>{_BEFORE})|(?P<since>起)))"
        ),
        plain_year,
    ),
    (
        re.compile(
            r"(?P<every>每(?:半年|年度?|季度?|月|周|天|日))(?:[^，。；每]{0,10}?)(?P<least>至少|不少于"
            r"|原则上)?(?:[^，。；每\d一两二三]{0,6}?)(?P<times>[一两二三四\d]{1,2}次)"
        ),
        times_a_year,
    ),
    (
        re.compile(
            rf"(?:(?:本|下|次|这)(?:周|星期)(?P<weekday>[一二三四五六日])?(?:内|之?前|下班前|以前)?"
            rf"|(?:本|下|次|当)?月(?:底|末)(?:{_BEFORE})?|(?:本|当)月(?:内)|(?:本|当)季度(?:末|内|底)(?:{_BEFORE})?)"
        ),
        near_day,
    ),
    (
        re.compile(
            rf"(?P<year>{_YEAR})?(?P<festival>“?(?:元旦|春节|清明节?|五一|劳动节|端午节?|六一|七一"
            rf"|八一|教师节|中秋节?|国庆节?|十一|汛期|主汛期)”?)(?:假期|长假|期间)?(?:来临|到来)?{_BEFORE}"
        ),
        festival_eve,
    ),
    (
        re.compile(
            r"(?:在|于|须|应|要)(?P<words>[^，。；：在于]{1,12}?(?:到期|届满|召开|开始|结束|启动|实施"
            r"|上会|开工|投产|入汛|开学|考试|检修|验收|换届|复工|停产|放假|投运|上线|交付|开业|年会)之?前|会前|规定的?(?:时限|期限|时间)内|限定(?:时限|期限|时间)内)"
        ),
        event,
    ),
    (
        re.compile(r"长期(?:坚持|推进|任务)(?!的)|年内持续推进|(?:持续推进|全年|长期|常态化)(?=[）。；]|$)|常年坚持"),
        vague,
    ),
    (
        re.compile(
            r"第一时间|尽快|尽早|早日|立即|马上|即刻|近期内?|近日|限期|日前(?=.{0,8}(?:完成|报))|抓紧时间|随时|随到随办"
        ),
        vague,
    ),
    (re.compile(rf"及时(?:(?={_DELIVER})|(?=安排|落实|组织|解决|处理|调整|更新|报(?!道|销)))"), vague),
    (re.compile(r"适时|择机|择期|待定|另行通知"), open_timing),
)
_BARE = re.compile(
    rf"(?<![至到为缩减降制短低过长期后起])(?<![少低高大小等长短晚早]于)(?:在|于)?{_PERIOD}(?={_DELIVER})"
)
_GATE = re.compile(
    r"[年月日天周季旬]|\d[-./]\d|小时|前|尽|立即|马上|即刻|近|限期|第一时间|随|长期|推进|及时|适时|择|早日|待定"
    r"|常年|另行|抓紧时间|规定|限定"
)
# A range that dates figures, data or events is no time to do something in.
_RANGE_OF = re.compile(
    r"的|数据|期间发生|赴|累计|同比|财务(?!部|处|科)|业绩|营业|产量|销售额|，(?:全[国省市县]|累计|共计|实现|同比)"
    r"|[^。；]{0,60}[\u4e00-\u9fff]了(?!解)"
)
_BACKGROUND = re.compile(r"(?:鉴于|由于|因|针对|对|了|前一阶段)$")


def find_times(text: str, start: int, end: int, context: Context) -> list[Time]:
    """Words of time in reading order; where two readings overlap, the earlier rule of the table wins."""
    if not _GATE.search(text, start, end):
        return []
    reader = TimeReader(text, context)
    taken: list[tuple[int, int]] = []
    hits: list[tuple[int, int, re.Match[str], Maker]] = []
    rules: Iterator[tuple[re.Pattern[str], Maker]] = iter((*_RULES, (_BARE, bare_period)))
    for pattern, maker in rules:
        for match in pattern.finditer(text, start, end):
            at, to = match.span()
            if all(to <= a or at >= b for a, b in taken):
                if maker is recurring and not _is_occasion(match, text, end):
                    continue
                taken.append((at, to))
                hits.append((at, to, match, maker))
    times = []
    for _at, _to, match, maker in sorted(hits, key=lambda hit: hit[0]):
        time = maker(match, reader)
        if time and not _excluded(text, start, time, end):
            times.append(time)
    return _without_periods(times, text)


def _without_periods(times: list[Time], text: str) -> list[Time]:
    """ "2026年以前，…每月", "2027年起，每年3月底前": the year only says from or till when the occasions recur."""
    cycles = [time for time in times if "recurring" in time.flags]
    if not cycles:
        return times

    def bounds(time: Time) -> bool:
        if not (time.rule.kind == "start" or time.words.endswith("以前")) or "recurring" in time.flags:
            return False
        return any(0 <= cycle.start - time.end < 60 and "。" not in text[time.end : cycle.start] for cycle in cycles)

    return [time for time in times if not bounds(time)]


_AMOUNT = re.compile(
    r"[^，。；]{0,30}?(?:不少于|不超过|不低于|不得少于|至少|最高|以上|\d+(?:\.\d+)?(?:万|亿|元|个|项|人|家|%|吨))"
)


def _is_occasion(match: re.Match[str], text: str, end: int) -> bool:
    """每年2万元 is an amount, 每年确定… an occasion."""
    if match["month"] or match["day"] or match["part"] or match["weekday"] or match["before"] or match["within"]:
        return True
    if text.startswith("的", match.end()) or match["every"][-1] in "日天":
        return False
    if re.compile(r"[^，。；每]{0,14}[一两二三四\d]{1,2}次").match(text, match.end(), end):
        return False
    return not _AMOUNT.match(text, match.end(), end)


def _excluded(text: str, start: int, time: Time, end: int) -> bool:
    """近期 as background ("鉴于近期…", "近期工作"), and dates that only date something."""
    before = text[max(start, time.start - 4) : time.start]
    if time.strength == 3 and time.words.endswith("前") and text.startswith(("已", "的"), time.end):
        return True
    if "range" in time.flags:
        return bool(_RANGE_OF.match(text, time.end, end)) or bool(
            re.search(r"有效期|实施期|执行期|考察|出生|任职|期限为$", text[max(start, time.start - 8) : time.start])
        )
    if time.words == "及时" and re.search(
        r"(?:重[大要]|有关|突发|紧急|异常)(?:事项|情况|问题|信息|事件)$", before + ""
    ):
        return True
    if time.words in ("本周", "下周", "本月", "当月") and re.match(
        r"的|工作|小结|计划|安排|重点|情况|总结", text[time.end : end]
    ):
        return True
    if time.words == "限期" and before.endswith("责令"):
        return True
    if time.words.startswith(("近期", "近日")):
        after = text[time.end : min(end, time.end + 6)]
        return bool(_BACKGROUND.search(before) or re.match(r"以来|工作|会务|出现|和|目标|安排|，", after))
    return False
