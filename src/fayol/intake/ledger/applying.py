"""Taking a ledger workbook in: all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from fayol.commitments.actions import Asking
from fayol.commitments.actions.importing import Brought, import_rows, note_in_ledger
from fayol.commitments.models import Commitment
from fayol.facts.journal import record
from fayol.files.models import StoredFile
from fayol.files.store import check, keep_checked, open_file
from fayol.intake.ledger.planning import NEW, NewTask, Plan, plan
from fayol.intake.ledger_models import LedgerImport
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.matters.actions import Opening, ask, open_matter
from fayol.matters.states import Basis, Kind
from fayol.organisation.actions import UnitFields, create_unit
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Post, Unit
from fayol.organisation.queries import is_coordinator, office
from fayol.organisation.states import COORDINATING_ROLES, UnitKind
from fayol.reading.ledger_sheet import read_ledger

_BASIS = (("会议", Basis.MEETING), ("批示", Basis.INSTRUCTION), ("文件", Basis.POLICY), ("办法", Basis.POLICY))


def check_may(by: Actor) -> None:
    if by.person is not None and not is_coordinator(by.person):
        raise Refused("not_yours", _("台账由协调办导入。您的任务请在任务页办理。"))


@transaction.atomic
def take_upload(name: str, data: bytes, *, by: Actor, now: datetime) -> LedgerImport:
    """Keep the file for looking at. Refused when it is no ledger (as `read_ledger` says), or was taken in before."""
    check_may(by)
    check(name, data)
    read_ledger(data, name=name, today=now.date())
    stored = keep_checked(name, data, by=by, now=now)
    same = StoredFile.objects.filter(sha256=stored.sha256).values("pk")
    before = LedgerImport.objects.filter(file__in=same, applied_at__isnull=False).select_related("applied_by").first()
    if before is not None and before.report.get("new"):
        raise Refused("already_taken", _("这份台账已由{name}于{when}导入过，没有再导一遍。"), field="file",
                      name=before.applied_by.name if before.applied_by else "", when=before.applied_at)  # fmt: skip
    assert by.person is not None
    made = LedgerImport.objects.create(file=stored, uploaded_by=by.person, uploaded_at=now)
    record("ledger", made.pk, "ledger.uploaded", by=by, now=now, data={"file": stored.sha256, "name": name})
    return made


def plan_of(upload: LedgerImport, *, now: datetime) -> Plan:
    with open_file(upload.file) as file:
        sheet = read_ledger(file.read(), name=upload.file.name, today=upload.uploaded_at.date())
    return plan(sheet, name=upload.file.name, choices=upload.choices, now=now)


@transaction.atomic
def choose_units(upload: LedgerImport, choices: dict[str, str], *, by: Actor, now: datetime) -> LedgerImport:
    """Say what unknown names mean. Refused once the workbook is taken in."""
    check_may(by)
    row = _locked(upload)
    row.choices = {**row.choices, **choices}
    row.save(update_fields=["choices"])
    record("ledger", row.pk, "ledger.units_chosen", by=by, now=now, data={"set": {"choices": choices}})
    return row


@transaction.atomic
def apply_upload(upload: LedgerImport, *, by: Actor, now: datetime) -> LedgerImport:
    """Take it in as the preview shows it now, all or nothing. Refused while rows are faulty or names unknown."""
    check_may(by)
    row = _locked(upload)
    report = apply_plan(plan_of(row, now=now), by=by, now=now)
    row.applied_by, row.applied_at, row.report = by.person, now, report
    row.save(update_fields=["applied_by", "applied_at", "report"])
    if report["new"] or report["update"]:
        record("ledger", row.pk, "ledger.imported", by=by, now=now, data={"set": {"report": report}})
    return row


def _locked(upload: LedgerImport) -> LedgerImport:
    row = LedgerImport.objects.select_for_update(of=("self",)).select_related("file").get(pk=upload.pk)
    if row.applied_at is not None:
        raise Stale()
    return row


@transaction.atomic
def apply_plan(made: Plan, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Counts by kind of line, and the keys of the matters opened. A workbook without changes leaves no fact."""
    check_may(by)
    if made.blocking:
        first = made.blocking[0]
        raise Refused(
            "faulty",
            _("还有{count}处要改，没有导入任何一条。第一处：{first}"),
            count=len(made.blocking),
            first=str(first),
        )
    if made.open_names:
        raise Refused("unknown_units", _("还有{count}个单位不认识，请先逐个选择对应的单位：{names}"),
                      count=len(made.open_names), names="、".join(one.name for one in made.open_names[:8]))  # fmt: skip
    units = _make_units(made, by=by, now=now)
    groups: dict[str, list[NewTask]] = {}
    for line in made.of("new"):
        if line.new is not None:
            groups.setdefault(line.new.group, []).append(line.new)
    matters = [_take_group(group, tasks, units, by=by, now=now) for group, tasks in groups.items()]
    changes = {line.commitment.pk: line.changes for line in made.of("update") if line.commitment}
    if changes:
        note_in_ledger(changes, by=by, now=now)
    kinds = Counter(line.kind for line in made.lines)
    return {**{kind: kinds[kind] for kind in ("new", "update", "same", "refused", "known")}, "matters": matters}


