"""Every address as every role and as a stranger: what is not explicitly open is closed, and what is closed to somebody
looks as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fayol.answers.actions import link_of_delivery, take_in
from fayol.channels.models import Delivery
from fayol.commitments import actions as moves
from fayol.commitments.tests.scene import Scene
from fayol.facts.models import Fact
from fayol.files.store import keep
from fayol.intake.actions import take_in_text
from fayol.ladders.calls.actions import Said, log_call
from fayol.ladders.calls.states import Result
from fayol.matters.actions import Opening, open_and_ask
from fayol.matters.flows.example import load_flows
from fayol.matters.recurring.actions import Duty, set_up
from fayol.notices.actions import Call, Wording, make_group, take_time
from fayol.notices.actions import draft as write_notice
from fayol.notices.actions import log_call as log_told
from fayol.notices.actions import send as send_notice
from fayol.notices.audience import Entry
from fayol.notices.models import Clash, Engagement, Notice, NoticeFile
from fayol.notices.states import EntryKind, Form
from fayol.organisation.actions.calendars import DayFields, set_day, standard_calendar
from fayol.organisation.actions.windows import Window, delegate, record_absence
from fayol.organisation.actor import Actor
from fayol.organisation.models import Account, Person, Post

pytestmark = pytest.mark.django_db
MISSING = 987654
ROLES = {
    "林晓雯": "coordinator",
    "秦海平": "coordinator",
    "周岚": "party",
    "王建国": "party",
    "许宁": "admin",
    "顾明远": "other",
    "吴志强": "other",
}
"""周岚 performs the task, 王建国 heads her unit; 许宁 is the system administrator; the last two have no part in it."""

OPEN, SIGNED, OFFICE, KEEPER, HEAD, PARTY, OWN, SELF, OFF, LEADS, ISSUER = (
    "open", "signed", "office", "keeper", "head", "party", "own", "self", "off", "leads", "issuer",
)  # fmt: skip
"""open: without signing in · signed: every person · office: coordinators · keeper: coordinators and system
administrators · head: these and the unit's head · party: whoever sees the thing · own: keepers, the person and those
who answer for the person · self: the person · leads: coordinators and the
heads of units · issuer: coordinators and the head of the issuing unit · off: nobody, the library's page is not used
here."""

RULES: dict[str, str] = {
    "healthz": OPEN, "set_language": OPEN, "account_login": OPEN, "account_logout": OPEN,
    "web:theme": OPEN, "web:tour": SIGNED, "web:tour_close": OPEN,
    "account_signup": OFF, "account_email": OFF, "account_email_verification_sent": OFF, "account_confirm_email": OFF,
    "account_inactive": OPEN, "account_confirm_login_code": OPEN, "account_reset_password": OPEN,
    "account_reset_password_done": OPEN, "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
    "account_change_password": SIGNED, "account_set_password": SIGNED, "account_reauthenticate": SIGNED,
    "web:enter": OFF, "web:components": OFF,
    "web:workbench": SIGNED, "web:chase": SIGNED, "web:inbox": SIGNED, "web:inbox_read": SIGNED, "web:search": SIGNED,
    "web:counts": SIGNED, "web:status": KEEPER, "web:metrics": OPEN,
    "deliveries:page": KEEPER, "deliveries:retry": KEEPER, "deliveries:retry_all": KEEPER, "deliveries:test": KEEPER,
    "deliveries:drop": KEEPER, "deliveries:drop_all": KEEPER, "deliveries:turn_on": KEEPER,
    "deliveries:channels": KEEPER, "deliveries:channel": KEEPER, "deliveries:switch": KEEPER,
    "deliveries:patience": KEEPER, "deliveries:accounts": KEEPER,
    "notifications:page": SIGNED, "notifications:resume": SIGNED, "notifications:accounts": SIGNED,
    "answers:links": SIGNED, "answers:wish": SIGNED, "answers:revoke": OFFICE, "answers:incoming": OFFICE,
    "answers:letter": OFFICE, "answers:looked_at": OFFICE, "reply:page": OPEN,
    "commitments:page": PARTY, "commitments:chase": PARTY, "commitments:file": PARTY, "commitments:move": PARTY,
    "matters:index": SIGNED, "matters:new": SIGNED, "matters:page": PARTY, "matters:edit": OFFICE,
    "flows:index": SIGNED, "flows:new": LEADS, "flows:keep": OFFICE, "flows:page": SIGNED, "flows:edit": OFFICE,
    "flows:use": SIGNED, "flows:retire": OFFICE,
    "recurring:index": SIGNED, "recurring:new": LEADS, "recurring:page": PARTY, "recurring:edit": OFFICE,
    "recurring:rest": OFFICE,
    "matters:ask": OFFICE, "matters:end": OFFICE, "matters:finish": PARTY,
    "matters:next": PARTY, "next:mine": SIGNED,
    "matters:plan": PARTY, "matters:plan_suggest": PARTY, "matters:plan_task": OFFICE, "matters:plan_link": OFFICE,
    "matters:plan_tie": OFFICE, "matters:baseline": PARTY, "matters:baseline_make": OFFICE,
    "matters:baseline_remind": OFFICE, "matters:baseline_agree": PARTY, "matters:start": OFFICE,
    "matters:start_stop": OFFICE, "matters:figures": PARTY, "matters:figure_add": OFFICE, "matters:figure": PARTY,
    "matters:figure_uses": OFFICE, "matters:reconfirm": PARTY, "matters:effect": PARTY,
    "ladders:calls": OFFICE, "ladders:call": OFFICE, "ladders:policies": OFFICE, "ladders:policy": OFFICE,
    "ladders:restore": OFFICE, "ladders:preview": SIGNED, "ladders:mute": PARTY, "ladders:unmute": PARTY,
    "ladders:confirm": SELF, "ladders:deny": SELF,
    "intake:index": SIGNED, "intake:example": SIGNED, "intake:review": OFFICE, "intake:row": OFFICE,
    "intake:tick": OFFICE, "intake:file": OFFICE, "intake:again": OFFICE, "intake:drop": OFFICE,
    "ledger:page": SIGNED, "ledger:bulk": SIGNED, "ledger:columns": SIGNED, "ledger:export": SIGNED,
    "ledger:times": SIGNED,
    "ledger:import": OFFICE, "ledger:review": OFFICE, "ledger:apply": OFFICE,
    "notices:list": SIGNED, "notices:new": LEADS, "notices:groups": LEADS, "notices:group_new": LEADS,
    "notices:group": ISSUER, "notices:group_retire": ISSUER, "notices:page": PARTY, "notices:file": PARTY,
    "notices:edit": ISSUER, "notices:send": ISSUER, "notices:discard": ISSUER, "notices:correct": ISSUER,
    "notices:withdraw": ISSUER, "notices:join": ISSUER, "notices:confirm": SELF, "notices:take": SELF,
    "notices:report": SELF, "notices:restate": SELF, "notices:reconfirm": SELF, "notices:check": SELF,
    "notices:receipts": ISSUER, "notices:remind": ISSUER, "notices:calls": ISSUER, "notices:call": ISSUER,
    "notices:leave": ISSUER, "notices:reach": ISSUER, "notices:proof": PARTY, "notices:proof_word": PARTY,
    "notices:paper": ISSUER, "notices:paper_sheets": ISSUER, "notices:paper_word": ISSUER, "notices:slip": ISSUER,
    "notices:proof_list": ISSUER, "notices:proof_list_word": ISSUER, "notices:clashes": SIGNED, "notices:clash": PARTY,
    "notices:choose": PARTY, "notices:ask_to_choose": PARTY, "notices:days": SIGNED, "notices:day": SIGNED,
    "notices:take_time": SIGNED, "notices:free_time": PARTY,
    "organisation:index": SIGNED, "organisation:find": SIGNED, "organisation:suggest_people": SIGNED,
    "organisation:suggest_units": SIGNED, "organisation:unit": SIGNED, "organisation:branch": SIGNED,
    "organisation:person": SIGNED,
    "organisation:unit_new": KEEPER, "organisation:unit_edit": KEEPER, "organisation:unit_move": KEEPER,
    "organisation:unit_order": HEAD, "organisation:unit_close": KEEPER, "organisation:unit_reopen": KEEPER,
    "organisation:unit_office": KEEPER, "organisation:appoint": HEAD, "organisation:post_edit": KEEPER,
    "organisation:post_end": KEEPER, "organisation:person_new": KEEPER, "organisation:person_edit": KEEPER,
    "organisation:secretaries": OWN, "organisation:charges": KEEPER, "organisation:account": KEEPER,
    "organisation:import": KEEPER, "organisation:import_check": KEEPER, "organisation:import_apply": KEEPER,
    "organisation:export": KEEPER,
    "organisation:calendar": SIGNED, "organisation:calendar_year": SIGNED, "organisation:calendar_notice": KEEPER,
    "organisation:calendar_check": KEEPER, "organisation:calendar_apply": KEEPER, "organisation:calendar_new": KEEPER,
    "organisation:calendar_standard": KEEPER, "organisation:calendar_edit": KEEPER, "organisation:calendar_day": KEEPER,
    "organisation:calendar_clear": KEEPER, "organisation:calendar_assign": KEEPER,
    "organisation:person_contact": SELF, "organisation:absence": OWN, "organisation:delegation": OWN,
    "organisation:absence_cancel": OWN, "organisation:delegation_revoke": OWN,
}  # fmt: skip


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            yield f"{space}{entry.name}", entry


NAMES = dict(patterns(get_resolver()))


@dataclass
class Town:
    """One of each thing an address can name, all belonging to the office and the finance department."""

    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def address(self, name: str, *, missing: bool = False) -> str:
        kwargs = self.kwargs(name)
        if missing:
            kwargs = {k: MISSING if isinstance(v, int) else v for k, v in kwargs.items()}
        return reverse(name, kwargs=kwargs)

    def form(self, name: str) -> dict[str, Any]:
        """What somebody would send who knew how: so that a closed door is closed by access, not by a missing field."""
        return {"words": "试一试", "do": "cancel", "ticked": "1"} if name != "organisation:unit_order" else {}

    def kwargs(self, name: str) -> dict[str, Any]:
        wanted = NAMES[name].pattern.regex.groupindex
        return {key: self.keys.get(name, self.keys[name.partition(":")[0]])[key] for key in wanted}


@pytest.fixture
def town(cast: object, now: datetime) -> Town:
    scene = Scene(now)
    opening = Opening(
        title="年会筹备",
        goal="办好年会",
        lead_unit_id=scene.unit("财务部").pk,
        coordinator_id=scene.asker.person_id or 0,
        requester_unit_id=scene.unit("总裁办").pk,
    )
    matter, made = open_and_ask(opening, [scene.asking()], by=scene.asker, now=now)
    file = keep(SimpleUploadedFile("说明.txt", "第一稿".encode()), by=scene.asker, now=now)
    moves.amend(made[0], condition="再压缩", words="压缩开支", files=[file], by=scene.asker, now=now)
    document = take_in_text("由财务部牵头，11月30日前编制年会经费预算表。", by=scene.asker, now=now)
    zhou = scene.performer.person
    assert zhou is not None
    later = Window(now + timedelta(days=9), now + timedelta(days=10), "出差")
    absence = record_absence(zhou, window=later, by=scene.performer, now=now)
    deputy = scene.actor("孙悦").person
    assert deputy is not None
    delegation = delegate(zhou, deputy=deputy, window=later, by=scene.performer, now=now)
    post = Post.objects.filter(person=zhou, ended_on__isnull=True).first()
    assert post is not None
    said = Said(result=Result.PROMISED, day=date(2026, 11, 27))
    given = log_call(zhou, made[:1], said=said, by=scene.asker, now=now).promises.get()
    task = {"pk": made[0].pk, "file_id": file.pk, "move": "acknowledge"}
    every = Duty(
        title="报送周工作小结", rrule="FREQ=WEEKLY;BYDAY=FR", starts_on=now.date(), responsible_id=zhou.pk,
        performers=(scene.unit("财务部").pk,),
    )  # fmt: skip
    weekly = set_up(every, requester_unit_id=scene.unit("总裁办").pk, by=scene.asker, now=now)
    flow = load_flows(by=scene.asker, now=now)[0]
    calendar = standard_calendar(by=scene.asker, now=now)
    day_off = set_day(
        calendar, fields=DayFields(day=date(2026, 12, 31), works=False, reason="盘点"), by=scene.asker, now=now
    )
    told = Delivery.objects.filter(subject_type="commitment", asks=True, channel="inbox").latest("id")
    link = link_of_delivery(told, deputy, make=True, now=now)
    assert link is not None
    draft = document.drafts.first()
    assert draft is not None
    told = _notice(scene, now)
    receipt = told.receipts.get(person=zhou)
    unsent = _notice(scene, now, sent=False)
    called = log_told(receipt, call=Call(reached=True), by=scene.actor("王建国"), now=now)
    group = make_group("预算", unit=scene.unit("财务部"), people=[zhou], by=scene.actor("王建国"), now=now)
    visit, clash = _clash(scene, zhou, now)
    person, unit = {"pk": zhou.pk}, {"pk": scene.unit("财务部").pk}
    keys: dict[str, dict[str, Any]] = {
        "commitments": task,
        "matters": {"pk": matter.pk, "task_pk": made[0].pk, "tie_pk": MISSING, "ack_pk": MISSING, "figure_pk": MISSING},
        "matters:reconfirm": {"pk": MISSING},
        "matters:effect": {"task_pk": made[0].pk, "move": "counter"},
        "intake": {"pk": document.pk, "draft_pk": draft.pk},
        "ledger": {"pk": MISSING},
        "recurring": {"pk": weekly.pk},
        "flows": {"pk": flow.pk},
        "flows:keep": {"pk": matter.pk},
        "deliveries": {"pk": MISSING, "name": "mail"},
        "deliveries:accounts": person,
        "answers": {"pk": take_in(b"From: a@b.cn\nSubject: x\n\nwords", now=now).pk},
        "answers:revoke": {"pk": link.pk},
        "reply": {"token": "x"},
        "notices": {"pk": told.pk, "receipt_pk": receipt.pk},
        **{f"notices:{name}": {"pk": receipt.pk} for name in ("confirm", "take", "report", "restate", "reconfirm")},
        **{f"notices:{name}": {"pk": group.pk} for name in ("group", "group_retire")},
        **{f"notices:{name}": {"pk": unsent.pk} for name in ("edit", "send", "discard")},
        "notices:check": {"pk": called.pk, "said": "yes"},
        "notices:file": {"pk": NoticeFile.objects.get(notice=told).pk},
        **{f"notices:{name}": {"pk": clash.pk} for name in ("clash", "choose", "ask_to_choose")},
        **{f"notices:{name}": person for name in ("day", "take_time")},
        "notices:free_time": {"pk": visit.pk},
        "organisation": unit,
        "organisation:post_edit": {"pk": post.pk},
        "organisation:post_end": {"pk": post.pk},
        "organisation:account": {"pk": Post.objects.filter(person__account=None)[0].person_id},
        "organisation:absence_cancel": {"pk": absence.pk},
        "organisation:delegation_revoke": {"pk": delegation.pk},
        "ladders": task,
        "ladders:call": {"pk": zhou.pk},
        "ladders:policy": {"kind": "deliver", "urgency": "normal", "klass": "major"},
        "ladders:restore": {"kind": "deliver", "urgency": "normal", "klass": "major"},
        "ladders:confirm": {"pk": given.pk},
        "ladders:deny": {"pk": given.pk},
        "organisation:calendar_year": {"year": 2027},
        "organisation:calendar_check": {"pk": MISSING},
        "organisation:calendar_apply": {"pk": MISSING},
        "organisation:calendar_edit": {"pk": calendar.pk},
        "organisation:calendar_day": {"pk": calendar.pk},
        "organisation:calendar_clear": {"pk": day_off.pk},
        "organisation:import_check": {"pk": MISSING},
        "organisation:import_apply": {"pk": MISSING},
        "account_confirm_email": {"key": "x"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    }
    for page in (
        "person",
        "person_edit",
        "person_contact",
        "secretaries",
        "charges",
        "absence",
        "delegation",
    ):
        keys[f"organisation:{page}"] = person
    return Town(keys)


def _notice(scene: Scene, now: datetime, *, sent: bool = True) -> Notice:
    """From the finance department to one of its people."""
    head, zhou = scene.actor("王建国"), scene.performer.person_id
    assert zhou is not None
    file = keep(SimpleUploadedFile("附件.txt", "样表".encode()), by=head, now=now)
    audience = [Entry(EntryKind.PERSON, id=zhou)]
    wording = Wording(unit=scene.unit("财务部"), title="报送预算", audience=audience, files=[file] if sent else [])
    notice = write_notice(wording, by=head, now=now)
    return send_notice(notice, by=head, now=now) if sent else notice


def _clash(scene: Scene, who: Person, now: datetime) -> tuple[Engagement, Clash]:
    """A meeting of the finance department on an hour that its addressee has already given away."""
    head, start, end = scene.actor("王建国"), now + timedelta(days=5), now + timedelta(days=5, hours=2)
    visit = take_time(who, starts_at=start, ends_at=end, title="走访", by=scene.performer, now=now)
    wording = Wording(
        unit=scene.unit("财务部"), title="预算会", form=Form.ATTEND, starts_at=start, ends_at=end,
        audience=[Entry(EntryKind.PERSON, id=who.pk, must=True)],
    )  # fmt: skip
    send_notice(write_notice(wording, by=head, now=now), by=head, now=now)
    return visit, Clash.objects.get(over_at__isnull=True)


def closed(status: int) -> bool:
    return status in (403, 404, 405)


def may(page: str, name: str) -> bool:
    role, rule = ROLES[name], RULES[page]
    return {
        OPEN: True,
        SIGNED: True,
        OFFICE: role == "coordinator",
        KEEPER: role in ("coordinator", "admin"),
        PARTY: role in ("coordinator", "party"),
        HEAD: role in ("coordinator", "admin") or name == "王建国",
        OWN: role in ("coordinator", "admin")
        or name == "周岚"
        or (name == "王建国" and page != "organisation:secretaries"),
        SELF: name == "周岚",
        LEADS: role == "coordinator" or name in ("王建国", "周岚", "吴志强", "许宁"),
        ISSUER: role == "coordinator" or name == "王建国",
        OFF: False,
    }[rule]


def test_every_address_is_in_the_table_and_nothing_else() -> None:
    assert set(RULES) == set(NAMES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_without_signing_in_only_what_is_explicitly_open_answers(town: Town, name: str) -> None:
    address, facts = town.address(name), Fact.objects.count()
    for answer in (Client().get(address), Client().post(address, {})):
        if RULES[name] == OPEN:
            continue
        led_away = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
        assert led_away or closed(answer.status_code), (name, answer.status_code)
    assert Fact.objects.count() == facts


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if rule not in (OPEN, OFF)))
def test_an_account_without_a_person_reaches_nothing(town: Town, name: str) -> None:
    client = Client()
    client.force_login(
        Account.objects.create_user("nobody"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    if name.startswith("account_"):
        pytest.skip("one's own password is one's own")
    for answer in (client.get(town.address(name)), client.post(town.address(name), {})):
        assert closed(answer.status_code), (name, answer.status_code)


@pytest.mark.parametrize("who", sorted(ROLES))
def test_each_role_reaches_what_is_its_own_and_nothing_else(
    town: Town, client_as: Callable[[str], Client], who: str
) -> None:
    client, wrong = client_as(who), []
    for name, rule in sorted(RULES.items()):
        if rule == OPEN or name not in NAMES:
            continue
        answer, facts = client.get(town.address(name)), Fact.objects.count()
        unknown = MISSING in town.kwargs(name).values()
        if may(name, who) and not unknown:
            reached = answer.status_code in (200, 204, 302, 303, 405)
            if not reached or "/accounts/login/" in answer.get("Location", ""):
                wrong.append((name, "GET", answer.status_code, "should answer"))
        elif rule != OFF or answer.status_code == 200:
            for method, reply in (("GET", answer), ("POST", client.post(town.address(name), town.form(name)))):
                if not closed(reply.status_code) and not _refused(reply):
                    wrong.append((name, method, reply.status_code, "should be closed"))
        if Fact.objects.count() != facts:
            wrong.append((name, "changed something", 0, ""))
    assert not wrong, "\n".join(map(str, wrong))


def _refused(answer: Any) -> bool:
    """What everybody sees but few may change: the page says so, in words, and does nothing."""
    body = answer.content.decode()
    return answer.status_code == 422 and ("您没有权限这样做" in body or "由林晓雯协调" in body)


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if rule in (PARTY, OFFICE, ISSUER)))
def test_what_is_closed_looks_exactly_as_if_it_were_not_there(
    town: Town, client_as: Callable[[str], Client], name: str
) -> None:
    if not town.kwargs(name) or MISSING in town.kwargs(name).values():
        pytest.skip("names no thing")
    client = client_as("吴志强")
    for method in (client.get, client.post):
        hidden, absent = method(town.address(name)), method(town.address(name, missing=True))
        assert hidden.status_code == absent.status_code, name
        assert _bare(hidden.content) == _bare(absent.content)


def _bare(body: bytes) -> bytes:
    """Without what differs from request to request: the token against forgery and the address itself."""
    return re.sub(rb"\b[A-Za-z0-9]{64}\b|/\w+/\d+/[^\"\s<]*", b"", body)


def test_a_person_who_may_act_for_nobody_cannot_name_a_principal(
    town: Town, client_as: Callable[[str], Client], cast: Any
) -> None:
    facts = Fact.objects.count()
    zhou = cast.person("周岚")
    answer = client_as("王建国").post(town.address("commitments:move"), {"behalf": zhou.pk, "version": 2})
    assert answer.status_code in (403, 404, 409, 422)
    assert Fact.objects.count() == facts
    assert Actor(zhou).person_name == "周岚"
