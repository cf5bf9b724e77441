"""Clauses that say who does it: "（甲局牵头，乙局配合）", "责任单位：省数据局、各市政府"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fayol.reading.rules import AlsoServes, FirstLeads, also_serves_in, first_leads_in
from fayol.reading.units import Raw, is_group, looks_like_unit, restore_prefixes, split_list

_SHARE = (
    r"(?:按照?(?:各自)?的?职[责能](?:分工)?|按分工|根据职[责能]分工|分别|共同|具体|联合|各自"
    r"|分工|全面|统一|组织|积极|密切|协同|全力|依职责|各司其职|，)*"
)
_LEAD_END = re.compile(
    r"(?:为)?(?:总|主要|具体|共同|联合|统一)?(?:牵头(?:单位|部门)?|统筹|主办|总负责|主责)(?:抓总|负责|组织"
    r"|协调|落实|实施|推进|办理|完成)*$"
)
_SUPPORT_END = re.compile(
    rf"{_SHARE}(?:为)?(?:配合(?:单位|部门)?|参与|参加|协办|协同|协助|支持|指导|督导|协作|监督"
    rf"|会办)(?:指导|落实|推进|负责|实施|做好|完成|工作|单位|配合|支持|参与)*$"
)
_RESP_END = re.compile(
    rf"{_SHARE}(?:负责(?:落实|实施|组织实施|推进|办理|完成|抓好落实)?|落实|组织实施|贯彻落实|抓好落实"
    rf"|实施|推进|执行|承担|承办|办理|组织推进)$"
)
_NOUN = r"(?:单位|部门|处室|科室|部室|机构|主体|方)"
_LABEL = re.compile(
    rf"(?P<label>(?:总|主要|第一|共同|市级|省级|县级|区级|镇级|本级|公司)?(?:牵头|责任|负责|主办|承办|主责|落实|实施|执行|完成|配合|协办"
    rf"|协同|协助|参与|参加|支持|协作|指导|督导|成员|提供"
    rf"|建设)(?:责任|落实|配合|协助|协同)?{_NOUN}|主办|协办|牵头|配合|责任)(?:：|为：?|是：?)"
    r"|(?P<person>(?:责任|牵头|分管|主管|包抓|挂联|挂钩|省级|市级|县级)?(?:领导|人|同志|联系人|责任人"
    r"|联络人|联系领导))："
    r"|(?P<time>(?:完成|办结|办理)?(?:时限|时间|期限|节点|进度)(?:要求|安排|节点)?)："
    r"|(?:(?<=[；。，（])|^)(?P<other>[\u4e00-\u9fff]{2,8})："
)
_PAIR = re.compile(r"会同|联合(?!会|国)|商(?!务|业|会|贸|品|标|户|投|检)|协同|配合|协助")
_REVERSED = frozenset({"协同", "配合", "协助"})
_ROLE_BEFORE = re.compile("牵头|主办|负责|配合|协助|参与|协办|抓总|承办")
_MECHANISM = re.compile(r"、[^，。；]{2,30}(?:参与|配合|负责|协同|落实|支持|实施|指导|推进|参加)的")
_ROLE_WORD = re.compile(
    r"牵头|负责|落实|配合|参与|参加|协办|协同|协助|主办|承办|责任|指导|实施|推进|单位|部门|支持|办理"
)


def role_ends_at(text: str, index: int) -> bool:
    """Whether the 、 at `index` parts two roles ("甲部牵头、乙部配合"), not words that describe a mechanism."""
    return bool(_ROLE_BEFORE.match(text, max(0, index - 2), index)) and not _MECHANISM.match(text, index)


def clauses_of(text: str, start: int, end: int, *, at: str) -> list[tuple[int, int]]:
    """The parts between the marks `at`, and between two roles; what stands in brackets or quotes stays whole."""
    parts, depth = [], 0
    left = start
    for index in range(start, end):
        char = text[index]
        if char in "（《“":
            depth += 1
        elif char in "）》”":
            depth = max(0, depth - 1)
        elif depth == 0 and (char in at or (char == "、" and role_ends_at(text, index))):
            parts.append((left, index))
            left = index + 1
    parts.append((left, end))
    return [(a, b) for a, b in parts if b > a]


@dataclass(slots=True)
class Roles:
    """Who does what in one clause. `stated` are leads in so many words, `answering` those responsible."""

    stated: list[Raw] = field(default_factory=list)
    answering: list[Raw] = field(default_factory=list)
    helping: list[Raw] = field(default_factory=list)
    first: FirstLeads | None = None
    also: AlsoServes | None = None
    times: list[tuple[int, int]] = field(default_factory=list)

    def add(self, role: str, units: list[Raw]) -> None:
        """A stretch in which nothing looks like a unit names nobody ("年内持续推进")."""
        if not any(looks_like_unit(unit.name) or is_group(unit.name) or unit.noted_lead for unit in units):
            return
        for unit in units:
            if unit.noted_lead:
                self.stated.append(unit)
            else:
                {"lead": self.stated, "support": self.helping}.get(role, self.answering).append(unit)

    @property
    def everybody(self) -> list[Raw]:
        return [*self.stated, *self.answering, *self.helping]


@dataclass(frozen=True, slots=True)
class Shares:
    lead: tuple[Raw, ...]
    support: tuple[Raw, ...]
    joint: tuple[Raw, ...]


def share_out(roles: Roles, *, first_is_lead: bool, also: tuple[Raw, ...] = ()) -> Shares:
    """A stated lead leads and everybody else supports; one alone answers alone; several without a lead are joint."""
    lead, answering, helping = roles.stated, roles.answering, roles.helping
    if not lead and answering and (len(answering) == 1 or first_is_lead):
        lead, answering = answering[:1], answering[1:]
    if lead:
        shares: tuple[list[Raw], list[Raw], list[Raw]] = (lead, [*answering, *helping, *also], [])
    elif answering:
        shares = ([], helping, [*answering, *also])
    else:
        shares = ([], [*helping, *also], [])
    return Shares(*(tuple(_unique(units)) for units in shares))


def _unique(units: list[Raw]) -> list[Raw]:
    seen: dict[str, Raw] = {}
    for unit in units:
        seen.setdefault(unit.full, unit)
    return list(seen.values())


def parse_clause(text: str, start: int, end: int) -> Roles | None:
    """The roles in text[start:end], which is the inside of a bracket or a labelled line; None if it names none."""
    if end - start > 900 or not _ROLE_WORD.search(text, start, end):
        return None
    roles = Roles()
    work = text
    roles.first = first_leads_in(work, start, end)
    if roles.first:
        work = _blank(work, roles.first.start, roles.first.end)
    roles.also = also_serves_in(work, start, end)
    if roles.also:
        work = _blank(work, roles.also.start, roles.also.end)
    labels = list(_LABEL.finditer(work, start, end))
    head = labels[0].start() if labels else end
    if head > start:
        _suffixed(work, start, head, roles)
    for index, label in enumerate(labels):
        stop = labels[index + 1].start() if index + 1 < len(labels) else end
        _labelled(work, label, stop, roles)
    if not any(looks_like_unit(unit.name) or is_group(unit.name) for unit in roles.everybody):
        return None
    everybody = restore_prefixes(sorted(roles.everybody, key=lambda unit: unit.start))
    restored = {unit.start: unit for unit in everybody}
    for group in (roles.stated, roles.answering, roles.helping):
        group[:] = sorted((restored[unit.start] for unit in group), key=lambda unit: unit.start)
    return roles


def bare_list(text: str, start: int, end: int) -> Roles | None:
    """Nothing but units in a bracket behind a full stop: "…。（县发改局、县财政局）"."""
    if not 3 <= end - start <= 300:
        return None
    units = split_list(text, start, end)
    if not units or not all(looks_like_unit(unit.name) and len(unit.name) <= 20 for unit in units):
        return None
    covered = sum(unit.end - unit.start for unit in units)
    if covered < 0.7 * (end - start) or re.search(r"以下|简称|公开|发布|代章|办公室设", text[start:end]):
        return None
    return Roles(answering=units)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "。" * (end - start) + text[end:]


def _labelled(text: str, label: re.Match[str], stop: int, roles: Roles) -> None:
    if label["person"] or label["other"]:
        return
    if label["time"]:
        while stop > label.end() and text[stop - 1] in "。；，":
            stop -= 1
        roles.times.append((label.end(), stop))
        return
    role = label_role(label["label"])
    begin = label.end()
    # After a labelled list a plain clause may follow: "责任单位：A，B配合".
    for left, right in clauses_of(text, begin, stop, at="，；。"):
        ending = _SUPPORT_END.search(text[left:right]) or _LEAD_END.search(text[left:right])
        if ending and ending.start() > 0:
            named = "support" if _SUPPORT_END.search(text[left:right]) else "lead"
            roles.add(named, split_list(text, left, left + ending.start()))
        else:
            roles.add(role, split_list(text, left, right))


def label_role(label: str) -> str:
    """lead, support or answer, for a label in a text or the head of a column."""
    if re.search(r"配合|协办|协同|协助|参与|参加|支持|协作|指导|督导|成员", label):
        return "support"
    return "lead" if re.search(r"牵头|主办|主责|主要责任|第一责任", label) else "answer"


# "（甲局牵头，2026年12月）": nothing but a month or a day beside the roles is when it is due.
_ONLY_DATE = re.compile(r"(?:19|20)\d\d年(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}日)?")


def _suffixed(text: str, start: int, end: int, roles: Roles) -> None:
    """ "A、B牵头，C、D配合": the role stands behind its names; a piece without one belongs to the next."""
    waiting: list[tuple[int, int]] = []
    for left, right in clauses_of(text, start, end, at="，；。"):
        piece = text[left:right]
        if _ONLY_DATE.fullmatch(piece):
            roles.times.append((left, right))
            continue
        ending, role = _ending(piece)
        if ending == 0 and role:
            # "，按职责分工负责" alone: what was waiting.
            for a, b in waiting:
                roles.add(role, split_list(text, a, b))
            waiting = []
            continue
        if not role:
            waiting.append((left, right))
            continue
        stop = left + ending
        pair = _pair(text, left, stop)
        if pair:
            (a, b), (c, d), word = pair
            lead, support = ((c, d), (a, b)) if word in _REVERSED else ((a, b), (c, d))
            roles.add("support", split_list(text, *support))
            # Beside somebody who leads in so many words, A in "A会同B负责" only has a share.
            shares = bool(roles.stated) and role != "lead"
            if b > a or word in _REVERSED:
                roles.add("answer" if shares else "lead", split_list(text, *lead))
            role_of_waiting = "answer" if shares else "lead"
        else:
            roles.add(role, split_list(text, left, stop))
            role_of_waiting = role
        for a, b in waiting:
            roles.add(role_of_waiting, split_list(text, a, b))
        waiting = []
    for left, right in waiting:
        units = [unit for unit in split_list(text, left, right) if looks_like_unit(unit.name)]
        if units and roles.everybody:
            roles.add("support" if roles.stated else "answer", units)


def _ending(piece: str) -> tuple[int, str]:
    for pattern, role in ((_SUPPORT_END, "support"), (_LEAD_END, "lead"), (_RESP_END, "answer")):
        match = pattern.search(piece)
        if match:
            return match.start(), role
    return 0, ""


def _pair(text: str, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int], str] | None:
    """A会同B, A协同B: where both names stand."""
    for match in _PAIR.finditer(text, start, end):
        before, after = text[start : match.start()], text[match.end() : end]
        if not after or not (looks_like_unit(split_tail(after))):
            continue
        if (
            before
            and not looks_like_unit(re.sub(r"等(?:有关|相关)?(?:部门|单位)?$", "", before))
            and not before.endswith("等")
        ):
            continue
        return (start, match.start()), (match.end(), end), match.group()
    return None


def split_tail(text: str) -> str:
    """The last name of a list, for a look at how it ends."""
    return re.sub(r"等$|等(?:部门|单位)$", "", re.split(r"[、，]", text)[-1]) or text