def _make_units(made: Plan, *, by: Actor, now: datetime) -> dict[str, int]:
    """The outside units that were chosen to be made, below the top of the tree."""
    wanted = [one.name for one in made.unknown.values() if one.chosen == NEW]
    top = Unit.objects.filter(kind=UnitKind.ORGANISATION, parent__isnull=True, active=True).order_by("path").first()
    found = {}
    for name in wanted:
        fields = UnitFields(official_name=name[:120], kind=UnitKind.EXTERNAL)
        found[name] = create_unit(top, fields=fields, by=by, now=now).pk
    return found


def _take_group(group: str, tasks: Sequence[NewTask], made: dict[str, int], *, by: Actor, now: datetime) -> int:
    def key(unit: int | str) -> int:
        return unit if isinstance(unit, int) else made[unit]

    matter = open_matter(_opening(group, tasks, key(_most_common(tasks)), by), by=by, now=now)
    askings = [_asking(task, key, by) for task in tasks]
    leads = ask(matter, askings, by=by, now=now, dispatch=False)
    brought = dict(zip((lead.pk for lead in leads), (task.brought for task in tasks), strict=True))
    supports = Commitment.objects.filter(parent__in=leads).order_by("pk")
    rows = [(lead, brought[lead.pk]) for lead in leads]
    rows += [(support, _beside(brought[support.parent_id or 0])) for support in supports]
    import_rows(rows, by=by, now=now)
    return matter.pk


def _most_common(tasks: Sequence[NewTask]) -> int | str:
    return Counter(task.lead for task in tasks).most_common(1)[0][0]


def _beside(lead: Brought) -> Brought:
    """What is known of a supporting task: it was given out with its lead, and ended with it at the latest."""
    return Brought(opened_on=lead.opened_on, acknowledged_on=lead.acknowledged_on, closed_on=lead.closed_on)


def _opening(group: str, tasks: Sequence[NewTask], lead_unit: int, by: Actor) -> Opening:
    source_kind = next((task.source_kind for task in tasks if task.source_kind), "")
    basis = next((kind for word, kind in _BASIS if word in source_kind), Basis.FACT)
    sponsor = next((task.sponsor for task in tasks if task.sponsor), "")
    return Opening(
        title=" ".join(group.split())[:200],
        goal=_("按台账办结所列任务"),
        kind=Kind.SUPERVISION,
        basis_kind=basis,
        basis_text=next((task.source_ref for task in tasks if task.source_ref), "")[:300],
        lead_unit_id=lead_unit,
        coordinator_id=by.person_id or _first_coordinator(),
        requester_unit_id=office().pk,
        sponsor_id=Person.objects.filter(name=sponsor, active=True).values_list("pk", flat=True).first()
        if sponsor
        else None,
    )


def _first_coordinator() -> int:
    posts = Post.objects.filter(unit__is_office=True, role__in=COORDINATING_ROLES, ended_on__isnull=True)
    found = posts.filter(person__active=True).order_by("order", "id").values_list("person_id", flat=True).first()
    if found is None:
        raise Refused("no_coordinator", _("协调办公室还没有协调员，请先在组织页面指定。"))
    return found


def _asking(task: NewTask, key: Any, by: Actor) -> Asking:
    asker = office().pk
    title = " ".join(task.text.split())[:300]
    supports = tuple(
        Asking(
            title=title,
            performer_unit_id=key(unit),
            requester_unit_id=asker,
            requester_id=by.person_id,
            required_on=task.required_on,
        )
        for unit in dict.fromkeys(task.supports)
        if key(unit) != key(task.lead)
    )
    return Asking(
        title=title,
        text=task.text,
        condition=task.condition,
        performer_unit_id=key(task.lead),
        responsible_id=task.responsible_id,
        required_on=task.required_on,
        required_words=task.required_words,
        required_rule=task.required_rule,
        supports=supports,
        requester_unit_id=asker,
        requester_id=by.person_id,
    )
