"""Every page of the house in the demo's affairs, at both sizes and in both themes: what axe finds, what does not fit,
how many primary buttons and headings there are, whether any English slipped in, and whether the browser complained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from playwright.sync_api import ConsoleMessage, Page

from fayol.answers.actions import link_of_delivery, take_in
from fayol.answers.tokens import link_token
from fayol.channels.models import Delivery
from fayol.commitments.actions import Asking, dispatch_many
from fayol.commitments.models import Commitment
from fayol.commitments.states import TABLE, Move, Side, State
from fayol.intake import actions as intake
from fayol.intake.example import NAME, annual_meeting
from fayol.intake.ledger.applying import take_upload
from fayol.intake.ledger.exporting import workbook
from fayol.intake.ledger_models import LedgerImport
from fayol.intake.models import IntakeDocument
from fayol.ladders.calls.actions import Said, log_call
from fayol.ladders.calls.models import PhonePromise
from fayol.ladders.calls.states import Result
from fayol.matters.actions import ask
from fayol.matters.flows.models import Flow
from fayol.matters.models import Matter
from fayol.matters.plan.models import Reconfirm
from fayol.matters.recurring.models import Recurrence
from fayol.matters.states import Status
from fayol.notices.actions import print_for
from fayol.notices.models import Clash, Notice
from fayol.organisation.actions import calendars
from fayol.organisation.actor import Actor
from fayol.organisation.example import SIGN_INS
from fayol.organisation.holding import hold
from fayol.organisation.models import Calendar, NoticeDraft, Person, Unit
from fayol.reading.tests.notices import notice_of
from fayol.web.tour import STEPS
from tests.browser.conftest import SIZES

COORDINATOR, PERFORMER, LEADER, SECRETARY = "林晓雯", "周岚", "顾明远", "夏雨桐"
OUR_OWN = {
    "Fayol",
    "English",
    "Word",
    "Excel",
    "PDF",
    "Markdown",
    "MB",
    "OCR",
    "zhoulan",
    "Esc",
    "xlsx",
    "docx",
    "CSV",
    "CW",
    "CJ",
    "SHA",
} | {account for account, *_ in SIGN_INS}
"""Latin words that are Chinese usage, names of formats, codes and accounts of the example."""
LATIN = re.compile(r"[A-Za-z]{2,}")
NO_WORDS = re.compile(
    r"\S+@\S+|https?://\S+|HQ-\S+|FAYOL_\w+|\S+\.(?:docx|xlsx|pdf|txt|md)\b|\b[a-z_]+(?:\.[a-z_]+)+|fayol worker"
    r"|\b[0-9a-f]{64}\b"
)
_LOOK = """() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const named = [...document.querySelectorAll("[placeholder],[aria-label],[title],[alt]")].filter(seen).flatMap((one) =>
    ["placeholder", "aria-label", "title", "alt"].map((key) => one.getAttribute(key) ?? ""));
  return {
    primaries: [...document.querySelectorAll(".btn-primary")].filter(seen).map((one) => one.innerText.trim()),
    headings: [...document.querySelectorAll("h1")].filter((one) => one.innerText.trim()).length,
    words: [document.title, document.body.innerText, ...named].join("\\n"),
    named: new Set([...document.querySelectorAll("[id]")].map((one) => one.id)).size
      === document.querySelectorAll("[id]").length,
  };
}"""
_STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_AGAIN = """async ([theme, rules]) => {
  document.documentElement.dataset.bsTheme = theme;
  const found = await axe.run(document, {
    runOnly: {type: "rule", values: rules}, resultTypes: ["violations"], preload: false,
  });
  document.documentElement.dataset.bsTheme = "light";
  return found.violations.flatMap((one) =>
    one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.target.join(" ")} ${node.any[0]?.message}`));
}"""
"""What a theme or a width can change, after all rules were asked once."""


@dataclass
class Walk:
    """One browser window a person; what was found wrong, by page."""

    pages: Any
    axe: Callable[[Page], list[str]]
    overflow: Callable[[Page], int]
    windows: dict[str, Page] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def window(self, who: str) -> Page:
        if who not in self.windows:
            page = self.windows[who] = self.pages(who)
            page.on("console", self._heard)
        return self.windows[who]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.said.append(message.text)

    def visit(self, name: str, who: str, path: str, expected: int = 200) -> Page:
        page = self.window(who)
        answer = page.goto(path)
        status = answer.status if answer is not None else 0
        self.look(f"{name} ({who or '没有登录'} {path})", page, [] if status == expected else [f"answered {status}"])
        return page

    def look(self, name: str, page: Page, faults: list[str]) -> None:
        faults = faults + [f"console: {words}" for words in self.said]
        page.evaluate(_STILL)
        faults += self._measure(page) + self.axe(page)
        faults += [f"dark, {one}" for one in page.evaluate(_AGAIN, ["dark", ["color-contrast"]])]
        page.set_viewport_size(SIZES["phone"]["viewport"])
        faults += [f"phone, {one}" for one in self._measure(page)]
        rules = ["target-size", "scrollable-region-focusable"]
        faults += [f"phone, {one}" for one in page.evaluate(_AGAIN, ["light", rules])]
        page.set_viewport_size(SIZES["desktop"]["viewport"])
        self.said.clear()
        if faults:
            self.found[name] = faults

    def report(self) -> str:
        return "\n".join(f"{name}\n    " + "\n    ".join(faults) for name, faults in self.found.items())

    def _measure(self, page: Page) -> list[str]:
        seen = page.evaluate(_LOOK)
        english = sorted(set(LATIN.findall(NO_WORDS.sub("", seen["words"]))) - OUR_OWN)
        wider = self.overflow(page)
        return [
            *([f"{wider}px wider than the window"] if wider else []),
            *([f"{len(seen['primaries'])} primary buttons: {seen['primaries']}"] if len(seen["primaries"]) > 1 else []),
            *([f"{seen['headings']} h1"] if seen["headings"] != 1 else []),
            *([] if seen["named"] else ["an id stands twice"]),
            *([f"English: {english}"] if english else []),
        ]


@dataclass
class Demo:
    """What is in the demo, plus an import under way, a ledger uploaded and a draft."""

    document: IntakeDocument
    done: IntakeDocument
    ledger: LedgerImport
    now: datetime

    def simple(self) -> Iterator[tuple[str, str, str]]:
        for name, path in {
            "sign-in": "/accounts/login/",
            "password forgotten": "/accounts/password/reset/",
            "letter sent": "/accounts/password/reset/done/",
        }.items():
            yield name, "", path
        for who in (COORDINATOR, PERFORMER, LEADER, "古丽娟"):
            yield "workbench", who, "/"
        for name, path in {
            "another person": "/enter/",
            "inbox": "/inbox/",
            "inbox, unread": "/inbox/?show=unread",
            "deliveries": "/deliveries/",
            "channels": "/deliveries/channels/?q=周岚",
            "channel": "/deliveries/channels/dingtalk_bot/",
            "accounts of somebody": f"/deliveries/accounts/{Person.objects.get(name=PERFORMER).pk}/",
            "notification settings": "/settings/notifications/",
            "search, hits": "/search/?q=预算",
            "search, people": "/search/?q=财务",
            "search, nothing": "/search/?q=没有这个词",
            "tour": "/tour/",
            "change the password": "/accounts/password/change/",
            "sign out": "/accounts/logout/",
            "state of things": "/status/",
            "intake": "/intake/",
            "intake, review": f"/intake/{self.document.pk}/",
            "intake, dispatched": f"/intake/{self.done.pk}/",
            "matters": "/matters/",
            "matters, none": "/matters/?status=cancelled",
            "matter, new": "/matters/new/",
            "matter, new and large": "/matters/new/?form=full",
            "calls": "/chasing/calls/",
            "ladders": "/chasing/ladders/",
            "ladder": "/chasing/ladders/deliver/normal/",
            "ladder of a class": "/chasing/ladders/sign/flash/major/",
            "preview": "/chasing/preview/",
            "preview of nobody": "/chasing/preview/?q=没有这个人",
            "ledger": "/ledger/",
            "ledger, red": "/ledger/?light=red",
            "ledger, closed": "/ledger/?scope=closed",
            "ledger, nothing": "/ledger/?q=没有这个词",
            "ledger, times": "/ledger/times/",
            "ledger, import": "/ledger/import/",
            "ledger, preview": f"/ledger/import/{self.ledger.pk}/",
            **{
                f"tour, step {n}": f"{path}?tour={n}"
                for n, path in enumerate(("/", "/", "/intake/", "/ledger/", "/ledger/"), 1)
            },
        }.items():
            yield name, COORDINATOR, path
        duty, flow = Recurrence.objects.order_by("pk")[0].pk, Flow.objects.order_by("-pk")[0].pk
        for tail in ("", "?status=ended", "new/", f"{duty}/", f"{duty}/edit/"):
            yield "recurring duties", COORDINATOR, f"/matters/recurring/{tail}"
        for tail in ("", "new/", f"{flow}/", f"{flow}/edit/", f"{flow}/use/"):
            yield "flows", COORDINATOR, f"/matters/flows/{tail}"
        yield "intake, nothing yet", "郑海涛", "/intake/"
        yield "inbox of a leader", LEADER, "/inbox/"
        yield "preview of one's own", PERFORMER, "/chasing/preview/"
        yield "state of things, whole", "许宁", "/status/"

    def matters(self) -> Iterator[tuple[str, str, str]]:
        open_one = Matter.objects.filter(status=Status.OPEN, kind="督", klass="special").order_by("pk").first()
        closed = Matter.objects.filter(status=Status.CLOSED).first()
        instant = Matter.objects.filter(klass="instant").first()
        assert open_one
        assert closed
        assert instant
        for name, matter in (("open", open_one), ("closed", closed), ("instant", instant)):
            yield f"matter, {name}", COORDINATOR, f"/matters/{matter.pk}/"
        party = Matter.objects.get(title__contains="年会")
        yield "matter, seen by others", "何静", f"/matters/{party.pk}/"
        yield "matter, kept as a flow", COORDINATOR, f"/matters/flows/keep/{closed.pk}/"
        for tail in ("edit/", "ask/", "?do=close", "?do=cancel"):
            yield f"matter, {tail}", COORDINATOR, f"/matters/{open_one.pk}/{tail}"

    def plans(self) -> Iterator[tuple[str, str, str]]:
        """The annual meeting: tied, agreed on in part, with cards that wait for an answer."""
        matter = Matter.objects.get(title__contains="年会")
        task = Commitment.objects.get(title="餐饮菜单和清真席")
        yield "next steps of all", COORDINATOR, "/next/"
        for tail in (
            "next/",
            "plan/",
            "plan/?view=table",
            f"plan/{task.pk}/",
            "baseline/",
            "baseline/?v=1",
            "figures/",
        ):
            yield "plan", COORDINATOR, f"/matters/{matter.pk}/{tail}"
        yield "plan to agree on", "马骏", f"/matters/{matter.pk}/baseline/"
        for card in Reconfirm.objects.filter(answered_at=None, dropped_at=None, person__name__in=("赵启航", "马骏")):
            assert card.person
            yield "asked again", card.person.name, f"/commitments/{card.commitment_id}/"
            yield "asked again, a page of its own", card.person.name, f"/matters/reconfirm/{card.pk}/"
            yield "asked again, seen by others", COORDINATOR, f"/commitments/{card.commitment_id}/"
        waited = Commitment.objects.get(title="提供参会人数与奖金口径")
        for date in ("", "?due_on=2026-12-30"):
            yield "what a date would do", "李敏", f"/matters/effect/{waited.pk}/counter/{date}"

    def following(self) -> Iterator[tuple[str, str, str]]:
        """The notice that binds the leaders to an hour, as it is followed up; their days, and where two collide."""
        meeting = Notice.objects.get(title__contains="产业园")
        row, clash = meeting.receipts.get(person__name=LEADER), Clash.objects.order_by("pk")[0]
        duty = meeting.duty.name if meeting.duty else meeting.author.name
        print_for(meeting, [row.pk], by=Actor(meeting.author), now=self.now)
        for tail in ("paper/?show=all", "paper/sheets/", f"receipts/{row.pk}/slip/"):
            yield f"notice, {tail}", COORDINATOR, f"/notices/{meeting.pk}/{tail}"
        for tail in ("receipts/", "receipts/?r=proxy", "receipts/calls/", "reach/", "proof/"):
            yield f"notice, {tail}", COORDINATOR, f"/notices/{meeting.pk}/{tail}"
        yield "notice, receipts on duty", duty, f"/notices/{meeting.pk}/receipts/?who={row.pk}"
        for who in (COORDINATOR, LEADER):
            yield "notice, proof", who, f"/notices/{meeting.pk}/receipts/{row.pk}/proof/"
        yield "clashes", COORDINATOR, "/notices/clashes/"
        yield "clash", COORDINATOR, f"/notices/clashes/{clash.pk}/"
        yield "clash, one's own", clash.first.person.name, f"/notices/clashes/{clash.pk}/"
        for who in (COORDINATOR, PERFORMER):
            yield "days", who, "/notices/days/"
            yield "day", who, f"/notices/days/{row.person_id}/"

    def notices(self) -> Iterator[tuple[str, str, str]]:
        """As the one who writes, the addressee, the leader, and the secretary who has taken one and not reported it."""
        meeting, survey = Notice.objects.get(title__contains="推进会"), Notice.objects.get(title__contains="培训需求")
        draft = Notice.objects.get(status="draft")
        yield "notices, mine", PERFORMER, "/notices/"
        yield "notices, none", "何静", "/notices/"
        for show in ("issued", "drafts"):
            yield f"notices, {show}", COORDINATOR, f"/notices/?show={show}"
        yield "notices, taken", SECRETARY, "/notices/?show=taken"
        for tail in ("new/", "groups/", "groups/new/", f"{draft.pk}/", f"{draft.pk}/edit/", f"{meeting.pk}/"):
            yield "notice, writing", COORDINATOR, f"/notices/{tail}"
        for tail in ("correct/", "withdraw/", "join/"):
            yield f"notice, {tail}", COORDINATOR, f"/notices/{meeting.pk}/{tail}"
        yield "notice, to report", SECRETARY, f"/notices/{meeting.pk}/"
        yield "notice, to answer", LEADER, f"/notices/{meeting.pk}/"
        yield "notice, answered", "王建国", f"/notices/{meeting.pk}/"
        answered = meeting.receipts.get(person__name="王建国")
        yield "notice, another answer", "王建国", f"/notices/{meeting.pk}/?change={answered.pk}"
        yield "survey", PERFORMER, f"/notices/{survey.pk}/"

    def organisation(self, cast: Any) -> Iterator[tuple[str, str, str]]:
        unit, person, leader = cast.unit("财务部"), cast.person("周岚"), cast.person(LEADER)
        post = person.posts.filter(ended_on=None).first()
        for path in ("", "?q=财务", "?q=z", "?q=没有", "import/", "units/new/", "people/new/"):
            yield "organisation", COORDINATOR, f"/organisation/{path}"
        for tail in ("", "2027/", "notice/", f"notice/{self._notice().pk}/", "rules/new/", "units/"):
            yield "working calendar", COORDINATOR, f"/organisation/calendar/{tail}"
        yield "exception of a calendar", COORDINATOR, f"/organisation/calendar/rules/{self._calendar().pk}/day/"
        for tail in ("", "edit/", "move/", "order/", "appoint/"):
            yield "unit", COORDINATOR, f"/organisation/units/{unit.pk}/{tail}"
        yield "unit, somebody away", PERFORMER, f"/organisation/units/{cast.unit('一号车间').pk}/"
        yield "unit as its member sees it", PERFORMER, f"/organisation/units/{unit.pk}/"
        for tail in ("", "edit/", "absence/", "delegation/"):
            yield "person", COORDINATOR, f"/organisation/people/{person.pk}/{tail}"
        for tail in ("", "secretaries/", "charges/"):
            yield "leader", COORDINATOR, f"/organisation/people/{leader.pk}/{tail}"
        yield "own contact", PERFORMER, f"/organisation/people/{person.pk}/contact/"
        yield "post", COORDINATOR, f"/organisation/posts/{post.pk}/edit/"

    def _notice(self) -> NoticeDraft:
        by = Actor(Person.objects.get(name=COORDINATOR))
        return calendars.take_notice(notice_of(2027), by=by, now=self.now)

    def _calendar(self) -> Calendar:
        by = Actor(Person.objects.get(name=COORDINATOR))
        return calendars.standard_calendar(by=by, now=self.now)

    def answers(self) -> Iterator[tuple[str, str, str]]:
        """Links and letters in, and the page of somebody without an account."""
        letter = take_in("From: a@b.cn\nSubject: =?utf-8?b?5Zue5aSN?=\n\n收到".encode(), now=self.now)
        for tail in ("links/", "links/?show=all", "incoming/", "incoming/?show=answered", f"incoming/{letter.pk}/"):
            yield "answers", COORDINATOR, f"/answers/{tail}"
        yield "links of one's own", PERFORMER, "/answers/links/"
        venue, office = Unit.objects.get(code="HP"), Unit.objects.get(is_office=True)
        asking = Asking(
            title="确认年会场地和菜单",
            performer_unit_id=venue.pk,
            requester_unit_id=office.pk,
            required_on=self.now.date(),
        )
        dispatch_many([asking], by=Actor(Person.objects.get(name=COORDINATOR)), now=self.now)
        told = Delivery.objects.filter(channel="inbox", asks=True, person__account=None).latest("id")
        link = link_of_delivery(told, told.person, make=True, now=self.now)
        assert link
        for tail in ("", "?do=counter", "?do=pass_on", "?do=promise"):
            yield "answer without an account", "", f"/a/{link_token(link.nonce)}/{tail}"

    def commitments(self) -> Iterator[tuple[str, str, str]]:
        """A page of each state, and the form of each move, as the one who may make it."""
        for given in PhonePromise.objects.all():
            for who in (COORDINATOR, given.person.name):
                yield "commitment, a date by phone", who, f"/commitments/{given.commitment_id}/"
        for state in State:
            row = Commitment.objects.filter(state=state).order_by("pk").first()
            assert row is not None, f"nothing is {state}"
            yield f"commitment, {state}", COORDINATOR, f"/commitments/{row.pk}/"
        for title, who in (("编制年会经费预算表", "王建国"), ("年会主持人与致辞稿", "韩雪梅")):
            row = Commitment.objects.get(title=title)
            yield "commitment, head and helper", who, f"/commitments/{row.pk}/"
        for move in Move:
            found = self._place_for(move)
            if found is not None:
                row, person = found
                yield f"form of {move}", person.name, f"/commitments/{row.pk}/?do={move}"

    def _place_for(self, move: Move) -> tuple[Commitment, Person] | None:
        nature = {Move.DECLINE: "consultative", Move.DISPUTE: "directive"}.get(move)
        for state, moves in TABLE.items():
            for row in Commitment.objects.filter(state=state).exclude(origin_id=None).order_by("pk"):
                person = self._side(row, moves[move][0]) if move in moves and nature in (None, row.nature) else None
                if person is not None and person.account_id:
                    return row, person
        return None

    def _side(self, row: Commitment, side: Side) -> Person | None:
        if side is Side.REQUESTER:
            return row.requester
        if side is Side.PERFORMER:
            holding = hold(row.performer_unit_id, row.responsible_id, now=self.now)
            return Person.objects.get(pk=holding.person_id)
        return row.holder


@pytest.fixture
def demo(page_as: Any, cast: Any, affairs: None, at_nine: datetime, settings: Any, tmp_path: Path) -> Demo:
    now = at_nine
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path / "uploads"
    by = Actor(cast.person(COORDINATOR))
    document = intake.take_in(annual_meeting(), name=NAME, by=by, now=now)
    done = intake.take_in_text("由财务部牵头，行政部配合，11月30日前完成预算表。", by=by, now=now)
    intake.dispatch(done, dict.fromkeys(done.drafts.values_list("pk", flat=True)), by=by, now=now)
    open_one = Matter.objects.filter(status=Status.OPEN).order_by("pk")[0]
    unit, office = cast.unit("财务部").pk, cast.unit("总裁办").pk
    ask(
        open_one,
        [Asking(title="列出备选方案", performer_unit_id=unit, requester_unit_id=office, requester_id=by.person_id)],
        by=by,
        now=now,
        dispatch=False,
    )
    phoned = list(Commitment.objects.filter(state=State.PROMISED, holder__name=PERFORMER).order_by("pk")[:1])
    log_call(cast.person(PERFORMER), phoned, said=Said(result=Result.PROMISED, day=now.date()), by=by, now=now)
    some = list(Commitment.objects.order_by("pk").values_list("pk", flat=True)[:5])
    ledger = take_upload("台账.xlsx", workbook([some], now=now).read(), by=by, now=now)
    return Demo(document, done, ledger, now)


def walked(walk: Walk, *parts: Iterable[tuple[str, str, str]]) -> Walk:
    """Looks at each page of the parts; a form that the address asks for must be there."""
    for name, who, path in chain(*parts):
        page = walk.visit(name, who, path)
        if move := re.search(r"/commitments/(\d+)/\?do=(\w+)", path):
            target = f"/commitments/{move[1]}/{move[2]}/"
            if not page.locator(f"[action='{target}'], [formaction='{target}']").count():
                walk.found.setdefault(f"{name} ({who} {path})", []).append("its form is not there")
    return walk


@pytest.mark.slow
def test_every_page_of_affairs_and_tasks_reads_fits_and_speaks_chinese(
    demo: Demo, page_as: Any, axe: Any, overflow: Any
) -> None:
    walk = walked(Walk(page_as, axe, overflow), demo.simple(), demo.matters(), demo.plans(), demo.commitments())
    for step in STEPS:
        page = walk.window(COORDINATOR)
        page.goto(step.path)
        if not page.locator(f"#{step.anchor}").count():
            walk.found[f"tour, {step.title}"] = [f"{step.path} has no #{step.anchor} to point at"]
    walk.visit("components", COORDINATOR, "/components/")
    walk.found = {name: left for name, faults in walk.found.items() if (left := _but_codes(name, faults))}
    walk.visit("no such page", COORDINATOR, "/nothing/here/", 404)
    walk.visit("no such link", "", "/a/nothing/", 404)
    assert not walk.found, walk.report()


def _but_codes(name: str, faults: list[str]) -> list[str]:
    """The sheet of components names states by their codes, for those who write templates."""
    return [one for one in faults if not (name.startswith("components ") and "English: " in one)]


def test_a_refused_and_an_overtaken_form_read_as_well(demo: Demo, page_as: Any, axe: Any, overflow: Any) -> None:
    row = Commitment.objects.filter(state=State.PROMISED, responsible__name=PERFORMER).order_by("pk").first()
    assert row is not None
    walk = Walk(page_as, axe, overflow)
    page = walk.window(PERFORMER)
    for name, status in (("refused", 422), ("overtaken", 409)):
        page.goto(f"/commitments/{row.pk}/?do=report")
        if name == "overtaken":
            Commitment.objects.filter(pk=row.pk).update(version=F("version") + 1)
            page.locator("#move textarea").first.fill("预算表已报")
        page.locator("#move form").first.evaluate("form => { form.noValidate = true; }")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.locator("#move .btn-primary").click()
        assert answer.value.status == status
        page.wait_for_load_state("networkidle")
        walk.look(name, page, [])
    assert not walk.found, walk.report()
