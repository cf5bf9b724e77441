"""From what was found in flat text to assignments with places, confidence and reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from fayol.kernel.deadlines import DeadlineRule
from fayol.kernel.text import gettext_noop as _
from fayol.reading.clauses import Roles, Shares, share_out
from fayol.reading.deadlines import Context, Time, find_times
from fayol.reading.deliverables import deliverable_in
from fayol.reading.flat import Flat
from fayol.reading.model import Assignment, Found, FoundDeadline, Span, UnitMention
from fayol.reading.orgnames import OrgNames
from fayol.reading.units import Raw, is_group, is_vague

# How sure each way of naming somebody makes us, and the sentence that says why.
_WAYS = {
    "bracket": (0.95, _("括号里写明了责任单位")),
    "label": (0.95, _("“责任单位”等标签写明了单位")),
    "table": (0.95, _("取自表格的责任单位栏")),
    "composed": (0.8, _("写明了由哪些单位组成")),
    "own": (0.75, _("逐项写明了各自负责的单位")),
    "by": (0.85, _("“由…牵头/负责”写明了单位")),
    "role": (0.8, _("句中写明了牵头或配合")),
    "duty": (0.75, _("句中写明了由谁负责")),
    "modal": (0.65, _("句中用“要”“应”“将”等交代了单位")),
    "bare": (0.5, _("句首是单位，后面是要做的事，没有“负责”“要”等字样")),
    "asked": (0.7, _("句中用“要”“应”“将”等交代了单位")),
    "share": (0.75, _("句中写明了由谁负责")),
    "dated": (0.6, _("句首是单位，后面是要做的事，没有“负责”“要”等字样")),
    "carried": (0.4, _("句中用“要”“应”“将”等交代了单位")),
    "owner": (0.5, _("单位写在上面的标题里")),
    "nobody": (0.3, _("有期限，但没有写明单位")),
}
Piece = tuple[Flat, int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A unit with its place in the source."""

    name: str
    span: Span
    restored: bool = False
    unsure: bool = False


@dataclass(slots=True)
class Draft:
    """Stretches of text (usually one) with who was named for them. `context` are stretches shown but not read."""

    pieces: list[Piece]
    how: str
    lead: list[Named] = field(default_factory=list)
    support: list[Named] = field(default_factory=list)
    joint: list[Named] = field(default_factory=list)
    time_pieces: list[Piece] | None = None
    time_cell: bool = False
    stated_times: list[Piece] = field(default_factory=list)
    clause: Piece | None = None
    first_is_lead: bool = False
    governed: bool = False
    person: bool = False
    paragraph: int = -1

    @property
    def everybody(self) -> list[Named]:
        return [*self.lead, *self.support, *self.joint]

    @property
    def start(self) -> int:
        flat, start, end = self.pieces[0]
        return flat.span(start, end)[0]

    @property
    def end(self) -> int:
        flat, start, end = self.pieces[-1]
        return flat.span(start, end)[1]


