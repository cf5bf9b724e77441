"""What may stand before the unit in a clause: labels, words of the meeting, a time, 请."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PREFIX = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){1,3}|第?[一二三四五六七八九十百\d]{1,4}[条、.．]|（[一二三四五六七八九十\d]{1,3}）"
    r"|[一二三四五六七八九十]是要?"
    r"|\d{1,2}[)）]|首先|其次|再次|最后|第[一二三四五六]，?|其中|同时|此外|另外|必要时|原则上|今后"
    r"|下一步|目前|现|并且?|特别是?|届时|期间|工作中|要求|责成|责令|授权(?![^，。；]{0,8}(?:单位|部门|机构|主体))"
    r"|(?P<ask>请(?!示|求|假|款|柬|教|辞)|烦请|敬请|务请)"
    r"|(?:[^，。；：]{0,18}?)会议(?:还|并|同时|最后)?(?:要求|强调|指出|明确|决定|议定|同意|认为|提出"
    r"|研究决定|确定|商定|原则同意|责成|部署|指明"
    r"|经研究决定)(?:[：，])?|经(?:会议)?研究(?:决定|确定|同意|，)*[，：]?|明确要求[，：]?)+"
)
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?:19|20)\d\d年度?|[一二〇零三四五六七八九]{4}年|(?:今|明|本|当|次)年)"
_DAY = rf"(?:{_N}[日号](?:（[^（）]{{1,4}}）)?)"
_DATE = (
    rf"(?:{_YEAR}?{_N}月份?(?:{_DAY}|月?底|末|初|上旬|中旬|下旬)?|{_YEAR}(?:年?[底末初]|内|上半年|下半年|第?[一二三四]季度[末底]?)?"
    r"|年底|年末|年内|(?<![\u4e00-\u9fff])月底|(?:本|下|次)(?:周[一二三四五六日]?|月底?)|上半年|下半年|第[一二三四]季度)"
)
_EVERY = r"每(?:个|1|一|两个?|三个?)?(?:年度?|半年|季度?|月|周|天|日|学期)(?:年?[底末初]|首月|末月)?"
_EVERY += rf"(?:{_N}月(?:[底末]|份)?)?{_DAY}?"
# Times before a unit without a comma: "3月底前财政部要…" is told to 财政部.
_TIME = re.compile(
    rf"(?:自|从|到|至|于|在|截至|力争|确保|争取|原则上)*(?:{_EVERY}|{_DATE}(?:(?:至|到|—+|―+|-|~){_DATE})?"
    rf"|{_N}个?(?:工作日|天|日|月|周|小时)(?=[以之]?内))"
    r"(?:之前|以前|前|之后|以后|后|起|开始|[之以]?内|期间|止)*(?P<comma>，)?"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the unit may begin, and whether a time or a 请 stands before it."""

    end: int
    dated: bool = False
    asked: bool = False


def opening(text: str, left: int, right: int) -> Opening:
    """Skips labels, times and 请 at the start of text[left:right], in whatever order they come."""
    at, dated, asked = left, False, False
    while at < right:
        prefix = _PREFIX.match(text, at, right)
        if prefix and prefix.end() > at:
            at, asked = prefix.end(), asked or bool(prefix["ask"])
            continue
        time = _TIME.match(text, at, right)
        if time and time.end() > at:
            at, dated = time.end(), True
            continue
        break
    return Opening(at, dated, asked)
