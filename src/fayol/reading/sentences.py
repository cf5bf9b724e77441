"""Sentences that tell somebody to do something, without a bracket: "由财务部牵头，人力资源部配合，11月30日前完成"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from fayol.reading.clauses import Roles, clauses_of
from fayol.reading.openings import Opening, opening
from fayol.reading.predicates import ADVERB, AFTER_COMPANION, ANY_END, BY_FOLLOW, DUTY, FOLLOW, MODAL
from fayol.reading.units import Raw, Subject, is_group, looks_like_unit, split_list, subject_at

_ASSIGNED_BY = re.compile(
    r"(?<![自缘理仍原])(?<!仍然)(?<!一直)由(?!于|此|来|衷)|(?<![申邀提报聘函呈恳吁烦敬务宴延批])请(?!示|求|假|客|教|柬|问|愿|勿|进|款|领|购|缨|辞|功|商)"
)
_RELATIVE = re.compile(r"[\u4e00-\u9fff]{1,4}的")
_SETTING = re.compile(
    r"^(?:自|从|[到至](?=\d|今年|明年|年底)|在|根据|按照?|依据|为|为了|对|对于|关于|鉴于|当|如|若|凡|经|随着|针对|围绕|结合|通过"
    r"|以|坚持|遵循|出现|接到|收到|发生|进入|启动|需要|确需"
    r"|确认|除|因|由于|原则上|其中|每|\d|[一二三四五六七八九十]+月|第|突发|必要时|上述|国务院批准"
    r"|.{0,24}(?:后|前|时|的|起|内|期间|情况下|之一的)$)"
)
_PAST = re.compile(r"了(?!解)|已经?(?!有)|曾|正在|以来|历来|向来")
WITH = re.compile(
    r"(?:会同|(?<=[部委局厅办院会署门构关司处府])商(?!务|业|会|贸|品|标|户|投|定|场|店|人|城|议)"
    r"|联合(?=[省市县区各有相国])|(?<=，)会(?=[省市县区][^，。；]{1,12}(?:局|委|办|厅|部))"
    r"|(?<=[部委局厅办院会署门处科组心])联合(?![会国体党]))"
)
REVERSE = re.compile(r"(?:协同|配合|协助)(?!配?合?(?:单位|部门))")
_AND = re.compile(r"(?<![参给赋])(?:与|同(?=[省市县区有各相]))")
_TOGETHER = re.compile(r"(?:协商|会商|商定|共同(?:研究|商)|加强(?:沟通|协作|配合|协调))")
_COMPOSED = re.compile(
    r"(?:主要)?由(?P<units>[^。；]{4,700}?)(?:有关人员|有关负责人|等部门和单位|等部门|等单位|等)?(?:共同)?组成"
)
_LEADER_OF = re.compile(
    r"(?P<unit>[^，。；、]{2,24}?)(?:为|是|担任|作为)(?:总|主要)?牵头(?:单位|部门)"
    r"|由(?P<by>[^，。；]{2,24}?)(?:担任)?牵头"
)
_MEMBERS = re.compile(
    r"^(?:（[一二三四五六七八九十\d]+）|\d+[.、])?(?P<label>成员(?:单位)?|组成(?:单位)?|参加单位|组长单位|牵头单位)："
)
_OWN_ITEMS = re.compile(
    r"由?(?P<unit>[^，。；：、由]{2,20}?)(?:负责|牵头|承办|主办)的(?=第|[^，。；、]{2,12}(?:、|，|事项|工作|项目|任务))"
)
_ITEM_OF = re.compile(r"第[\d、和一二三四五六七八九十]+[件项条]（(?P<unit>[^（）]{2,24}?)(?:负责|牵头|承办)?）")
# "各县区按照职责分工落实": beside somebody who leads these are the ones who help.
_OWN_SHARE = (
    r"(?:(?:要|应当?|须)?(?:按照?|根据|依据|结合|依)(?:各自|本部门|本单位)?的?(?:职[责能](?:分工|范围|任务|定位)?|分工|任务分工|工作职责)"
    r"|各司其职|各负其责|在各自职责范围内)，?"
)
_SHARE_CLAUSE = re.compile(
    rf"{_OWN_SHARE}(?:，|共同|密切|协同|协力|积极|认真|切实|具体|组织|贯彻|统筹|主动|做好|抓好|各自)*"
    r"(?:落实|负责|推进|推动|实施|配合|办理|开展|完成|执行|做好|抓好|参与|协助)+"
    r"(?:(?:各项|相关|有关|具体|本领域|本行业|本辖区)*的?(?:工作|任务|事项))?"
    r"(?=[，。；]|$)"
)
_CARRIES_OUT = re.compile(r"(?:要)?(?:具体|认真|切实|全力)*(?:抓好|做好)?(?:贯彻)?(?:落实|执行)(?=[，。；]|$)")
_SEPARATELY = re.compile(r"(?:在[^，。；]{2,20}(?:内|中|下)，|按[^，。；]{2,14}，)?(?:要|应当?|须)?(?:分别|各自)(?!职)")
_ABOVE = re.compile(r"(?:以上|上述)(?:各)?(?:责任|承办|牵头|有关)?(?:单位|部门|县区|乡镇)")
_EMPTY_DUTY = re.compile(r"^负责(?:解释|编制发布)")
# Who gives the orders in these documents is not told to do anything by them, unless 由 or 要 says so.
_HIGHEST = re.compile(r"党中央|中共中央|国务院|国家|国家和省|省|市|县")
_KIND_OF_FIRM = re.compile(r"(?!各|有关|相关|全体|所有|上述).{1,8}企业")
_HEADING_END = re.compile(r"(?:方案|办法|规划|计划|通知|意见|规定|工作|情况|名单|机制|一览表|职责|总结|安排)$")
_BY_DATE = re.compile(r"(?:在|于|须在)[^，。；]{1,24}?(?:[日天月年周]|个?工作日|季度|会)?[内前底末]")
_ANYBODY = re.compile(
    r"机构|企业|学校|单位|部门|公司|政府|地方|医院|银行|团队|大学|高校|院校|协会|商会|医疗机构|科研院所"
)
_MAY = re.compile(r"^(?:也|均)?可(?!靠|持续)")


@dataclass(slots=True)
class Told:
    """Who is told what in one sentence (or part of it): [start, end) of the flat text; `clause` is where the clause
    begins that names them."""

    start: int
    end: int
    roles: Roles = field(default_factory=Roles)
    how: str = ""
    person: bool = False
    modal: bool = False
    clause: int = 0


def read_sentence(text: str, start: int, end: int) -> list[Told]:
    """Those told to do something in text[start:end]; several when each clause has its own."""
    composed = _composition(text, start, end)
    if composed:
        return [composed]
    own = _own_items(text, start, end)
    if own:
        return [own]
    parts: list[Told] = []
    bare: Told | None = None
    setting = True
    row: list[Raw] = []
    for left, right in clauses_of(text, start, end, at="，；："):
        start_at = opening(text, left, right)
        begin = start_at.end
        if (left == start or text[left - 1] == "；") and text[right : right + 1] == "：" and right + 1 < end:
            named = _named_with_colon(text, begin, right, end)
            if named:
                named.start, named.clause = (left if parts else named.start), left
                parts.append(named)
                continue
        setting = setting or text[left - 1] == "；"
        told = _clause_told(text, start_at, (start, right, end), setting)
        row = _with_row(text, row, told, (begin, right))
        setting = setting and (begin >= right or bool(_SETTING.match(text[begin:right])))
        if told is None:
            continue
        told.clause = left
        if told.how == "bare":
            bare = bare or (told if not parts else None)
            continue
        _place(parts, told, left, start)
    if bare is not None and not any(part.how == "by" for part in parts) and not _same(parts, bare):
        bare.start = start
        if parts:
            parts[0].start = parts[0].clause
        parts.insert(0, bare)
    for index, part in enumerate(parts):
        part.end = parts[index + 1].start if index + 1 < len(parts) else end
        _companions(text, part)
    return parts


def _with_row(text: str, row: list[Raw], told: Told | None, place: tuple[int, int]) -> list[Raw]:
    """ "各区政府，市开发区管委会，市直各单位要…": names parted by commas stand before one verb."""
    begin, right = place
    if told is not None:
        roles = told.roles
        kind = roles.stated or roles.answering or roles.helping
        if row and told.how != "by":
            kind[:0] = row
        return []
    if text[right : right + 1] != "，" or right - begin > 60 or text.count("，", 0, right) > 40:
        return []
    subject = subject_at(text[:right], begin, right, ANY_END)
    if subject is None or subject.person or _all_anybody(subject):
        return []
    return [*row, *subject.units]


def _clause_told(text: str, begins: Opening, places: tuple[int, int, int], setting: bool) -> Told | None:
    start, right, end = places
    marked = begins.dated or begins.asked
    told = (
        _role_is(text, begins.end, right)
        or _assigned_by(text, begins.end, right, end)
        or _subject_told(text, begins.end, right, end, setting or marked)
    )
    if told is not None and told.how == "bare" and marked:
        if text[end - 1] not in "。；！" and _HEADING_END.search(text, start, end):
            return None
        told.how = "asked" if begins.asked else "dated"
    return told


_ROLE_IS = re.compile(
    r"(?P<role>总?牵头|主办|主责|责任|承办|配合|协办|协同|成员|参与|参加)(?:责任)?(?:单位|部门)(?:分别)?(?:为|是)(?P<who>[^，。；]{2,200})"
)


def _role_is(text: str, begin: int, right: int) -> Told | None:
    """牵头单位为甲局，成员单位为乙局、丙局."""
    stop = right - 1 if text[right - 1 : right] in ("。", "；") else right
    match = _ROLE_IS.fullmatch(text, begin, stop)
    if match is None:
        return None
    subject = subject_at(text[:stop], match.start("who"), stop, ANY_END)
    if subject is None or subject.person:
        return None
    told = Told(begin, right, how="role")
    role = match["role"]
    if role in ("主办", "主责") or "牵头" in role:
        told.roles.stated.extend(subject.units)
    elif role in ("责任", "承办"):
        told.roles.answering.extend(subject.units)
    else:
        told.roles.helping.extend(subject.units)
    return told


COLON_DUTY = re.compile(f"(?:{ADVERB})*(?:{DUTY})")


def _named_with_colon(text: str, begin: int, right: int, end: int) -> Told | None:
    """县财政局：负责资金保障。"""
    subject = subject_at(text[:right], begin, right, ANY_END)
    if subject is None or subject.person or not COLON_DUTY.match(text, opening(text, right + 1, end).end):
        return None
    told = _roles_of(Subject(subject.units, subject.start, right + 1), text, end)
    told.how, told.start = "duty", begin
    return told


def _same(parts: list[Told], bare: Told) -> bool:
    if not parts:
        return False
    return bool(parts[0].roles.stated or parts[0].roles.helping)


def _place(parts: list[Told], told: Told, left: int, start: int) -> None:
    """A牵头，B配合 is one task; "A负责甲，B负责乙" are two."""
    if not parts:
        told.start = start
        parts.append(told)
        return
    last = parts[-1]
    if told.how == "share" and last.how != "share" and _takes_help(last, told):
        last.roles.stated, last.roles.answering = [*last.roles.stated, *last.roles.answering], []
        last.roles.helping.extend(told.roles.everybody)
        return
    if told.how == "by" and last.how in ("modal", "duty") and not told.roles.helping:
        return
    if told.roles.helping and not told.roles.stated and not told.roles.answering:
        last.roles.helping.extend(told.roles.helping)
    elif last.roles.stated and told.how in ("duty", "by") and told.roles.answering and not last.modal:
        last.roles.answering.extend(told.roles.answering)
    elif last.roles.helping and not last.roles.answering and not last.roles.stated:
        last.roles.stated.extend(told.roles.stated)
        last.roles.answering.extend(told.roles.answering)
    elif _helpers(told.roles.answering) and not _helpers(last.roles.answering):
        last.roles.stated, last.roles.answering = [*last.roles.stated, *last.roles.answering], []
        last.roles.helping.extend(told.roles.answering)
    else:
        told.start = left
        parts.append(told)


def _takes_help(last: Told, told: Told) -> bool:
    """Beside a stated lead anybody with his own share helps; beside others only groups do (各有关单位)."""
    return bool(last.roles.stated) or all(is_group(unit.name) for unit in told.roles.everybody)


def _helpers(units: list[Raw]) -> bool:
    """配合单位, 协办部门: the name itself says that they help."""
    return bool(units) and all(re.search(r"(?:配合|协办|协同|协助|参与)(?:单位|部门)$", unit.name) for unit in units)


def _assigned_by(text: str, begin: int, right: int, end: int) -> Told | None:
    """由X牵头 / 由X负责 …, anywhere in the clause."""
    for match in islice(_ASSIGNED_BY.finditer(text, begin, right), 6):
        if text.count("（", begin, match.start()) > text.count("）", begin, match.start()):
            continue
        subject = subject_at(text, match.end(), right, BY_FOLLOW)
        if subject is None:
            continue
        rest = text[subject.end : end]
        if re.match(r"(?:兼任|组成|担任|(?:负责)?解释)", rest) or _RELATIVE.match(rest) or _all_anybody(subject):
            continue
        told = _roles_of(subject, text, end)
        told.how = "by"
        return told
    return None


def _subject_told(text: str, begin: int, right: int, end: int, setting: bool) -> Told | None:
    subject = subject_at(text, begin, right, FOLLOW) or _parted(text, begin, right, end)
    if subject is None:
        return None
    rest = text[subject.end : end]
    if _MAY.match(rest) or _EMPTY_DUTY.match(rest) or _MEMBERSHIP.match(rest):
        return None
    head = rest[:60]
    modal = re.match(
        rf"(?:{ADVERB})*(?:[^，。；]{{0,16}}?)"
        rf"(?:{MODAL})",
        head,
    ) or re.search(rf"，(?:也|还)?(?:{MODAL})", rest[:160])
    told = _roles_of(subject, text, end)
    told.modal = bool(modal)
    if (told.roles.helping and not told.roles.stated) or _IS_ROLE.match(rest):
        told.how = "role"
    elif _SHARE_CLAUSE.match(rest) or (_CARRIES_OUT.match(rest) and all(is_group(unit.name) for unit in subject.units)):
        told.how = "share"
    elif told.roles.stated and not _SEPARATELY.match(rest):
        told.how = "role"
    elif re.match(
        rf"(?:在[^，。；]{{2,16}}内，)?(?:{ADVERB}|按职责分工|按照?(?:各自)?职[责能](?:分工)?)*(?:负(?:责|全|主"
        rf"|领|监)|承办(?=[，。；]|$)|承担[^，。；]{{0,40}}(?:职责|责任|工作|任务|职能)(?=[，。；、]|$)|具体(?:承办|落实|实施|办理|执行))",
        head,
    ):
        told.how = "duty"
        if not modal and re.match(r"[^，。；]{0,8}了(?!解)", rest):
            return None
    elif modal:
        told.how = "modal"
    else:
        if _all_anybody(subject):
            return None
        if (
            _PAST.search(rest[:50])
            or subject.person
            or _describes(text, subject, end)
            or not (setting or _BY_DATE.match(rest) or all(is_group(u.name) for u in subject.units))
        ):
            return None
        told.how = "dated" if _BY_DATE.match(rest) else "bare"
    return told


_AFTER_COMMA = re.compile(
    rf"(?:{MODAL}|按照?(?:各自)?的?(?:职[责能])?分工|按照?各自职[责能]|根据(?:各自)?职[责能]|分别|共同|各司其职|请(?!示|求|假)"
    r"|负责(?!人(?![民才力事口])|同志)|牵头)"
)


def _parted(text: str, begin: int, right: int, end: int) -> Subject | None:
    """ "各县区、各部门，要…": several, or a group, with a comma before the verb."""
    if text[right : right + 1] != "，" or not _AFTER_COMMA.match(text, right + 1, end):
        return None
    subject = subject_at(text[:right], begin, right, ANY_END)
    if subject is None or subject.person:
        return None
    called = text.startswith("请", right + 1)
    if len(subject.units) < 2 and not called and not all(is_group(unit.name) for unit in subject.units):
        return None
    return Subject(subject.units, subject.start, right + 1)


_LOOKING_BACK = re.compile(
    r"(?:近年来|近几年来?|近些年来?|多年来|一直以来|长期以来|去年|前一阶段|过去|自?[^，。；]{2,12}以来，)"
)
_OF_WHAT = re.compile(rf"(?:{DUTY})的|(?:认定|评定)(?:标准|条件)")
_MAY_LATER = re.compile(r"[^。；]{0,80}，也?可(?!靠|持续)")


def _describes(text: str, subject: Subject, end: int) -> bool:
    """Background, permissions and things named after a unit, where only the place in the sentence speaks for a task."""
    if all(_HIGHEST.fullmatch(unit.name) or _KIND_OF_FIRM.fullmatch(unit.name) for unit in subject.units):
        return True
    rest = text[subject.end : end]
    if len(rest) <= 3 or _OF_WHAT.match(rest) or _MAY_LATER.match(rest):
        return True
    begin = max(text.rfind("。", 0, subject.start), text.rfind("；", 0, subject.start)) + 1
    return bool(_LOOKING_BACK.search(text, begin, subject.start + 1))


def _all_anybody(subject: Subject) -> bool:
    """企业, 学校: a kind, nobody in particular."""
    return all(_ANYBODY.fullmatch(unit.name) for unit in subject.units)


def _roles_of(subject: Subject, text: str, end: int) -> Told:
    told = Told(subject.start, end, person=subject.person)
    units = list(subject.units)
    rest = text[subject.end : end]
    stop = re.search(r"[，。；]", rest)
    clause = rest[: stop.start()] if stop else rest
    lead_in = re.match(rf"(?:{_OWN_SHARE}|(?:{MODAL})|(?:{ADVERB}))*", clause)
    offset = lead_in.end() if lead_in else 0
    head = clause[offset:]
    at = subject.end + offset
    is_role = _IS_ROLE.match(rest)
    if is_role:
        kind = told.roles.stated if is_role["lead"] else told.roles.helping if is_role["help"] else told.roles.answering
        kind.extend(units)
    elif re.match(r"牵头(?!单位|部门)|主办|主责|(?:负责)?总牵头|总负责|负责牵头", head):
        told.roles.stated.extend(units)
    elif _reversed(told, units, text, at, head):
        pass
    elif re.match(
        r"(?:做好|抓好)?(?:配合|参与|参加|参会|协办|协同|协助)(?!配?合?(?:单位|部门))|(?:支持|指导)(?:工作|落实)?$",
        head,
    ):
        told.roles.helping.extend(units)
    elif len(units) > 1 and (_SEPARATELY.match(rest) or text[max(0, subject.start - 3) : subject.start] == "分别由"):
        # Each its own: nobody shares, so nobody is to be made the lead of the others.
        told.roles.stated.extend(units)
    elif any(unit.noted_lead for unit in units):
        told.roles.stated.extend(unit for unit in units if unit.noted_lead)
        told.roles.answering.extend(unit for unit in units if not unit.noted_lead)
    else:
        told.roles.answering.extend(units)
    return told


_IS_ROLE = re.compile(
    r"(?:作为|为|是|担任)(?:总|主要|共同|主)?(?:(?P<lead>牵头|主办|主责)|(?P<help>配合|协办|协同|协助|成员|参与|参加|支持)|责任|承办)(?:责任)?(?:单位|部门)"
)
_MEMBERSHIP = re.compile(
    r"(?:分别)?(?:为|任|担任|兼任)(?:领导小组|工作组|专班|小组|联席会议)?(?:成员(?!单位)|副?组长|副?主任|召集人|委员|秘书长|联络员|总指挥)"
)


def _reversed(told: Told, units: list[Raw], text: str, at: int, head: str) -> bool:
    """A协同B做好…: B leads and A helps. 指导B落实 likewise."""
    match = REVERSE.match(head)
    pattern = FOLLOW
    if not match:
        match = re.match(r"指导", head)
        pattern = re.compile(r"(?:抓好|做好)?落实")
    if not match:
        return False
    other = subject_at(text, at + match.end(), at + len(head), pattern)
    if other is None:
        return False
    told.roles.helping.extend(units)
    told.roles.stated.extend(other.units)
    return True


def _companions(text: str, told: Told) -> None:
    """会同B anywhere in what somebody is told to do: B helps."""
    if not (told.roles.stated or told.roles.answering):
        return
    begin = max(told.start, told.clause)
    found = [(match, AFTER_COMPANION) for match in WITH.finditer(text, begin, told.end)]
    found.extend((match, _TOGETHER) for match in islice(_AND.finditer(text, begin, told.end), 8))
    for match, follow in found:
        other = subject_at(text, match.end(), told.end, follow)
        if other is None:
            continue
        known = {unit.full for unit in told.roles.everybody}
        if told.roles.answering and not told.roles.stated:
            told.roles.stated, told.roles.answering = told.roles.answering, []
        told.roles.helping.extend(unit for unit in other.units if unit.full not in known)
        break


def _composition(text: str, start: int, end: int) -> Told | None:
    """联席会议由A、B、C组成，A为牵头单位."""
    match = _COMPOSED.search(text, start, end)
    if not match or re.search(r"担任|负责|主持|《|因|对", match["units"]):
        return None
    if text.startswith("的", match.end()) and re.search(r"成立了|组成了|组织了|派出了", text[start : match.start()]):
        return None
    units = [unit for unit in split_list(text, match.start("units"), match.end("units")) if len(unit.name) <= 24]
    if sum(looks_like_unit(unit.name) for unit in units) < 2:
        return None
    told = Told(start, end, how="composed")
    leader = _LEADER_OF.search(text, match.end(), end)
    name = (leader["unit"] or leader["by"]) if leader else ""
    told.roles.stated.extend(unit for unit in units if unit.name == name)
    told.roles.answering.extend(unit for unit in units if unit.name != name)
    return told


def _own_items(text: str, start: int, end: int) -> Told | None:
    """由县民政局负责的第1件、县发改局负责的第4件…，请以上责任单位…: each leads its own."""
    found = [*_OWN_ITEMS.finditer(text, start, end), *_ITEM_OF.finditer(text, start, end)]
    if not found or not (len(found) > 1 or _ABOVE.search(text, start, end)):
        return None
    told = Told(start, end, how="own")
    for match in found:
        told.roles.stated.extend(split_list(text, match.start("unit"), match.end("unit")))
    return told if told.roles.stated else None
