"""The standing cast: one company, its leaders, some 150 people, two suppliers. Tests, demo and docs play with it."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from fayol.organisation import importing
from fayol.organisation.actions import Window, delegate, record_absence, set_admin_role, set_charges, set_secretaries
from fayol.organisation.actor import SYSTEM, Actor
from fayol.organisation.importing import OrgSheet, PersonRow, PostRow, UnitRow
from fayol.organisation.models import Absence, Account, Person, Unit
from fayol.organisation.states import AdminRole

PASSWORD = "fayol-demo"  # noqa: S105  printed by the demo; nobody else gets these accounts

SIGN_INS = (
    ("linxiaowen", "林晓雯", "总裁办", "协调员，导入、交办、核实"),
    ("qinhaiping", "秦海平", "总裁办", "主任"),
    ("sunyue", "孙悦", "财务部", "联络员A角"),
    ("zhoulan", "周岚", "财务部", "预算主管，承办人"),
    ("wangjianguo", "王建国", "财务部", "部长"),
    ("limin", "李敏", "人力资源部", "联络员A角"),
    ("zhaoqihang", "赵启航", "会务组", "组长"),
    ("hejing", "何静", "会务组", "联络员A角"),
    ("majun", "马骏", "行政部", "部长"),
    ("wuzhiqiang", "吴志强", "生产部", "部长"),
    ("xuning", "许宁", "信息中心", "主任，系统管理员"),
    ("gumingyuan", "顾明远", "公司领导", "副总裁"),
    ("xiayutong", "夏雨桐", "总裁办", "领导秘书"),
)
"""(account, person, unit, role in words): whom one may step into in the demo."""

_CHARGES = {
    "沈维钧": ("总裁办", "人力资源部", "法务部"),
    "顾明远": ("生产部", "销售部", "采购部", "物流部"),
    "韩雪梅": ("市场部", "行政部", "澄川智能"),
    "程立群": ("安环部", "质量部", "研发部", "澄川重工"),
    "邵国华": ("财务部", "信息中心"),
    "苏长林": ("工会",),
}
_SECRETARIES = {
    "刘振邦": ("曾庆玲", "邱思敏"),
    "沈维钧": ("陶子安",),
    "顾明远": ("夏雨桐", "曾庆玲"),
    "韩雪梅": ("夏雨桐",),
    "程立群": ("陶子安",),
    "邵国华": ("夏雨桐",),
}
_ADMINS = {"许宁": AdminRole.SYSTEM, "辛立": AdminRole.SECURITY, "颜如意": AdminRole.AUDIT}
# person, first day and last day from today, reason, deputy
_AWAY = (
    ("尹航", -1, 2, "外地培训", ""),
    ("容国兴", -2, 3, "年休假", "牛志坚"),
    ("顾明远", 5, 8, "出差洽谈", "韩雪梅"),
    ("申屠月", 3, 4, "供应商现场考察", ""),
)


@transaction.atomic
def load_example(now: datetime) -> None:
    """Idempotent: what is there already stays as people have left it. A second or less."""
    if Unit.objects.filter(code="CC").exists() and Person.objects.filter(name="林晓雯").exists():
        return
    importing.apply(importing.preview(example_sheets()), by=SYSTEM, now=now)
    people = {person.name: person for person in Person.objects.all()}
    units = {unit.name: unit for unit in Unit.objects.all()}
    for leader, names in _CHARGES.items():
        set_charges(people[leader], units=[units[name] for name in names], by=SYSTEM, now=now)
    for leader, names in _SECRETARIES.items():
        set_secretaries(people[leader], secretaries=[people[name] for name in names], by=SYSTEM, now=now)
    for name, role in _ADMINS.items():
        set_admin_role(people[name], role=role.value, by=SYSTEM, now=now)
    _make_accounts(now)
    _send_away(people, now)


def example_sheets() -> OrgSheet:
    """The cast as the workbook would say it."""
    units = tuple(
        UnitRow(
            row=i,
            official_name=row["official_name"],
            code=row["code"],
            parent=row["parent"],
            short_name=row["short_name"],
            aliases=tuple(alias for alias in row["aliases"].split("、") if alias),
            kind=row["kind"],
            duties=row["duties"],
            is_office=row["code"] == "ZCB",
        )
        for i, row in enumerate(_read("units.csv"), start=2)
    )
    rows = _read("people.csv")
    numbers = {name: f"C{i:04d}" for i, name in enumerate(dict.fromkeys(row["name"] for row in rows), start=1)}
    outside = {unit.code for unit in units if unit.kind == "external"}
    home = {row["name"]: row["unit"] for row in reversed(rows)}
    people = tuple(
        PersonRow(row=i, name=name, code=code, mobile=f"{(8600 if home[name] in outside else 8800)}{6000 + i}")
        for i, (name, code) in enumerate(numbers.items(), start=2)
    )
    posts = tuple(
        PostRow(row=i, person=numbers[row["name"]], unit=row["unit"], role=row["role"], title=row["title"])
        for i, row in enumerate(rows, start=2)
    )
    return OrgSheet(units, people, posts)


class Cast:
    """The people and units by the names everybody uses."""

    def person(self, name: str) -> Person:
        return Person.objects.get(name=name)

    def unit(self, name: str) -> Unit:
        """By short or official name."""
        return Unit.objects.filter(short_name=name).first() or Unit.objects.get(official_name=name)

    def actor(self, name: str, on_behalf_of: str = "") -> Actor:
        return Actor(self.person(name), self.person(on_behalf_of) if on_behalf_of else None)


def _read(name: str) -> list[dict[str, str]]:
    text = files("fayol.organisation.example").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _encoded() -> str:
    """Hashed once for all: slow on purpose, and a demo's password is no secret."""
    return make_password(PASSWORD)


def _make_accounts(now: datetime) -> None:
    """A sign-in for everybody inside, named by pinyin; the second of a name gets a 2."""
    inside = Person.objects.filter(account=None).exclude(posts__unit__kind="external").order_by("id").distinct()
    people, taken = list(inside), set(Account.objects.values_list("username", flat=True))
    accounts = []
    for person in people:
        name, n = person.pinyin, 1
        while name in taken:
            n += 1
            name = f"{person.pinyin}{n}"
        taken.add(name)
        accounts.append(Account(username=name, password=_encoded(), date_joined=now))
    for person, account in zip(people, Account.objects.bulk_create(accounts), strict=True):
        person.account = account
    Person.objects.bulk_update(people, ["account"])


def _send_away(people: dict[str, Person], now: datetime) -> None:
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    for name, first, last, reason, deputy in _AWAY:
        start = datetime.combine(today + timedelta(days=first), time(8, 30), zone)
        end = datetime.combine(today + timedelta(days=last), time(17, 30), zone)
        window = Window(start, end, reason)
        if not Absence.objects.filter(person=people[name]).exists():
            record_absence(people[name], window=window, by=SYSTEM, now=now)
            if deputy:
                delegate(people[name], deputy=people[deputy], window=window, by=SYSTEM, now=now)
