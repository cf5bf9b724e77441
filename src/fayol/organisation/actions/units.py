"""Making, naming, moving and closing units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat, Substr

from fayol.facts.journal import record
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import access
from fayol.organisation.actions.shared import change, check_version, lock_structure, locked
from fayol.organisation.actor import Actor
from fayol.organisation.models import Charge, Unit
from fayol.organisation.naming import grams_of, initials_of, pinyin_of
from fayol.organisation.queries import active_posts
from fayol.organisation.states import UnitKind

NO_OFFICE_KINDS = frozenset({UnitKind.EXTERNAL, UnitKind.LEADERS})
LONGEST = {"official_name": 120, "short_name": 40, "code": 40}


@dataclass(frozen=True)
class UnitFields:
    """What a unit is called and for. Aliases are kept without blanks and doubles."""

    official_name: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = UnitKind.DEPARTMENT.value
    code: str = ""
    duties: str = ""

    def cleaned(self) -> UnitFields:
        official, short = self.official_name.strip(), self.short_name.strip()
        aliases = dict.fromkeys(alias.strip() for alias in self.aliases)
        kept = tuple(alias for alias in aliases if alias and alias not in (official, short))
        return UnitFields(official, short, kept, self.kind, self.code.strip(), self.duties.strip())

    def searchable(self) -> dict[str, object]:
        """The columns by which the unit is found."""
        names = [self.official_name, self.short_name, *self.aliases]
        called = self.short_name or self.official_name
        return {"pinyin": pinyin_of(called), "initials": initials_of(called), "grams": grams_of(names)}

    def columns(self) -> dict[str, object]:
        return {**asdict(self), "aliases": list(self.aliases), **self.searchable()}


@transaction.atomic
def create_unit(parent: Unit | None, *, fields: UnitFields, by: Actor, now: datetime) -> Unit:
    """The last child of `parent`, or a new top. Refused without a name, or when a sibling has it already."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    fields = fields.cleaned()
    _check(fields, parent, but=None)
    pk = reserve_unit_keys(1)[0]
    siblings = Unit.objects.filter(parent=parent)
    unit = Unit(
        pk=pk,
        parent=parent,
        path=path_below(parent, pk),
        order=(siblings.aggregate(last=Max("order"))["last"] or 0) + 1,
        **fields.columns(),
    )
    unit.save(force_insert=True)
    record("unit", unit.pk, "unit.created", by=by, now=now, data=_told(unit))
    return unit


@transaction.atomic
def update_unit(unit: Unit, *, fields: UnitFields, by: Actor, now: datetime, expect: int | None = None) -> Unit:
    """Refused without a name or when a sibling has it; no fact when nothing differs."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    unit = locked(unit)
    check_version(unit, expect)
    fields = fields.cleaned()
    _check(fields, unit.parent, but=unit)
    if unit.is_office and UnitKind(fields.kind) in NO_OFFICE_KINDS:
        raise Refused("office_kind", _("协调办公室只能是部门或班组。"), field="kind")
    changed = change(unit, fields.columns())
    if changed:
        unit.version += 1
        unit.save()
        told = {name: both for name, both in changed.items() if name not in ("pinyin", "initials", "grams")}
        record("unit", unit.pk, "unit.updated", by=by, now=now, data={"changed": told})
    return unit


@transaction.atomic
def move_unit(unit: Unit, *, parent: Unit | None, by: Actor, now: datetime, expect: int | None = None) -> Unit:
    """Below another parent, with everything under it, as its last child. Refused below itself."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    unit, parent = locked(unit), locked(parent) if parent else None
    check_version(unit, expect)
    _check_move(unit, parent)
    if parent == unit.parent:
        return unit
    before, old_path = unit.parent_id, unit.path
    new_path = path_below(parent, unit.pk)
    last = Unit.objects.filter(parent=parent).aggregate(last=Max("order"))["last"] or 0
    unit.parent, unit.order, unit.version = parent, last + 1, unit.version + 1
    unit.save(update_fields=["parent", "order", "version"])
    moved = Unit.objects.filter(path__startswith=old_path)
    moved.update(path=Concat(Value(new_path), Substr("path", len(old_path) + 1)))
    unit.path = new_path
    record("unit", unit.pk, "unit.moved", by=by, now=now, data={"from": before, "to": parent.pk if parent else None})
    return unit


@transaction.atomic
def close_unit(unit: Unit, *, by: Actor, now: datetime) -> Unit:
    """The unit stays readable in old matters, but nothing new goes to it.

    Refused for the office, and while it has people in posts or open units below it. Whoever else depends on the unit
    subscribes to "unit.closed" and raises, which undoes the closing.
    """
    access.require(access.can_edit(by.person), by)
    lock_structure()
    unit = locked(unit)
    if not unit.active:
        raise Refused("closed_already", _("{unit}已经撤销。"), unit=unit.name)
    if unit.is_office:
        raise Refused("is_office", _("{unit}是协调办公室，不能撤销。请先把另一个部门设为协调办公室。"), unit=unit.name)
    people = active_posts().filter(unit=unit).values("person").distinct().count()
    if people:
        raise Refused("has_people", _("{unit}还有{n}人在岗，请先调离或免去后再撤销。"), unit=unit.name, n=people)
    below = Unit.objects.filter(parent=unit, active=True).count()
    if below:
        raise Refused("has_units", _("{unit}下面还有{n}个单位，请先移走或撤销。"), unit=unit.name, n=below)
    unit.active, unit.version = False, unit.version + 1
    unit.save(update_fields=["active", "version"])
    Charge.objects.filter(unit=unit).delete()
    record("unit", unit.pk, "unit.closed", by=by, now=now)
    return unit


