"""Title, number and date of a document, and the head of minutes."""

from __future__ import annotations

import re
from datetime import date

from fayol.kernel.deadlines import end_of_month
from fayol.reading.deadlines import number
from fayol.reading.flat import Flat
from fayol.reading.model import Meeting

_NUMBER = re.compile(r"(?P<number>[\u4e00-\u9fffA-Za-z]{1,16}（(?P<year>(?:19|20)\d\d)）(?:第)?\d{1,4}号)")
_DATE = re.compile(
    r"(?P<year>\d{4}|[一二〇零三四五六七八九]{4})年(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})月(?P<day>\d{1,2}"
    r"|[一二三四五六七八九十]{1,3})日"
)
_DAY = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_ISO = re.compile(r"(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_TITLE_END = re.compile(
    r"(?:通知|意见|方案|办法|决定|通报|报告|请示|批复|函|纪要|规划|计划|措施|要点|预案|规定|制度|细则"
    r"|条例|公告|通告|清单|台账"
    r"|分工|分解表|任务表|安排|规则|职责|办法（试行）|意见（试行）|（\d{4}[—-]\d{4}年?）)$"
)
_LABEL_START = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d+[.、])")
_MEETING_KINDS = (
    "部务会|常务会议?|办公会议?|党组会议?|党委会议?|专题会议?|协调会议?|调度会议?|例会"
    "|座谈会|推进会议?|联席会议|局务会|行务会|总经理办公会|董事会|工作会议?|领导小组会议|会议"
)
_KIND = re.compile(rf"(?:召开|主持召开|举行)(?:了)?(?:[^，。]{{0,28}}?)(?P<kind>{_MEETING_KINDS})")
_WHEN = re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日）?(?P<part>上午|下午|晚上?|全天)?")
_CHAIR = re.compile(
    r"会议由(?P<who>[^，。；]{2,30}?)(?:同志)?主持|主持(?:人)?：(?P<who2>[^，。；]{2,30})"
    r"|由(?P<who3>[^，。；]{2,20}?)主持"
)
_CONVENER = re.compile(r"[，日午](?P<who>[^，。；：]{2,24}?)(?:主持)?(?:组织)?召开")
_PRESENT = re.compile(
    r"(?:^|[，。；])(?P<who>[^，。；]{2,40}?)(?:等)?(?:参加了?会议|参会|出席了?会议|列席)|(?:出席|参会人员"
    r"|参加人员|出席人员)：(?P<who2>[^。；]{2,200})"
)
_TOPIC = re.compile(r"^[一二三四五六七八九十]+、关于(?P<topic>[^。]{2,40})。?")


def as_date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    raw = match["year"]
    year = int(raw) if raw.isdigit() else int("".join(str(number(char)) for char in raw))
    month, day = number(match["month"]), number(match["day"])
    if not 1 <= month <= 12 or not 1900 <= year <= 2200 or not 1 <= day <= end_of_month(year, month).day:
        return None
    return date(year, month, day)


def read_title(flats: list[Flat], name: str) -> tuple[str, tuple[int, int] | None]:
    """The title as flat text and its place; the file's name when the text begins without one."""
    for at, flat in enumerate(flats[:25]):
        if not _TITLE_END.search(flat.text) or not _may_be_title(flat.text):
            continue
        first = at
        while first and _goes_on(flats[first - 1].text, "".join(f.text for f in flats[first : at + 1])):
            first -= 1
        last = flats[at]
        begin, end = flats[first].span(0, 1)[0], last.span(0, len(last.text))[1]
        return "".join(f.text for f in flats[first : at + 1]), (begin, end)
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", name)
    if flats and _may_be_title(flats[0].text) and len(flats[0].text) <= 30:
        return flats[0].text, flats[0].span(0, len(flats[0].text))
    return stem, None


def _may_be_title(text: str) -> bool:
    return 4 <= len(text) <= 80 and not text.endswith(("。", "：", "；", "，")) and not _LABEL_START.match(text)


def _goes_on(before: str, title: str) -> bool:
    """A title set in two lines: the line before is its beginning."""
    if (
        not _may_be_title(before)
        or before.startswith("（")
        or _NUMBER.search(before)
        or _DATE.search(before)
        or before.endswith("文件")
        or len(before) > 45
    ):
        return False
    return "关于" not in title and ("关于" in before or (len(title) <= 20 and not _TITLE_END.search(before)))


def read_number(flats: list[Flat]) -> tuple[str, int]:
    """The document's number and its year (0 when it has none); only near the top, on a line that is little else."""
    for flat in flats[:12]:
        match = _NUMBER.search(flat.text[:90])
        if match and len(flat.text) <= 40:
            return match["number"].replace("（", "〔", 1).replace("）", "〕", 1), int(match["year"])
    return "", 0


def read_issued(flats: list[Flat]) -> date | None:
    """The date under the signature, else a date that stands alone near the top, else the imprint."""
    alone = [found for flat in flats if len(flat.text) <= 40 and (found := as_date(_alone(flat.text)))]
    if alone:
        return alone[0]
    for flat in flats[-6:]:
        match = re.search(rf"{_DATE.pattern}印发", flat.text)
        if match:
            return as_date(match)
    return next(
        (found for flat in flats[:6] if len(flat.text) <= 40 and (found := as_date(_ISO.search(flat.text)))), None
    )


def _alone(text: str) -> re.Match[str] | None:
    """A line that is a date, perhaps with the issuer before it or brackets around it."""
    match = _DATE.search(text)
    if (
        match
        and match.end() >= len(text) - 3
        and (match.start() <= 1 or not re.search(r"[，。；：]|[于在至到]$", text[: match.start()]))
    ):
        return match
    return None


def reference_date(flats: list[Flat], issued: date | None, meeting: Meeting | None, year: int) -> date | None:
    """What dates without a year are read against; not shown as the document's date unless it is."""
    if issued or (meeting and meeting.held_on):
        return issued or (meeting.held_on if meeting else None)
    found = [day for flat in flats[:6] for match in _DATE.finditer(flat.text[:600]) if (day := as_date(match))]
    if found:
        return max(found)
    return date(year, 1, 1) if year else None


def read_meeting(flats: list[Flat], title: str) -> Meeting | None:
    """The head of minutes; None when the document is not the record of a meeting."""
    head = "".join(flat.text for flat in flats[:5])[:800]
    minutes = (
        "纪要" in title
        or "纪要如下" in head
        or bool(re.search(r"(?:会议(?:要求|明确|议定|决定|强调|指出|听取|原则通过))", head))
    )
    kind = _KIND.search(head)
    if not (minutes and (kind or "纪要" in title + head)) and not (kind and _WHEN.search(head[:40])):
        return None
    when = _WHEN.search(head[:120])
    held = None
    if when and when["year"]:
        held = as_date(when)
    chair = _CHAIR.search(head)
    convener = _CONVENER.search(head)
    present = _PRESENT.search(head)
    topics = tuple(match["topic"] for flat in flats if (match := _TOPIC.match(flat.text)))
    return Meeting(
        held_on=held,
        when=(when["part"] or "") if when else "",
        kind=kind["kind"] if kind else "",
        convened_by=convener["who"].strip("午日") if convener else "",
        chaired_by=next((who for who in chair.groups() if who), "") if chair else "",
        present=next((who for who in present.groups() if who), "") if present else "",
        topics=topics,
    )
