"""Which fact about a notice becomes a message, for whom, in which words.

What goes to a whole audience (sent, corrected, withdrawn, reminded) is queued by the act itself; here is what goes to
some.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as t

from fayol.channels.actions import spare
from fayol.channels.paper import PAPER, register_paper
from fayol.channels.registry import Message, register_messages, register_readers, register_settled
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe
from fayol.kernel.text import gettext_noop as _
from fayol.notices.access import proxies_of, visible_to
from fayol.notices.actions.days import organisers_of, side_of
from fayol.notices.actions.reaching import settled
from fayol.notices.models import Clash, Notice, Receipt
from fayol.notices.states import LEAVE_WORDS, REPLY_WORDS, Claim, Leave, Reply, Step, Way
from fayol.organisation.models import Person, Post
from fayol.organisation.queries import active_posts
from fayol.organisation.states import LIAISON_ROLES, MANAGING_ROLES, PostRole

PRESSED: dict[Step, str] = {
    Step.REMIND_PROXY: _("您代签的通知还没有报告{who}：{title}"),
    Step.RAISE_PROXY: _("{proxy}代签的通知还没有报告{who}，请帮忙转达：{title}"),
    Step.DUTY: _("请直接联系{who}本人，确认已知悉：{title}"),
    Step.REMIND: _("请您确认：{title}"),
    Step.RAISE: _("{who}还没有确认通知，请提醒：{title}"),
    Step.CALL: _("{who}一直没有确认，已列入电话催办单：{title}"),
    Step.RECONFIRM: _("请再确认您能到会：{title}"),
    Step.RECONFIRM_CALL: _("{who}还没有复核能否到会，已列入电话催办单：{title}"),
}


def register() -> None:
    register_messages("receipt.*", compose)
    register_messages("clash.*", compose_clashes)
    register_readers("/notices/", seen_by)
    register_settled("notice", settled)
    register_paper("notice")
    subscribe("notice.withdrawn", nothing_to_print)
    subscribe("receipt.confirmed", answered_before_printing)


def nothing_to_print(facts: list[Fact]) -> None:
    spare(PAPER, "notice", {fact.subject_id for fact in facts}, _("通知已撤回，不用再打印"))


def answered_before_printing(facts: list[Fact]) -> None:
    people: dict[int, set[int]] = {}
    for notice, person in Receipt.objects.filter(pk__in=[f.subject_id for f in facts]).values_list("notice", "person"):
        people.setdefault(notice, set()).add(person)
    for notice, whose in people.items():
        spare(PAPER, "notice", [notice], _("已经答复，不用再打印"), people=whose)


def seen_by(person: Person, ids: Collection[int], now: datetime) -> set[int]:
    return set(visible_to(person, now).filter(pk__in=ids).values_list("pk", flat=True))


def compose(facts: list[Fact]) -> Iterator[Message]:
    rows = Receipt.objects.select_related("notice", "person", "proxied_by").in_bulk([f.subject_id for f in facts])
    for fact in facts:
        about = About(fact, rows[fact.subject_id])
        yield from _BY_VERB.get(fact.verb.partition(".")[2], _nothing)(about)


@dataclass(frozen=True)
class About:
    """A fact and the receipt it is about."""

    fact: Fact
    row: Receipt

    @property
    def notice(self) -> Notice:
        return self.row.notice

    @property
    def convenors(self) -> set[int]:
        return {self.notice.author_id, self.notice.duty_id or self.notice.author_id}

    def to(self, people: Collection[int | None], words: str, *, asks: bool = False, body: str = "") -> list[Message]:
        proxy = self.row.proxied_by.name if self.row.proxied_by else t("他人")
        title = t(words).format(
            who=self.row.person.name, title=self.notice.title, proxy=proxy, by=self.fact.actor_name,
            reply=t(REPLY_WORDS[Reply(self.row.reply)]), leave=t(LEAVE_WORDS[Leave(self.row.leave)] or "—"),
        )  # fmt: skip
        link, urgency = f"/notices/{self.notice.pk}/", self.notice.urgency
        return [
            Message(self.fact, person, title, body, link, asks=asks, urgency=urgency, chase="step" in self.fact.data)
            for person in sorted({person for person in people if person})
        ]


def _nothing(about: About) -> list[Message]:
    return []


def _pressed(about: About) -> Iterator[Message]:
    step = Step(about.fact.data["step"])
    yield from about.to(_whom(step, about.row), PRESSED[step], asks=step is not Step.RAISE)
    if step is Step.RECONFIRM:
        yield from about.to(proxies_of(about.row.person_id), _("请提醒{who}复核能否到会：{title}"))


def _whom(step: Step, row: Receipt) -> Collection[int | None]:
    if step is Step.REMIND_PROXY:
        return [row.proxied_by_id] if row.proxied_by_id else proxies_of(row.person_id)
    if step is Step.RAISE_PROXY:
        return {*proxies_of(row.person_id), *_office_heads()} - {row.proxied_by_id}
    if step in (Step.DUTY, Step.CALL, Step.RECONFIRM_CALL):
        return [row.notice.duty_id or row.notice.author_id]
    if step is Step.RAISE:
        return _keepers(row)
    return [row.person_id]


def _office_heads() -> list[int]:
    return list(active_posts().filter(unit__is_office=True, role=PostRole.HEAD).values_list("person_id", flat=True))


def _keepers(row: Receipt) -> set[int]:
    """Liaisons and head of the addressee's unit; of a leader, whoever takes papers in for him."""
    posts = Post.objects.filter(unit=row.unit_id, ended_on__isnull=True, role__in=[*LIAISON_ROLES, *MANAGING_ROLES])
    found = set(posts.values_list("person_id", flat=True)) | set(proxies_of(row.person_id))
    return found - {row.person_id}


