"""The matter that a document is to become: what is proposed, what was typed, and what it takes to open it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fayol.commitments.states import Nature, Urgency
from fayol.intake.models import Draft, IntakeDocument
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.matters.actions import Opening
from fayol.matters.states import Basis, Kind, Klass, Visibility
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import is_coordinator, office, units_of


def opening_for(document: IntakeDocument, drafts: Sequence[Draft], person: Person) -> dict[str, Any]:
    """Proposed fields, all to be seen and changed: named and founded after the document, led by whoever asks."""
    coordinator = is_coordinator(person)
    unit = asking_unit(person)
    quoted = document.title if document.title.startswith("《") else f"《{document.title}》"
    basis = quoted + (f"（{document.number}）" if document.number else "")
    return {
        "title": document.title[:200],
        "goal": f"完成{quoted}确定的{len(drafts)}项任务。" if drafts else "",
        "kind": (Kind.SUPERVISION if coordinator else Kind.COORDINATION).value,
        "klass": Klass.ORDINARY.value,
        "nature": (Nature.DIRECTIVE if coordinator else Nature.CONSULTATIVE).value,
        "urgency": Urgency.NORMAL.value,
        "basis_kind": (Basis.MEETING if document.meeting else Basis.POLICY).value,
        "basis_text": basis[:300],
        "lead_unit": unit.pk if unit else None,
        "sponsor": None,
        "visibility": Visibility.PARTIES.value,
        "named": [],
        "into": None,
    }


def asking_unit(person: Person) -> Unit | None:
    """In whose name the person asks: the office for its coordinators, else the unit of the primary post."""
    if is_coordinator(person):
        return office()
    units = units_of(person)
    return units[0] if units else None


def asker_of(by: Actor) -> tuple[Person, Unit]:
    """Who asks, and in whose name. Refused to the system, and to somebody who belongs to no unit."""
    if by.person is None:
        raise Refused("nobody", _("交办要由人发起。"))
    unit = asking_unit(by.person)
    if unit is None:
        raise Refused("no_unit", _("您没有任职单位，不能以单位名义交办。请联系管理员补上任职。"))
    return by.person, unit


def as_opening(fields: Mapping[str, Any], *, informed: Sequence[int], by: Actor) -> Opening:
    """What `matters.actions` takes. Refused when the asker belongs to no unit or the lead unit is missing."""
    person, unit = asker_of(by)
    lead = fields.get("lead_unit")
    if not lead:
        raise Refused("no_lead_unit", _("请写明事项由哪个单位总牵头。"), field="lead_unit")
    return Opening(
        title=fields["title"],
        goal=fields["goal"],
        lead_unit_id=lead,
        coordinator_id=person.pk,
        requester_unit_id=unit.pk,
        kind=Kind(fields["kind"]),
        klass=Klass(fields["klass"]),
        nature=Nature(fields["nature"]),
        urgency=Urgency(fields["urgency"]),
        basis_kind=Basis(fields["basis_kind"]),
        basis_text=fields["basis_text"],
        sponsor_id=fields.get("sponsor"),
        visibility=Visibility(fields["visibility"]),
        named=tuple(fields.get("named") or ()),
        informed=tuple(pk for pk in informed if pk != lead),
    )
