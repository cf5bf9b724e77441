"""What a plan tells, and to whom: exactly those whom a change touches, and all parties of what all agreed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as t

from fayol.channels.registry import Message, register_messages
from fayol.commitments.models import Commitment
from fayol.facts.models import Fact
from fayol.kernel.text import gettext_noop as _
from fayol.matters.models import Matter
from fayol.matters.plan.actions._parties import performers_of
from fayol.matters.plan.models import Baseline, Dependency, Figure, Reconfirm
from fayol.matters.plan.queries.agreed import latest_baseline
from fayol.matters.plan.states import ANSWER_WORDS, Answer, Asked
from fayol.organisation.calendar import work_calendar
from fayol.organisation.holding import hold_many


def register() -> None:
    register_messages("plan.*", compose_plan)
    register_messages("reconfirm.*", compose_cards)
    register_messages("handover.*", compose_handovers)


def day_words(day: date | str | None) -> str:
    """11月30日"""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.month}月{day.day}日" if day else t("未定")


def slack_words(slack: int | None) -> str:
    """余2天, 差2天"""
    if slack is None:
        return t("未定")
    return t("余{days}天").format(days=slack) if slack >= 0 else t("差{days}天").format(days=-slack)


def move_words(move: dict[str, Any]) -> str:
    said = t("{unit}“{title}”由{old}改到{new}").format(
        unit=move["unit"], title=move["title"], old=day_words(move["old"]), new=day_words(move["new"])
    )
    return said + (t("，理由：{words}").format(words=move["words"].rstrip("。")) if move["words"] else "")


@dataclass(frozen=True)
class _Parties:
    """The parties of a matter by what they agreed on: unit → who answers for it now."""

    people: dict[int, int]

    @classmethod
    def of(cls, baseline: Baseline | None, now: datetime) -> _Parties:
        if baseline is None:
            return cls({})
        rows = list(baseline.acknowledgements.values_list("unit_id", "person_id").order_by("unit_id"))
        holdings = hold_many(rows, now=now)
        return cls({unit: held.person_id for (unit, _person), held in zip(rows, holdings, strict=True)})


def _moved(fact: Fact, matter: Matter) -> Iterator[Message]:
    """Those further along are told what may come; all other parties of the baseline get the difference; so does the
    coordinator. Those asked to reconfirm hear of it by their card."""
    lines = {line["commitment"]: line for line in fact.data["lines"]}
    rows = Commitment.objects.filter(pk__in=lines, origin_type="matter", origin_id=matter.pk)
    reached = [row for row in rows.select_related("performer_unit") if row.is_open]
    people = performers_of(reached, fact.at)
    told = {people[row.pk] for row in reached if lines[row.pk]["direct"]}
    for row in reached:
        if people[row.pk] not in told and _loses(lines[row.pk]):
            told.add(people[row.pk])
            yield _further(fact, row, lines[row.pk], people[row.pk])
    yield from _difference(fact, matter, told)


def _loses(line: dict[str, Any]) -> bool:
    before, after = line["slack"]
    return before is None or after is None or after < before


def _further(fact: Fact, row: Commitment, line: dict[str, Any], person_id: int) -> Message:
    title = t("前面的任务改期，可能影响您：{title}").format(title=row.title)
    body = t("{moves}。您的余量：原{before}，预计{after}。您的前一项还没有答复，现在不用您答复。").format(
        moves="；".join(move_words(move) for move in fact.data["moves"]),
        before=slack_words(line["slack"][0]),
        after=slack_words(line["slack"][1]),
    )
    return Message(fact, person_id, title, body, f"/commitments/{row.pk}/", False, row.urgency)


def _difference(fact: Fact, matter: Matter, told: set[int]) -> Iterator[Message]:
    mine = [move for move in fact.data["moves"] if _belongs(move, matter)]
    if not mine:
        return
    baseline = latest_baseline(matter)
    movers = set(
        Commitment.objects.filter(pk__in=[m["commitment"] for m in mine]).values_list("performer_unit", flat=True)
    )
    others = {person for unit, person in _Parties.of(baseline, fact.at).people.items() if unit not in movers}
    order = t("记为变更单{number}。").format(number=fact.data["order"]) if fact.data["order"] else ""
    head = t("计划有变：{title}").format(title=mine[0]["title"])
    moves = "；".join(move_words(move) for move in mine)
    touched = len(fact.data["lines"])
    for person_id in sorted(others - told - {matter.coordinator_id}):
        body = t("{moves}。{order}您的安排不受影响，不用答复。").format(moves=moves, order=order)
        yield Message(fact, person_id, head, body, plan_link(matter.pk), False, matter.urgency)
    if touched or baseline:
        body = (
            t("{moves}。{order}影响{count}项任务，已请直接受影响的承办人重新确认。")
            if touched
            else t("{moves}。{order}不影响其他任务。")
        )
        body = body.format(moves=moves, order=order, count=touched)
        yield Message(fact, matter.coordinator_id, head, body, plan_link(matter.pk), False, matter.urgency)


def _belongs(move: dict[str, Any], matter: Matter) -> bool:
    return Commitment.objects.filter(pk=move["commitment"], origin_type="matter", origin_id=matter.pk).exists()


def plan_link(matter_id: int) -> str:
    return f"/matters/{matter_id}/plan/"


def agree_link(matter_id: int) -> str:
    return f"/matters/{matter_id}/baseline/"


def compose_plan(facts: list[Fact]) -> Iterator[Message]:
    for fact in facts:
        composer = _PLAN.get(fact.verb)
        if composer is not None:
            yield from composer(fact, Matter.objects.get(pk=fact.subject_id))


def _baseline_made(fact: Fact, matter: Matter) -> Iterator[Message]:
    version = fact.data["version"]
    baseline = Baseline.objects.get(matter=matter, version=version)
    parties = _Parties.of(baseline, fact.at).people
    asked = {parties[unit] for unit in fact.data["asked"]}
    changed = "；".join(_changes(baseline)) or t("第一版，共{count}项任务").format(count=fact.data["lines"])
    for person_id in sorted(asked):
        title = t("请确认计划第{version}版：{title}").format(version=version, title=matter.title)
        body = t("{changed}。请看过您的时间、标准和前后衔接，再确认。").format(changed=changed)
        yield Message(fact, person_id, title, body, agree_link(matter.pk), True, matter.urgency)
    for person_id in sorted(set(parties.values()) - asked):
        title = t("计划已有第{version}版：{title}").format(version=version, title=matter.title)
        body = t("{changed}。您的安排没有变化，不用再确认。").format(changed=changed)
        yield Message(fact, person_id, title, body, agree_link(matter.pk), False, matter.urgency)


def _changes(baseline: Baseline) -> list[str]:
    """What changed since the version before, a line each."""
    former = Baseline.objects.filter(matter=baseline.matter_id, version=baseline.version - 1).first()
    if former is None:
        return []
    old = {line.commitment_id: line for line in former.lines.all()}
    return [
        _change(line.unit.name, line.title, old[line.commitment_id].due_on, line.due_on)
        if line.commitment_id in old
        else t("新增{unit}“{title}”").format(unit=line.unit.name, title=line.title)
        for line in baseline.lines.select_related("unit").order_by("pk")
        if set(line.changed) - {"input"}
    ]


def _change(unit: str, title: str, old: date | None, new: date | None) -> str:
    if old == new:
        return t("{unit}“{title}”的安排有调整").format(unit=unit, title=title)
    return move_words({"unit": unit, "title": title, "old": old, "new": new, "words": ""})


def _acknowledged(fact: Fact, matter: Matter) -> Iterator[Message]:
    """Only the last one is news for the coordinator; the page shows each."""
    if fact.data["left"] == 0:
        title = t("各方都已确认计划第{version}版：{title}").format(version=fact.data["version"], title=matter.title)
        yield Message(fact, matter.coordinator_id, title, "", agree_link(matter.pk), False, matter.urgency)


def _reminded(fact: Fact, matter: Matter) -> Iterator[Message]:
    title = t("请确认计划第{version}版：{title}").format(version=fact.data["version"], title=matter.title)
    for person_id in fact.data["people"]:
        yield Message(fact, person_id, title, t("{who}提醒您确认。").format(who=fact.actor_name), agree_link(matter.pk),
                      True, matter.urgency)  # fmt: skip


def _start(words: str, urgency: str = "") -> Any:
    def compose(fact: Fact, matter: Matter) -> Iterator[Message]:
        people = set(_Parties.of(latest_baseline(matter), fact.at).people.values()) | {matter.coordinator_id}
        at = datetime.fromisoformat(fact.data["at"]).astimezone(work_calendar().tz)
        title = t(words).format(title=matter.title, at=f"{day_words(at.date())}{at:%H:%M}")
        for person_id in sorted(people):
            yield Message(fact, person_id, title, fact.data["words"], plan_link(matter.pk), False,
                          urgency or matter.urgency)  # fmt: skip

    return compose


_PLAN: dict[str, Any] = {
    "plan.moved": _moved,
    "plan.baseline_made": _baseline_made,
    "plan.acknowledged": _acknowledged,
    "plan.reminded": _reminded,
    "plan.start_announced": _start(_("{at}统一启动：{title}")),
    "plan.start_cancelled": _start(_("取消{at}的统一启动：{title}")),
    "plan.started": _start(_("现在统一启动：{title}"), "flash"),
}


def compose_cards(facts: list[Fact]) -> Iterator[Message]:
    cards = Reconfirm.objects.select_related("commitment__performer_unit", "figure", "matter")
    rows = cards.in_bulk([fact.subject_id for fact in facts])
    for fact in facts:
        yield from _CARDS[fact.verb](fact, rows[fact.subject_id])


def _asked(fact: Fact, card: Reconfirm) -> Iterator[Message]:
    if card.person_id is None:
        return
    by = card.due_at.astimezone(work_calendar().tz)
    until = t("请于{day}{time}前答复。").format(day=day_words(by.date()), time=f"{by:%H:%M}")
    title, body = _figure_words(card) if card.kind == Asked.FIGURE else _input_words(card)
    yield Message(fact, card.person_id, title, body + until, f"/commitments/{card.commitment_id}/", True,
                  card.commitment.urgency)  # fmt: skip


def _input_words(card: Reconfirm) -> tuple[str, str]:
    title = t("上游改期，请重新确认：{title}").format(title=card.commitment.title)
    body = t("{moves}。您的余量原{before}，现{after}。您的期限是{due}。").format(
        moves="；".join(move_words(move) for move in card.moves),
        before=slack_words(card.slack_before),
        after=slack_words(card.slack_after),
        due=day_words(card.due_on),
    )
    return title, body


def _figure_words(card: Reconfirm) -> tuple[str, str]:
    figure = card.figure
    assert figure is not None
    if card.old_value is None:
        return t("请复述{name}：{value}").format(name=figure.name, value=figure.shown), _used(card)
    title = t("{name}改为{value}，请复述").format(name=figure.name, value=figure.shown)
    old = Figure(value=card.old_value, unit_word=figure.unit_word).shown
    return title, t("{name}由{old}改为{new}。").format(name=figure.name, old=old, new=figure.shown) + _used(card)


def _used(card: Reconfirm) -> str:
    return t("您的“{title}”用到它，请自己填一遍新数。").format(title=card.commitment.title)


def _answered(fact: Fact, card: Reconfirm) -> Iterator[Message]:
    """To the coordinator and whoever asked for the task; a number read back is news when it is the last one."""
    link = f"/commitments/{card.commitment_id}/"
    if card.kind == Asked.FIGURE:
        yield from _all_read_back(fact, card)
        return
    words = t(ANSWER_WORDS[Answer(card.answer)])
    title = t("{who}答复{words}：{title}").format(who=fact.actor_name, words=words, title=card.commitment.title)
    heard = set() if card.answer == Answer.KEEP else {card.commitment.requester_id}  # by the move itself
    for person_id in set(_keepers(card)) - heard:
        yield Message(fact, person_id, title, card.words, link, False, card.commitment.urgency)


def _keepers(card: Reconfirm) -> list[int]:
    found = {card.commitment.requester_id, card.matter.coordinator_id if card.matter else None}
    return sorted(pk for pk in found if pk)


def _all_read_back(fact: Fact, card: Reconfirm) -> Iterator[Message]:
    waiting = Reconfirm.objects.filter(figure=card.figure, answered_at__isnull=True, dropped_at__isnull=True)
    if card.matter and card.figure and not waiting.exists():
        title = t("各方都已复述{name}：{value}").format(name=card.figure.name, value=card.figure.shown)
        yield Message(
            fact,
            card.matter.coordinator_id,
            title,
            "",
            f"/matters/{card.matter.pk}/figures/",
            False,
            card.matter.urgency,
        )


def _dropped(fact: Fact, card: Reconfirm) -> Iterator[Message]:
    if card.person_id:
        title = t("不用再答复：{title}").format(title=card.commitment.title)
        link, words = f"/commitments/{card.commitment_id}/", t(card.dropped_because)
        yield Message(fact, card.person_id, title, words, link, False, card.commitment.urgency)


def _unanswered(fact: Fact, card: Reconfirm) -> Iterator[Message]:
    unit = card.commitment.performer_unit.name
    words = _("{unit}还没有复述新数：{title}") if card.kind == Asked.FIGURE else _("{unit}还没有重新确认：{title}")
    title = t(words).format(unit=unit, title=card.commitment.title)
    for person_id in _keepers(card):
        yield Message(fact, person_id, title, "；".join(move_words(move) for move in card.moves),
                      f"/commitments/{card.commitment_id}/", False, card.commitment.urgency)  # fmt: skip


_CARDS: dict[str, Any] = {
    "reconfirm.asked": _asked,
    "reconfirm.replaced": _asked,
    "reconfirm.answered": _answered,
    "reconfirm.dropped": _dropped,
    "reconfirm.unanswered": _unanswered,
}

_TO_LATER: dict[str, str] = {
    "handover.late": _("该交来的还没有交来：{before}"),
    "handover.arrived": _("交接到了：{before}"),
    "handover.taken_back": _("交来的成果被退回重办：{before}"),
    "handover.cancelled": _("您等的任务已撤销：{before}"),
}
"""To whoever does the later task."""


def compose_handovers(facts: list[Fact]) -> Iterator[Message]:
    ties = Dependency.objects.select_related("before__performer_unit", "after__performer_unit")
    rows = ties.in_bulk([fact.subject_id for fact in facts])
    ends = [end for row in rows.values() for end in (row.before, row.after) if end.is_open]
    people = performers_of(list({end.pk: end for end in ends}.values()), facts[0].at)
    for fact in facts:
        row = rows[fact.subject_id]
        if fact.verb == "handover.late" and row.before_id in people:
            title = t("{unit}在等您的成果：{title}").format(unit=row.after.performer_unit.name, title=row.before.title)
            yield _handover(fact, row.before, people[row.before_id], title, _needed(row), asks=True)
        if row.after_id in people:
            title = t(_TO_LATER[fact.verb]).format(before=row.before.title)
            yield _handover(fact, row.after, people[row.after_id], title, _needed(row), asks=False)


def _needed(row: Dependency) -> str:
    by = row.needed_at.astimezone(work_calendar().tz).date() if row.needed_at else None
    what = t("要交的是：{standard}。").format(standard=row.standard.rstrip("。")) if row.standard else ""
    return what + t("“{title}”最晚{day}要用。").format(title=row.after.title, day=day_words(by))


def _handover(fact: Fact, task: Commitment, person_id: int, title: str, body: str, *, asks: bool) -> Message:
    return Message(fact, person_id, title, body, f"/commitments/{task.pk}/", asks, task.urgency)