def _reported(about: About) -> list[Message]:
    words = _("{by}已代签并向您报告，请您本人确认：{title}")
    return about.to([about.row.person_id], words, asks=True, body=about.row.reported_words)


def _told(about: About) -> list[Message]:
    if not about.fact.data["reached"]:
        return []
    on_paper = about.fact.data.get("way") == Way.WRITING
    words = _("{by}登记了您交回的纸质回执，请核对：{title}") if on_paper else _("{by}登记已告知您本人，请核对：{title}")
    return about.to([about.row.person_id], words, asks=True)


def _told_denied(about: About) -> list[Message]:
    return about.to(about.convenors, _("{who}表示没有接到通知，请再联系：{title}"), asks=True)


def _confirmed(about: About) -> Iterator[Message]:
    row = about.row
    if row.leave == Leave.ASKED:
        yield from about.to(about.convenors, _("{who}{reply}，请您答复：{title}"), asks=True, body=row.reply_words)
    elif row.reply in (Reply.LEAVE, Reply.SUBSTITUTE):
        yield from about.to(about.convenors, _("{who}{reply}：{title}"), body=row.reply_words)
    if row.reply == Reply.ATTEND and about.fact.data.get("was"):
        yield from about.to(about.convenors, _("{who}改为参加：{title}"))
    if (spared := about.fact.data.get("was_substitute")) != row.substitute_id:
        yield from about.to([spared], _("{who}另有安排，不用您代为参加了：{title}"))
    if row.reply == Reply.SUBSTITUTE and row.leave != Leave.ASKED:
        yield from about.to([row.substitute_id], _("{who}委托您参加：{title}"), asks=True)


def _leave_granted(about: About) -> Iterator[Message]:
    yield from about.to([about.row.person_id, *proxies_of(about.row.person_id)], _("请假已准：{title}"))
    if about.row.reply == Reply.SUBSTITUTE:
        yield from about.to([about.row.substitute_id], _("{who}委托您参加：{title}"), asks=True)


def _leave_refused(about: About) -> list[Message]:
    people = [about.row.person_id, *proxies_of(about.row.person_id)]
    return about.to(people, _("请假未准，请再答复：{title}"), asks=True, body=about.fact.data["words"])


_BY_VERB = {
    "pressed": _pressed,
    "reported": _reported,
    "told": _told,
    "told_denied": _told_denied,
    "confirmed": _confirmed,
    "leave_granted": _leave_granted,
    "leave_refused": _leave_refused,
}


def compose_clashes(facts: list[Fact]) -> Iterator[Message]:
    sides = ("first__person", "second__person", "first__receipt__notice", "second__receipt__notice", "kept")
    rows = Clash.objects.select_related(*sides).in_bulk([fact.subject_id for fact in facts])
    for fact in facts:
        clash, verb = rows[fact.subject_id], fact.verb.partition(".")[2]
        one, other = clash.first, clash.second
        both = organisers_of(clash) | set(proxies_of(one.person_id))
        names = {"who": one.person.name, "one": one.title, "other": other.title}
        if verb == "found":
            yield from _clash(fact, both, _("撞车：{who}的“{one}”与“{other}”时间重叠"), names, asks=True)
        elif verb == "asked":
            yield from _clash(fact, _office_heads(), _("请定夺{who}参加哪一个：“{one}”或“{other}”"), names, asks=True)
        elif clash.decided_by_id and clash.kept:
            lost = other if clash.kept_id == one.pk else one
            names |= {"kept": clash.kept.title, "lost": lost.title, "n": str(lost.people)}
            tells = side_of(lost) if lost.claim == Claim.OWN and lost.people > 1 else set()
            yield from _clash(fact, both - tells, _("撞车已定：{who}参加“{kept}”，另一项让出"), names, asks=False)
            words = _("撞车已定：{who}参加“{kept}”。“{lost}”的{n}人请您另行告知")
            yield from _clash(fact, tells, words, names, asks=True)


def _clash(fact: Fact, people: Collection[int], words: str, names: dict[str, str], *, asks: bool) -> Iterator[Message]:
    link = f"/notices/clashes/{fact.subject_id}/"
    for person in sorted(people):
        yield Message(fact, person, t(words).format(**names), link=link, asks=asks, urgency="urgent")