class Writer:
    """Turns drafts into assignments; holds what is the same for the whole document."""

    def __init__(self, text: str, context: Context, org: OrgNames | None) -> None:
        self.text = text
        self.context = context
        self.org = org

    def words(self, start: int, end: int) -> str:
        return "".join(self.text[start:end].split())

    def named(self, flat: Flat, raw: Raw) -> Named:
        start, end = flat.span(raw.start, raw.end)
        name = self.words(start, end)
        if raw.prefix:
            at = flat.span(raw.prefix_at, raw.prefix_at + len(raw.prefix))
            name = self.words(*at) + name
        if raw.suffix:
            name += self.words(*flat.span(raw.suffix_at, raw.suffix_at + len(raw.suffix)))
        return Named(name, (start, end), bool(raw.prefix or raw.suffix), raw.unsure)

    def share(self, draft: Draft, flat: Flat, roles: Roles, *, first: bool, also: Sequence[Named] = ()) -> Draft:
        shares: Shares = share_out(roles, first_is_lead=first)
        draft.lead = [self.named(flat, raw) for raw in shares.lead]
        draft.support = [self.named(flat, raw) for raw in shares.support]
        draft.joint = [self.named(flat, raw) for raw in shares.joint]
        draft.first_is_lead = first and not roles.stated and len(roles.answering) > 1
        known = {unit.name for unit in draft.everybody}
        more = [unit for unit in also if unit.name not in known]
        if more:
            (draft.joint if draft.joint else draft.support).extend(more)
            draft.governed = True
        return draft

    def assignment(self, draft: Draft) -> Assignment:
        times = self._times(draft)
        stated = draft.stated_times or (draft.time_pieces if draft.time_cell else None)
        if stated:
            deadlines = tuple(self._cell_deadline(piece) for piece in stated if piece[2] > piece[1])
        else:
            deadlines = tuple(self._deadline(flat, time) for flat, time in _reported(times, draft))
        flags, reasons = self._remarks(draft, times, deadlines)
        lead, support, joint = (self._mentions(units, draft) for units in (draft.lead, draft.support, draft.joint))
        for mention in (*lead, *support, *joint):
            if self.org is not None and mention.key is None and not mention.group:
                flags.append("unknown_unit")
        confidence = self._confidence(draft, flags)
        level = 3 if confidence >= 0.75 and lead and not {"unclear_unit", "impossible_date"} & set(flags) else 2
        if not lead or confidence < 0.45 or ("unclear_unit" in flags and not joint):
            level = 1
        return Assignment(
            text="".join(self.words(*flat.span(a, b)) for flat, a, b in draft.pieces if b > a),
            span=(draft.start, draft.end), lead=lead, support=support, joint=joint, deadlines=deadlines,
            deliverable=self._deliverable(draft), level=level, confidence=confidence,
            reasons=tuple(reasons), flags=tuple(dict.fromkeys(flags)),
        )  # fmt: skip

    def _times(self, draft: Draft) -> list[tuple[Flat, Time]]:
        pieces = draft.pieces if draft.time_pieces is None else draft.time_pieces
        return [(flat, time) for flat, a, b in pieces for time in find_times(flat.text, a, b, self.context)]

    def _deadline(self, flat: Flat, time: Time) -> FoundDeadline:
        start, end = flat.span(time.start, time.end)
        words = self._source_words(flat, time)
        rule = replace(time.rule, words=words)
        return FoundDeadline(words, (start, end), time.on, rule, vague=time.strength == 1, flags=time.flags)

    def _cell_deadline(self, piece: Piece) -> FoundDeadline:
        """A cell of a column of deadlines is one deadline, whatever it says; what cannot be dated is vague."""
        flat, start, end = piece
        span = flat.span(start, end)
        words = self.words(*span)
        dated = [time for time in find_times(flat.text, start, end, self.context) if time.rule.kind != "vague"]
        if not dated:
            return FoundDeadline(
                words, span, None, DeadlineRule("vague", words=words), vague=True, flags=("vague_date",)
            )
        last = dated[-1]
        return FoundDeadline(words, span, last.on, replace(last.rule, words=words), flags=last.flags)

    def _source_words(self, flat: Flat, time: Time) -> str:
        """The words in the source's own script: each character is looked up in order within the place."""
        result, at = [], time.start
        for char in time.words:
            at = flat.text.index(char, at, time.end)
            start, end = flat.span(at, at + 1)
            result.append(self.text[start:end])
            at += 1
        return "".join(result)

    def _deliverable(self, draft: Draft) -> Found | None:
        for flat, a, b in draft.pieces:
            place = deliverable_in(flat.text, a, b)
            if place:
                span = flat.span(*place)
                return Found(self.words(*span), span)
        return None

    def _mentions(self, units: Iterable[Named], draft: Draft) -> tuple[UnitMention, ...]:
        result = []
        for unit in units:
            reason = _("承前省略的字已补上") if unit.restored else ""
            key, group = None, is_group(unit.name)
            if self.org is not None and not draft.person:
                match = self.org.match(unit.name)
                key, group = match.key, match.group or group
                reason = "；".join(part for part in (reason, match.reason) if part)
            result.append(UnitMention(unit.name, unit.span, key, group, reason))
        return tuple(result)

    def _confidence(self, draft: Draft, flags: list[str]) -> float:
        value = _WAYS[draft.how][0]
        if (
            draft.how in ("modal", "bare", "owner")
            and draft.everybody
            and all(is_group(unit.name) for unit in draft.everybody)
        ):
            value -= 0.15
        value -= 0.05 * len({"unclear_unit", "unknown_unit", "impossible_date", "person"} & set(flags))
        return round(max(0.1, value), 2)

    def _remarks(
        self, draft: Draft, times: list[tuple[Flat, Time]], deadlines: tuple[FoundDeadline, ...]
    ) -> tuple[list[str], list[str]]:
        flags: list[str] = []
        reasons = [_WAYS[draft.how][1]]

        def remark(flag: str, sentence: str) -> None:
            flags.append(flag)
            reasons.append(sentence)

        if draft.joint:
            remark("needs_lead", _("几家共同负责，没有写明谁牵头，交办前请指定"))
        elif not draft.everybody:
            remark("no_unit", _("没有写明责任单位，请补"))
        elif not draft.lead:
            remark("needs_lead", _("只写明了配合单位，请指定牵头单位"))
        if draft.first_is_lead:
            remark("first_is_lead", _("按文件里“列第一位的为牵头单位”的规定，第一家牵头"))
        if draft.governed:
            remark("governed", _("文件前面统一规定的单位，已加入"))
        if any(unit.restored for unit in draft.everybody):
            reasons.append(_("单位名称里承前省略的“省”“市”等字已补上"))
        if draft.person:
            remark("person", _("写的是负责人而不是单位"))
        if any(unit.unsure for unit in draft.everybody):
            flags.append("unclear_unit")
        if any(is_vague(unit.name) for unit in draft.everybody):
            remark("unclear_unit", _("“有关部门”之类没有说明是哪几家，请指定"))
        if not any(not found.vague and not found.is_start for found in deadlines):
            flags.append("no_date")
            reasons.extend([] if deadlines else [_("没有写明期限，请补")])
        self._time_remarks(remark, times, deadlines)
        return flags, reasons

    def _time_remarks(
        self,
        remark: Callable[[str, str], None],
        times: list[tuple[Flat, Time]],
        deadlines: tuple[FoundDeadline, ...],
    ) -> None:
        marks = {flag for found in deadlines for flag in found.flags}
        firm = [found for found in deadlines if not found.vague and not found.is_start]
        if any(found.vague for found in deadlines) or "vague_date" in marks:
            remark("vague_date", _("期限用语不是日期，请定日期，或写“待定”并定复查日"))
        if any(time.strength == 0 and "open_timing" in time.flags for _flat, time in times):
            remark("open_timing", _("“适时”等用语没有定时间"))
        if "recurring" in marks:
            remark("recurring", _("定期任务，按周期保存"))
        if "relative_date" in marks:
            remark("relative_date", _("期限从某件事起算，按规则保存"))
        if "assumed_year" in marks:
            remark("assumed_year", _("期限没写年份，按文件日期推定"))
        if "impossible_date" in marks:
            remark("impossible_date", _("日历上没有这一天，请核对"))
        if "ambiguous_date" in marks:
            remark("ambiguous_date", _("“某年前”“某月前”是否含当年当月不明，请核对"))
        if "no_year" in marks:
            remark("no_year", _("期限没写年份，文件也没有日期"))
        if any(found.is_start for found in deadlines):
            remark("start_date", _("写的是开始的时间，不是期限"))
        if len(firm) > 1:
            remark("several_deadlines", _("有几个期限，以最后一个为准，可拆成几条"))


