"""Rules that stand once in a document and govern every later sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fayol.reading.units import Raw, split_list

_FIRST_LEADS = re.compile(
    r"(?:责任单位中?|责任分解中|以上|各项任务中?)?，?(?:以?(?:列|排)?在?(?:排|列|名列)?(?:于|在)?(?:首位"
    r"|第一位|第一|最前面?|前列))(?:的"
    r"|者)?(?:责任)?(?:单位|部门)?(?:即?为|是|为该项任务的)"
    r"(?:总|本项工作的|该项工作的)?(?:牵头|主办|主要责任|第一责任|主责|责任牵头)(?:责任)?(?:单位|部门"
    r"|落实单位)?(?:或[^，。；（）]{1,8})?(?P<on>[，；]?(?:以?下同"
    r"|以下同此|以下相同|下略))?[。）]*"
)
_ALSO = (
    re.compile(
        r"以下(?:各项|所有|各条|各类|全部)?(?:工作|重点)?(?:任务|工作|措施|事项|政策)?(?:任务)?(?:均"
        r"|都|还|同时)?(?:需要?|由|须|要"
        r"|应)(?P<units>[^。；]{2,60}?)(?:按(?:照)?(?:各自)?职[责能]分工)?(?:贯彻|组织|共同|具体"
        r"|配合)?(?:推进|落实|实施|配合|负责"
        r"|参与|承担|抓好落实)(?P<on>，?(?:以下)?(?:均|都)?不再(?:单独|一一|逐一|重复|另行|分别)?(?:列出"
        r"|列举|注明|标注|列明|列示|说明))"
    ),
    re.compile(
        r"(?:^|(?<=[，。；：（]))(?P<units>[^。；：（]{2,60}?)(?:均|都)(?:为|是|作为|列为)(?:以下"
        r"|每项|各项|所有)?(?:工作|任务|措施"
        r"|事项)?的?(?:责任|配合|落实|参与|实施)(?:单位|部门|主体)(?P<on>，?(?:以下|下文)?(?:均"
        r"|都)?(?:不再|下同|不一一)[^，。；）]{0,8})"
    ),
)


_FIRST_WORDS = re.compile("首位|第一|最前|前列")
_ALSO_WORDS = re.compile("不再|下同|不一一")


@dataclass(frozen=True, slots=True)
class FirstLeads:
    """The first of a list leads. `onward` when the words say so (下同); place in the flat text."""

    start: int
    end: int
    onward: bool


@dataclass(frozen=True, slots=True)
class AlsoServes:
    """Units that take part in everything below without being listed again."""

    start: int
    end: int
    units: tuple[Raw, ...]


def first_leads_in(text: str, start: int, end: int) -> FirstLeads | None:
    if not _FIRST_WORDS.search(text, start, end):
        return None
    match = _FIRST_LEADS.search(text, start, end)
    return FirstLeads(_from_mark(text, start, match.start()), match.end(), bool(match["on"])) if match else None


def _from_mark(text: str, start: int, at: int) -> int:
    """The rule begins with the comma or bracket before it, so that no empty piece stays behind."""
    while at > start and text[at - 1] in "，。；（":
        at -= 1
    return at


def also_serves_in(text: str, start: int, end: int) -> AlsoServes | None:
    if not _ALSO_WORDS.search(text, start, end):
        return None
    for pattern in _ALSO:
        match = pattern.search(text, start, end)
        if match:
            units = tuple(split_list(text, match.start("units"), match.end("units")))
            if units:
                return AlsoServes(_from_mark(text, start, match.start()), match.end(), units)
    return None
