"""Reading a document: who is to do what by when, and where it says so.

Works on `Source` alone; no database, no clock. Nothing is made up: every unit and every deadline is a place in the
source, and what the words leave open is flagged instead of filled in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from fayol.reading.appeals import settled
from fayol.reading.clauses import Roles
from fayol.reading.deadlines import Context, find_times
from fayol.reading.drafts import Draft, Named, Piece, Writer
from fayol.reading.flat import Flat, flatten, plain_script
from fayol.reading.header import read_issued, read_meeting, read_number, read_title, reference_date
from fayol.reading.headings import heading_units, owned_roles
from fayol.reading.model import Assignment, Meeting, Reading, Warning
from fayol.reading.orgnames import OrgNames
from fayol.reading.rules import also_serves_in, first_leads_in
from fayol.reading.sentences import COLON_DUTY, Told, read_sentence
from fayol.reading.source import Block, BlockKind, Source
from fayol.reading.structure import PLAIN, Closing, closings, item_start, rank_of, sentences
from fayol.reading.tables import read_table

__all__ = ["Assignment", "Reading", "extract"]


def extract(source: Source, *, org: OrgNames | None = None, today: date | None = None) -> Reading:
    """The assignments of `source` in reading order. `today` is used only when the document has no date of its own."""
    converted = plain_script(source.text)
    flats = [flatten(converted, block.start, block.end) for block in source.blocks if block.kind is not BlockKind.CELL]
    flats = [flat for flat in flats if flat.text]
    title, title_span = read_title(flats, source.name)
    number, year = read_number(flats)
    meeting = read_meeting(flats, title)
    issued = read_issued(flats)
    reference = reference_date(flats, issued, meeting, year) or today
    writer = Writer(source.text, Context(reference), org)
    walker = _Walker(source, converted, writer, meeting)
    drafts = settled(walker.walk(), title, size=walker.size, writer=writer, warnings=walker.warnings)
    shown = writer.words(*title_span) if title_span else title
    assignments = tuple(writer.assignment(draft) for draft in drafts)
    return Reading(
        title=shown, number=number, issued_on=issued or (meeting.held_on if meeting else None), meeting=meeting,
        assignments=assignments, warnings=tuple(walker.warnings),
    )  # fmt: skip


_DUTIES = re.compile(r"^(?:（[一二三四五六七八九十\d]+）|\d+[.、])?(?:主要|具体|工作)*(?:职责|任务)(?:是|为|分工)?：")
_LIST_FOLLOWS = re.compile(r"(?:职责|任务|职能|工作|要求|措施|如下)(?:是|为|如下|有|包括)?：$")
_THIS_WORK = re.compile(r"^(?:该|此|上述|以上|这|本)(?:项|些|条)?(?:工作|任务|措施|事项|项目)")
_THIS_DONE = re.compile(
    r"(?:该|此|上述|以上|这|本|这些)(?:各|几)?(?:项|些|条)?(?:工作|任务|措施|事项|项目|内容)?(?:须|应当?|要|需|均|都|原则上|力争|务必|请|必须)*"
    r"(?:于|在|到|从|自|限|最迟|按)?[^，。；]{2,24}(?:完成|办结|办毕|落实|到位|报送|结束|前|内)[^，。；]{0,8}[。；]?"
)
_GOES_ON = re.compile(r"(?:并|还|同时|也)?(?:，)?要(?!求|是|么|素)")
_ASKS = re.compile(r"[^，。；：]{0,12}要求")
_NARRATIVE = re.compile(
    r"汇报了|通报了|听取了|移交了|总结了|回顾了|进行了(?:交接|座谈|调研)|收悉|现批复|来函|已经?[^，。；]{2,20}同意，现(?!请)"
)
_TOPIC = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)关于[^。]{2,40}。")
_IMPRINT = re.compile(r"^.{2,60}\d日印发$|^(?:抄送|主送|报送|印送|发送|分送)：|^.{0,40}关于印发.{2,80}的?通知$")
_ONLY_ROLES = re.compile(
    r"(?:[^，。；、]{2,20}。)?(?:由?[^，。；]{2,60}?(?:负责|牵头|主办|承办|配合|参与|协助)[，；])+"
)
_TIME_LINE = re.compile(r"(?:完成|办结|办理)?(?:时限|时间|期限|时间节点)(?:要求)?：")
_PERSON_LINE = re.compile(
    r"(?:责任|牵头|分管|主管|包抓|联系|经办)?(?:领导|负责人|责任人|联系人|联系电话|电话|联络员|经办人)：[^，。；]{1,24}[。；]?$"
)
_MINUTES_HEAD = re.compile(
    r"召开[^，。；]{0,30}会|会议由[^，。；]{2,30}主持|纪要如下|参会$|(?:参加|列席)了?会议|出席(?:了)?会议"
)
_SHORT_HEAD = re.compile(r"^[^，；：、。]{2,20}。$")


class _Walker:
    """Goes through the blocks once, from top to bottom, with the rules that hold so far."""

    def __init__(self, source: Source, converted: str, writer: Writer, meeting: Meeting | None) -> None:
        self.source = source
        self.converted = converted
        self.writer = writer
        self.meeting = meeting
        self.drafts: list[Draft] = []
        self.warnings: list[Warning] = [Warning("source", sentence) for sentence in source.warnings]
        self.first_is_lead = False
        self.also: list[Named] = []
        self.waiting: list[Piece] = []
        self.owner: tuple[Flat, Told, int] | None = None
        self.listed = False
        self.size = self.place = 0
        self.last_label = -1

    def walk(self) -> list[Draft]:
        self._whole_document_rules()
        table: list[Block] = []
        for index, block in enumerate(self.source.blocks):
            if block.kind is BlockKind.CELL:
                if table and table[-1].table != block.table:
                    self._table(table)
                    table = []
                table.append(block)
                continue
            if table:
                self._table(table)
                table = []
            flat = flatten(self.converted, block.start, block.end)
            if flat.text and not _IMPRINT.search(flat.text):
                self.size += len(flat.text)
                self._paragraph(flat, index, heading=block.kind in (BlockKind.HEADING, BlockKind.TITLE))
        if table:
            self._table(table)
        return self.drafts

    def _whole_document_rules(self) -> None:
        """A rule of the covering text ("责任分解中，列第一位的…") holds for all of it, tables before it too."""
        for block in self.source.blocks:
            text = self.converted[block.start : block.end]
            if "第一" not in text and "首位" not in text:
                continue
            flat = flatten(self.converted, block.start, block.end)
            rule = first_leads_in(flat.text, 0, len(flat.text))
            inside = rule and any(c.start <= rule.start < c.end for c in closings(flat.text))
            if rule and not inside:
                self.first_is_lead = True

    def _table(self, cells: list[Block]) -> None:
        self.drafts.extend(
            read_table(cells, self.converted, self.writer, first_is_lead=self.first_is_lead, also=self.also)
        )
        self.waiting = []

    def _paragraph(self, flat: Flat, index: int, *, heading: bool) -> None:
        text = flat.text
        before = len(self.drafts)
        self.place += 1
        rank, label = rank_of(text)
        if self.owner and rank <= self.owner[2]:
            self.owner = None
        time_line = _TIME_LINE.match(text)
        if _PERSON_LINE.match(text) and self.drafts and self.last_label == self.place - 1:
            self.last_label = self.place
            return
        if time_line and self.drafts and self.last_label == self.place - 1:
            self.drafts[-1].stated_times.append((flat, time_line.end(), len(text.rstrip("。；"))))
            self.drafts[-1].pieces.append((flat, 0, len(text)))
            self.last_label = self.place
            return
        if self._new_owner(flat, rank, label):
            return
        left = 0
        for closing in closings(text):
            self._closed(flat, left, closing)
            left = closing.end
        if left < len(text):
            self._rest(flat, left, heading=heading, whole=left == 0, rank=rank)
        for draft in self.drafts[before:]:
            draft.paragraph = index
        if self.meeting and _TOPIC.match(text):
            self._one_topic(flat, before)

    def _new_owner(self, flat: Flat, rank: int, label: int) -> bool:
        told = heading_units(flat.text, label)
        if told is None:
            return False
        self.owner = (flat, told, rank if rank < PLAIN else -1)
        self.listed = False
        self.waiting = [(flat, 0, len(flat.text))]
        return True

    # -- items closed by a clause --

    def _closed(self, flat: Flat, left: int, closing: Closing) -> None:
        text, roles = flat.text, closing.roles
        label, first = item_start(text, left, closing.start)
        if label > left:
            self._free(flat, left, label)
        pieces: list[Piece] = [(flat, first, closing.end)]
        if first >= closing.start:
            pieces = [*self.waiting, (flat, closing.start, closing.end)]
        how = "bracket" if text[closing.start] == "（" else "label"
        draft = Draft(pieces=pieces, how=how, stated_times=[(flat, a, b) for a, b in roles.times])
        draft.clause = (flat, closing.start, closing.end)
        if how == "label" and first >= closing.start and not self.waiting and self._continues_label(flat, draft, roles):
            return
        first_leads = self.first_is_lead or roles.first is not None
        self.drafts.append(self.writer.share(draft, flat, roles, first=first_leads, also=self.also))
        self._rules_of(flat, closing)
        self.waiting = []
        self.last_label = self.place if how == "label" else -1

    def _continues_label(self, flat: Flat, draft: Draft, roles: Roles) -> bool:
        """配合单位：… on the line below 牵头单位：… belongs to the same item."""
        if not self.drafts or self.drafts[-1].how != "label" or self.last_label != self.place - 1:
            return False
        last = self.drafts[-1]
        more = self.writer.share(Draft(pieces=draft.pieces, how="label"), flat, roles, first=False)
        if last.joint and more.lead:
            last.lead, last.support, last.joint = more.lead, [*last.joint, *last.support], []
        else:
            (last.support if last.lead else last.joint).extend([*more.lead, *more.joint])
        last.support.extend(more.support)
        last.pieces.extend(draft.pieces)
        last.stated_times.extend(draft.stated_times)
        self.last_label = self.place
        return True

    def _rules_of(self, flat: Flat, closing: Closing) -> None:
        roles = closing.roles
        if roles.first and roles.first.onward:
            self.first_is_lead = True
        if roles.also:
            self.also = [self.writer.named(flat, raw) for raw in roles.also.units]

    # -- sentences without one --

    def _rest(self, flat: Flat, left: int, *, heading: bool, whole: bool, rank: int) -> None:
        text = flat.text
        also = also_serves_in(text, left, len(text))
        if also:
            self.also = [self.writer.named(flat, raw) for raw in also.units]
        if whole and _DUTIES.match(text) and self.drafts and self.drafts[-1].paragraph >= 0 and not self.waiting:
            last = self.drafts[-1]
            if last.time_pieces is None:
                last.time_pieces = list(last.pieces)
            last.pieces.append((flat, 0, len(text)))
            return
        found = [] if heading else self._free(flat, left, len(text))
        if found:
            self.waiting = []
            return
        if self.owner and whole and rank > self.owner[2] and not heading and (rank < PLAIN or not self.listed):
            self._owned(flat)
            return
        if rank < PLAIN or heading:
            self.waiting = []
        self.waiting.append((flat, left, len(text)))
        del self.waiting[:-12]

    def _free(self, flat: Flat, left: int, right: int) -> list[Draft]:
        """Assignments in plain sentences of text[left:right]."""
        text = flat.text
        found: list[Draft] = []
        idle = left
        carried: Told | None = None
        headed: Told | None = None
        for start, end in sentences(text, left, right):
            parts = self._told(text, start, end)
            if not parts and carried and _GOES_ON.match(text, start, end):
                parts = [Told(start, end, roles=carried.roles, how="carried")]
            if not parts and headed and COLON_DUTY.match(text, start, end):
                parts = [Told(start, end, roles=headed.roles, how="owner")]
            elif not parts and end < right:
                headed = heading_units(text[:end], rank_of(text[start:end])[1] + start) if end - start < 40 else None
            carried = self._carrying(text, parts, start)
            for part in parts:
                if part.how == "bare" and self._is_title(flat, end):
                    continue
                begin = part.start
                if part is parts[0] and self._reaches_back(text, idle, start):
                    begin = idle
                found.extend(self._split_by_date(flat, self._from_told(flat, part, begin)))
            if parts or self._speaks_of_before(flat, found, start, end):
                idle = end
            elif self._dated_without_unit(text, start, end):
                found.append(Draft(pieces=[(flat, start, end)], how="nobody"))
                idle = end
            self._list_owner(flat, parts, start, end)
        self.drafts.extend(found)
        return found

    def _is_title(self, flat: Flat, end: int) -> bool:
        """A line without label, full stop or date names a unit or what the document is about, and asks for nothing."""
        if end != len(flat.text) or flat.text[-1] in "。；！" or rank_of(flat.text)[0] < PLAIN:
            return False
        times = find_times(flat.text, 0, end, self.writer.context)
        return self.place <= 6 or not any(time.strength == 3 for time in times)

    def _carrying(self, text: str, parts: list[Told], start: int) -> Told | None:
        """Whom minutes ask they name once ("要求各部门…。要…。要…。"): sentences that begin with 要 go on with them."""
        if not parts or parts[-1].person:
            return None
        asks = self.meeting is not None or parts[-1].how == "carried" or _ASKS.match(text, start)
        return parts[-1] if asks else None

    def _speaks_of_before(self, flat: Flat, found: list[Draft], start: int, end: int) -> bool:
        """ "该项工作于6月底前完成": the time of the task before it in the paragraph, no task of its own."""
        if not found or not _THIS_DONE.match(flat.text, start, end):
            return False
        spoken_of = found if flat.text.startswith(("以上", "上述", "这些"), start) else found[-1:]
        for draft in spoken_of:
            draft.time_pieces = [*(draft.time_pieces or draft.pieces), (flat, start, end)]
        found[-1].pieces.append((flat, start, end))
        return True

    def _told(self, text: str, start: int, end: int) -> list[Told]:
        if _NARRATIVE.search(text, start, end) and "由" not in text[start:end]:
            return []
        if first_leads_in(text, start, end):
            return []
        if self._minutes_head(text) and _MINUTES_HEAD.search(text, start, end):
            return []
        return read_sentence(text, start, end)

    def _minutes_head(self, text: str) -> bool:
        return self.meeting is not None and self.place < 4 and rank_of(text)[0] == PLAIN

    def _reaches_back(self, text: str, idle: int, start: int) -> bool:
        """此项工作由X牵头 speaks of the sentences before it; a short title before the sentence belongs to it."""
        if idle >= start:
            return False
        if _THIS_WORK.match(text[start : start + 12]):
            return True
        before = text[idle:start]
        _rank, label = rank_of(before)
        return bool(_SHORT_HEAD.match(before[label:])) and not re.search("了|会议", before)

    def _from_told(self, flat: Flat, part: Told, begin: int) -> Draft:
        _label, first = item_start(flat.text, begin, part.end)
        if begin == 0:
            first = max(first, rank_of(flat.text)[1])
        end = part.end
        while end > first + 1 and flat.text[end - 1] in "，；：":
            end -= 1
        draft = Draft(pieces=[(flat, min(first, end - 1), end)], how=part.how, person=part.person)
        return self.writer.share(draft, flat, part.roles, first=False)

    def _split_by_date(self, flat: Flat, draft: Draft) -> list[Draft]:
        """会务组负责，12月2日前签订…，12月18日前确定…: two things with two dates, the same unit."""
        _flat, start, end = draft.pieces[0]
        match = _ONLY_ROLES.match(flat.text, start, end)
        if match is None:
            return [draft]
        times = find_times(flat.text, match.end(), end, self.writer.context)
        cuts = [t.start for t in times if t.strength == 3 and t.on and flat.text[t.start - 1] in "，；"]
        if len(cuts) < 2 or cuts[0] != match.end():
            return [draft]
        edges = [start, *cuts[1:], end]
        return [replace(draft, pieces=[(flat, a, b)]) for a, b in pairwise(edges)]

    def _dated_without_unit(self, text: str, start: int, end: int) -> bool:
        times = find_times(text, start, end, self.writer.context)
        firm = [
            t
            for t in times
            if t.strength == 3
            and t.rule.kind not in ("start", "event", "festival", "vague")
            and re.search("前|内", t.words)
        ]
        return bool(firm) and not _NARRATIVE.search(text, start, end) and bool(_DIRECTIVE.search(text, start, end))

    def _list_owner(self, flat: Flat, parts: list[Told], start: int, end: int) -> None:
        """国家矿山安全监察局负责…。主要职责是：— what is listed next is the business of that unit."""
        if (
            not flat.text[:end].endswith("：")
            or end != len(flat.text)
            or not _LIST_FOLLOWS.search(flat.text, start, end)
        ):
            return
        if self._minutes_head(flat.text):
            return
        told = parts[0] if parts else None
        if told is None:
            earlier = read_sentence(flat.text, 0, start) if start else []
            told = earlier[0] if earlier else None
        if told:
            rank, _label = rank_of(flat.text)
            self.owner = (flat, told, rank if rank < PLAIN else 0)
            self.listed = True

    def _owned(self, flat: Flat) -> None:
        assert self.owner is not None
        owner_flat, told, _rank = self.owner
        text = flat.text
        _rank, label = rank_of(text)
        if len(text) - label < 4 or (text[-1] not in "。；，：" and not _DIRECTIVE.search(text)):
            return
        roles, helped = owned_roles(told, text, label)
        draft = Draft(pieces=[(flat, label, len(text))], how="owner")
        own = [self.writer.named(owner_flat, raw) for raw in roles.everybody]
        others = [self.writer.named(flat, raw) for raw in helped]
        if roles.helping:
            draft.lead, draft.support = others, own
        elif len(own) == 1:
            draft.lead, draft.support = own, others
        else:
            draft.joint, draft.support = own, others
        self.drafts.append(draft)

    def _one_topic(self, flat: Flat, before: int) -> None:
        """One topic of minutes in which one unit leads is one item, from its title to its last sentence."""
        found = self.drafts[before:]
        leads = {unit.name for draft in found for unit in draft.lead}
        if not found or not leads or any(draft.joint for draft in found):
            return
        shortest = min(leads, key=len)
        if not all(name.endswith(shortest) for name in leads):
            return
        _rank, label = rank_of(flat.text)
        best = max(found, key=lambda draft: _WEIGHT.get(draft.how, 0))
        merged = replace(best, pieces=[(flat, label, len(flat.text))])
        known = {unit.name for unit in merged.everybody}
        for draft in found:
            merged.support.extend(unit for unit in draft.support if unit.name not in known)
            known |= {unit.name for unit in draft.support}
        self.drafts[before:] = [merged]


_WEIGHT = {"bracket": 9, "label": 9, "by": 8, "role": 7, "duty": 6, "modal": 5, "bare": 4}
_DIRECTIVE = re.compile(
    r"完成|制定|出台|报送|上报|提交|提出|形成|建立|编制|印发|公布|开展|组织|落实|整改|办结|反馈|报告"
    r"|推进|实现|启动|召开|修订|清理|负责|指导|承担|监督|管理|协调|参与|配合|会同|承办|办理|做好|审核|检查|统筹|拟订|加强|规范|研究"
)