@transaction.atomic
def reopen_unit(unit: Unit, *, by: Actor, now: datetime) -> Unit:
    """Refused while the unit above it is closed."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    unit = locked(unit)
    if unit.active:
        return unit
    if unit.parent and not unit.parent.active:
        raise Refused("parent_closed", _("上级{unit}已撤销，请先恢复上级。"), unit=unit.parent.name)
    _check(_fields_of(unit), unit.parent, but=unit)
    unit.active, unit.version = True, unit.version + 1
    unit.save(update_fields=["active", "version"])
    record("unit", unit.pk, "unit.updated", by=by, now=now, data={"changed": {"active": [False, True]}})
    return unit


@transaction.atomic
def reorder_units(parent: Unit | None, *, order: Sequence[int], by: Actor, now: datetime) -> None:
    """`order` holds the keys of all open children, first to last. Stale when they are no longer exactly these."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    children = {unit.pk: unit for unit in Unit.objects.filter(parent=parent, active=True)}
    if sorted(order) != sorted(children):
        raise Stale
    for place, pk in enumerate(order, start=1):
        children[pk].order = place
    Unit.objects.bulk_update(children.values(), ["order"], batch_size=500)
    if parent is not None:
        record("unit", parent.pk, "unit.updated", by=by, now=now, data={"children": list(order)})


@transaction.atomic
def set_office(unit: Unit, *, by: Actor, now: datetime) -> Unit:
    """Make the unit the one coordinating office. Refused while nobody works there: it catches what others drop."""
    access.require(access.can_edit(by.person), by)
    lock_structure()
    unit = locked(unit)
    if unit.is_office:
        return unit
    if not unit.active or UnitKind(unit.kind) in NO_OFFICE_KINDS:
        raise Refused("office_kind", _("协调办公室只能是部门或班组。"))
    if not active_posts().filter(unit=unit, person__active=True).exists():
        raise Refused("office_empty", _("{unit}还没有人在岗，不能设为协调办公室。请先任命人员。"), unit=unit.name)
    for former in Unit.objects.filter(is_office=True):
        former.is_office, former.version = False, former.version + 1
        former.save(update_fields=["is_office", "version"])
        record("unit", former.pk, "unit.updated", by=by, now=now, data={"changed": {"is_office": [True, False]}})
    unit.is_office, unit.version = True, unit.version + 1
    unit.save(update_fields=["is_office", "version"])
    record("unit", unit.pk, "unit.updated", by=by, now=now, data={"changed": {"is_office": [False, True]}})
    return unit


def path_below(parent: Unit | None, pk: int) -> str:
    return f"{parent.path if parent else ''}{pk:05d}."


def reserve_unit_keys(count: int) -> list[int]:
    """Keys for units not yet written, because a unit's path holds its own key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [Unit._meta.db_table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def _fields_of(unit: Unit) -> UnitFields:
    return UnitFields(unit.official_name, unit.short_name, tuple(unit.aliases), unit.kind, unit.code, unit.duties)


def _told(unit: Unit) -> dict[str, object]:
    return {
        "official_name": unit.official_name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "parent": unit.parent_id,
    }


def _check(fields: UnitFields, parent: Unit | None, *, but: Unit | None) -> None:
    if not fields.official_name:
        raise Refused("no_name", _("请填写单位全称。"), field="official_name")
    for name, most in LONGEST.items():
        if len(getattr(fields, name)) > most:
            raise Refused("too_long", _("最多{most}个字，请缩短。"), field=name, most=most)
    if fields.kind not in set(UnitKind):
        raise Refused("kind", _("没有“{kind}”这种单位类型。"), field="kind", kind=fields.kind)
    if parent is not None and not parent.active:
        raise Refused("parent_closed", _("上级{unit}已撤销，请先恢复上级。"), field="parent", unit=parent.name)
    others = Unit.objects.exclude(pk=but.pk if but else 0)
    if others.filter(parent=parent, active=True, official_name=fields.official_name).exists():
        raise Refused("name_taken", _("同一上级下已有“{name}”。"), field="official_name", name=fields.official_name)
    taken = others.filter(code=fields.code).first() if fields.code else None
    if taken:
        raise Refused(
            "code_taken", _("编码{number}已由{unit}使用。"), field="code", number=fields.code, unit=taken.name
        )


def _check_move(unit: Unit, parent: Unit | None) -> None:
    if parent is None:
        return
    if parent.path.startswith(unit.path):
        raise Refused("circle", _("不能把{unit}移到它自己或它的下级里面。"), field="parent", unit=unit.name)
    _check(_fields_of(unit), parent, but=unit)