# "负责…，及时…" is a standing duty without a date.
_SOFT_IN_DUTY = re.compile(r"及时|立即|随时|第一时间|即刻")


def _reported(times: list[tuple[Flat, Time]], draft: Draft) -> list[tuple[Flat, Time]]:
    """Firm deadlines and starts; recurring ones beside them; vague words only when there is nothing else.

    Under a bracket that closes a whole item, "及时" or a bare "每年" belongs to the work described, not to the
    assignment.
    """
    closed = draft.how in ("bracket", "label")
    times = [(flat, time) for flat, time in times if not (closed and _of_other_sentence(flat, time, draft))]
    firm = [(flat, time) for flat, time in times if time.strength == 3]
    recurring = [(flat, time) for flat, time in times if time.strength == 2]
    chosen = firm if closed else [pair for pair in times if pair[1].strength in (2, 3)]
    if not firm:
        chosen = [] if closed else recurring
    if not chosen:
        soft = _SOFT_IN_DUTY if draft.how in ("duty", "owner", "composed") else None
        vague = [(flat, time) for flat, time in times if time.strength == 1]
        chosen = [
            (flat, time)
            for flat, time in vague
            if not (soft and soft.match(time.words) and _standing(flat, time, draft))
        ]
        if closed:
            chosen = [(flat, time) for flat, time in vague if _in_clause(flat, time, draft)]
    return _once(chosen)


def _standing(flat: Flat, time: Time, draft: Draft) -> bool:
    """ "X负责甲；…，及时丙": one of several standing duties; "X负责按需要，及时…" is one thing to be done soon."""
    first, start, _end = draft.pieces[0]
    return draft.how != "duty" or time.words != "及时" or flat is not first or "；" in flat.text[start : time.start]


def _of_other_sentence(flat: Flat, time: Time, draft: Draft) -> bool:
    """ "7个工作日内" in an earlier sentence of an item is how long a service takes, not when the item is due."""
    if "relative_date" not in time.flags or draft.clause is None or flat is not draft.clause[0]:
        return False
    return flat.text.count("。", time.end, draft.clause[1]) > 1


def _in_clause(flat: Flat, time: Time, draft: Draft) -> bool:
    """Vague words of the work described ("及时清理…") are no deadline; those beside the unit are ("长期坚持")."""
    return draft.clause is not None and flat is draft.clause[0] and time.start >= draft.clause[1]


def _once(chosen: list[tuple[Flat, Time]]) -> list[tuple[Flat, Time]]:
    seen: set[str] = set()
    result = []
    for flat, time in chosen:
        if time.words not in seen:
            seen.add(time.words)
            result.append((flat, time))
    return result
