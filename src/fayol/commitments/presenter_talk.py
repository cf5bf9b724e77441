"""The facts of a promise in words: what people read as its conversation. Pure: facts and names in, entries out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as t
from django.utils.translation import ngettext

from fayol.commitments.presenter import BECAUSE_WORDS
from fayol.facts.models import Fact
from fayol.files.models import StoredFile
from fayol.kernel.text import gettext_noop as _
from fayol.web.http import components, dates


@dataclass(frozen=True)
class Names:
    """The names behind the keys that facts carry."""

    units: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)

    def unit(self, key: int | None) -> str:
        return self.units.get(key, t("已不在的单位")) if key else ""

    def person(self, key: int | None) -> str:
        return self.people.get(key, t("已不在的人员")) if key else ""


@dataclass(frozen=True)
class Change:
    """A value that became another one: 期限 11月20日 → 11月26日."""

    label: str
    shift: components.Shift


@dataclass(frozen=True)
class Entry:
    """One fact as people read it. `said`: what was done; `words`: what was said with it, verbatim, headed by `head`.

    `speech` when it is somebody's account (a progress note, a result) rather than a move.
    """

    seq: int
    icon: str
    who: str
    said: str
    at: datetime
    head: str = ""
    words: str = ""
    speech: bool = False
    changes: tuple[Change, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()
    files: tuple[StoredFile, ...] = ()


@dataclass
class Told:
    """What a teller knows: the fact, the values before and after it, the names, the instant it is told at."""

    fact: Fact
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    names: Names
    now: datetime

    def day(self, name: str, values: Mapping[str, Any] | None = None) -> str:
        given = (self.after if values is None else values).get(name)
        return dates.full_day(date.fromisoformat(given), self.now) if given else ""

    def change(self, label: str, name: str, old: str = "") -> list[Change]:
        """The date `name`, if this fact moved it from one to another."""
        was, new = old or self.day(name, self.before), self.day(name)
        return [Change(t(label), components.Shift(was, new))] if was and new and was != new else []

    @property
    def party(self) -> str:
        after = self.after
        unit, person = self.names.unit(after.get("performer_unit_id")), self.names.person(after.get("responsible_id"))
        return f"{unit} {person}".strip()


Teller = Callable[[Told], tuple[str, list[Change]]]


def _created(told: Told) -> tuple[str, list[Change]]:
    return t("拟了这条任务，还没有交办"), []


def _assigned(told: Told) -> tuple[str, list[Change]]:
    due = told.day("required_on")
    words = t("交办给%(party)s，要求期限%(due)s") if due else t("交办给%(party)s，没有定期限")
    return words % {"party": told.party, "due": due}, []


def _promised(told: Told) -> tuple[str, list[Change]]:
    return t("承诺%(day)s完成") % {"day": told.day("promised_on")}, []


def _countered(told: Told) -> tuple[str, list[Change]]:
    extension = told.fact.data.get("extension")
    words = t("申请改期") if extension else t("提出商榷")
    wish = told.day("proposed_on")
    moved = [Change(t("期限"), components.Shift(told.day("due_on", told.before) or t("未定"), wish))] if wish else []
    condition = told.after.get("proposed_condition")
    return words + (t("，完成标准希望改为“%(condition)s”") % {"condition": condition} if condition else ""), moved


def _agreed(told: Told) -> tuple[str, list[Change]]:
    words = t("同意改期") if told.fact.data.get("extension") else t("同意商榷")
    changes = told.change(_("期限"), "promised_on", told.day("due_on", told.before))
    return words + _condition_words(told), changes


def _condition_words(told: Told) -> str:
    if told.before.get("condition") == told.after.get("condition"):
        return ""
    return t("，完成标准改为“%(condition)s”") % {"condition": told.after.get("condition")}


def _declined(told: Told) -> tuple[str, list[Change]]:
    unit = told.names.unit(told.after.get("suggested_unit_id"))
    words = t("退回，认为应由%(unit)s办理") % {"unit": unit}
    second = told.after.get("flag") == "second_return"
    return words + (t("。这是第二次退回，转协调办明确") if second else ""), []


def _disputed(told: Told) -> tuple[str, list[Change]]:
    unit = told.names.unit(told.after.get("suggested_unit_id"))
    return t("提出职责异议，认为应由%(unit)s办理；裁定前继续办理") % {"unit": unit}, []


def _reassigned(told: Told) -> tuple[str, list[Change]]:
    due = told.change(_("要求期限"), "required_on")
    return t("重新交办给%(party)s") % {"party": told.party}, due


def _requester_changed(told: Told) -> tuple[str, list[Change]]:
    unit = told.names.unit(told.after.get("requester_unit_id"))
    person = told.names.person(told.after.get("requester_id"))
    return t("牵头方换了，今后向%(party)s交付") % {"party": f"{unit} {person}".strip()}, []


def _to_colleague(words: str) -> Teller:
    return lambda told: (t(words) % {"name": told.names.person(told.after.get("responsible_id"))}, [])


def _progressed(told: Told) -> tuple[str, list[Change]]:
    percent, again = told.fact.data.get("percent"), told.day("next_word_on")
    words = t("反馈进展，完成%(n)d%%") % {"n": percent} if percent else t("反馈进展")
    return words + (t("，%(day)s再反馈") % {"day": again} if again else ""), []


def _accepted(told: Told) -> tuple[str, list[Change]]:
    left = told.fact.data.get("open_supports", 0)
    rest = ngettext("；还有%(n)d条配合任务未办结", "；还有%(n)d条配合任务未办结", left) % {"n": left} if left else ""
    return t("核实通过，办结") + rest, []


def _amended(told: Told) -> tuple[str, list[Change]]:
    changes = told.change(_("要求期限"), "required_on")
    for label, name in ((_("任务"), "title"), (_("完成标准"), "condition"), (_("交付物"), "deliverable")):
        old, new = told.before.get(name) or "", told.after.get(name) or ""
        if old != new:
            changes.append(Change(t(label), components.Shift(old or t("未写"), new or t("未写"))))
    if not told.before.get("required_on") and told.day("required_on"):
        changes.append(Change(t("要求期限"), components.Shift(t("未定"), told.day("required_on"))))
    again = told.before.get("state") == "promised" and told.after.get("state") == "acknowledged"
    return t("调整了要求") + (t("，请承办方重新承诺") if again else ""), changes


def _held(told: Told) -> tuple[str, list[Change]]:
    party = told.names.unit(told.after.get("waiting_unit_id"))
    until = told.day("waiting_until")
    words = t("挂起")
    if party:
        words += t("，等%(party)s") % {"party": party}
    if until:
        words += t("，%(day)s自动恢复") % {"day": until}
    return words, []


def _chased(told: Told) -> tuple[str, list[Change]]:
    return t("催办%(name)s") % {"name": told.names.person(told.fact.data.get("holder"))}, []


def _ball_moved(told: Told) -> tuple[str, list[Change]]:
    old, new = told.before.get("holder_id"), told.after.get("holder_id")
    because = BECAUSE_WORDS.get(told.fact.data.get("because", ""), "")
    words = t("责任方由%(old)s转为%(new)s") % {"old": told.names.person(old), "new": told.names.person(new)}
    return words + (t("（%(because)s）") % {"because": t(because)} if because else ""), []


def _recalculated(told: Told) -> tuple[str, list[Change]]:
    asked = told.change(_("要求期限"), "required_on", told.day("required_on", told.before) or t("未定"))
    return t("工作日历有变化，时限重新计算"), asked


def _plain(words: str) -> Teller:
    return lambda told: (t(words), [])


@dataclass(frozen=True)
class Telling:
    """How one verb is told: its picture, its sentence, and what heads the words that came with it."""

    icon: str
    tell: Teller
    head: str = ""
    speech: bool = False


_REASON, _NOTE = _("理由："), _("附言：")
TELLINGS: dict[str, Telling] = {
    "created": Telling("edit", _created),
    "assigned": Telling("send", _assigned, _NOTE),
    "acknowledged": Telling("check", _plain(_("签收")), _("复述：")),
    "promised": Telling("calendar-event", _promised, _("复述：")),
    "countered": Telling("arrows-exchange", _countered, _REASON),
    "withdrawn": Telling("arrow-back-up", _plain(_("撤回商榷，一切照旧")), _NOTE),
    "agreed": Telling("checks", _agreed, _NOTE),
    "insisted": Telling("pin", _plain(_("维持原要求")), _REASON),
    "declined": Telling("corner-up-left", _declined, _("依据：")),
    "disputed": Telling("scale", _disputed, _("依据：")),
    "reassigned": Telling("send", _reassigned, _NOTE),
    "requester_changed": Telling("users", _requester_changed),
    "passed_on": Telling("user-share", _to_colleague(_("转给%(name)s承办")), _NOTE),
    "handed_over": Telling("user-share", _to_colleague(_("移交给%(name)s承办")), _("办到哪一步：")),
    "progressed": Telling("message", _progressed, speech=True),
    "reported": Telling("clipboard-check", _plain(_("反馈完成，请核实")), speech=True),
    "accepted": Telling("circle-check", _accepted, _NOTE),
    "handed_back": Telling("refresh", _plain(_("退回重办")), _("还缺：")),
    "amended": Telling("pencil", _amended, _REASON),
    "held": Telling("player-pause", _held, _("等什么：")),
    "resumed": Telling("player-play", _plain(_("恢复办理")), _NOTE),
    "chased": Telling("bell-ringing", _chased, _NOTE),
    "ball_moved": Telling("user-cog", _ball_moved),
    "review_due": Telling("calendar-event", _plain(_("到了复查的日子，请要求人定期限"))),
    "recalculated": Telling("calendar-event", _recalculated, _REASON),
    "cancelled": Telling("ban", _plain(_("撤销了任务")), _REASON),
    "reopened": Telling("lock-open", _plain(_("重新打开")), _REASON),
}
"""Every verb of a promise. One that is missing here would be told as a bare change."""
_UNKNOWN = Telling("history", _plain(_("记录了一次变动")), _NOTE)
_SHEET = (("trouble", _("困难")), ("needs", _("需要支持")), ("next_step", _("下一步")))


def told(facts: Sequence[Fact], names: Names, files: Mapping[int, Sequence[StoredFile]], now: datetime) -> list[Entry]:
    """Entries in the order of the facts. `files` are those that came with a fact, by its number."""
    values: dict[str, Any] = {}
    entries = []
    for fact in facts:
        before, values = values, {**values, **fact.data.get("set", {})}
        entries.append(_entry(Told(fact, before, values, names, now), tuple(files.get(fact.seq, ()))))
    return entries


def _entry(told_: Told, files: tuple[StoredFile, ...]) -> Entry:
    fact = told_.fact
    telling = TELLINGS.get(fact.verb.partition(".")[2], _UNKNOWN)
    said, changes = telling.tell(told_)
    return Entry(
        seq=fact.seq,
        icon=telling.icon,
        who=author_of(fact),
        said=said,
        at=fact.at,
        head=t(telling.head) if telling.head else "",
        words=fact.data.get("words", ""),
        speech=telling.speech,
        changes=tuple(changes),
        extras=tuple(_said_beside(told_)),
        files=files,
    )


def _said_beside(told_: Told) -> Iterable[tuple[str, str]]:
    """What a progress note says beside the note itself."""
    if told_.fact.verb != "commitment.progressed":
        return
    before, after = told_.before.get("sheet") or {}, told_.after.get("sheet") or {}
    for key, label in _SHEET:
        if after.get(key) and after.get(key) != before.get(key):
            yield t(label), after[key]


def author_of(fact: Fact) -> str:
    """孙悦（代周岚）, 系统."""
    name = t(fact.actor_name) if fact.actor_id is None else fact.actor_name
    return t("%(name)s（代%(other)s）") % {"name": name, "other": fact.behalf_name} if fact.behalf_name else name
