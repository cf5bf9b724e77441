"""Named reads of the page of one promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from fayol.commitments.models import Attachment, Booking, Commitment
from fayol.facts.chain import digest
from fayol.facts.models import Fact, Head
from fayol.files.models import StoredFile
from fayol.organisation.models import Person, Unit

_UNIT_KEYS = ("performer_unit_id", "requester_unit_id", "holder_unit_id", "suggested_unit_id", "waiting_unit_id")
_PERSON_KEYS = ("responsible_id", "requester_id", "holder_id", "waiting_person_id")


def _keys_in(facts: Iterable[Fact]) -> tuple[set[int], set[int]]:
    """The keys of the units and of the people that the facts speak of."""
    units: set[int] = set()
    people: set[int] = set()
    for fact in facts:
        changed = fact.data.get("set", {})
        units.update(changed[key] for key in _UNIT_KEYS if changed.get(key))
        people.update(changed[key] for key in _PERSON_KEYS if changed.get(key))
        if fact.data.get("holder"):
            people.add(fact.data["holder"])
    return units, people


def names_for(facts: Iterable[Fact], shown: Sequence[Commitment] = ()) -> tuple[dict[int, str], dict[int, str]]:
    """The names of the units and of the people that the facts speak of, by their keys. What the rows shown carry along
    (`access.SHOWN_WITH`) is not read again."""
    units, people = _keys_in(facts)
    named = {u.pk: u.name for row in shown for u in (row.performer_unit, row.requester_unit, row.holder_unit) if u}
    called = {p.pk: p.name for row in shown for p in (row.responsible, row.requester, row.holder) if p}
    named |= {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=units - named.keys())}
    return named, called | dict(Person.objects.filter(pk__in=people - called.keys()).values_list("pk", "name"))


def files_by_fact(row: Commitment) -> dict[int, list[StoredFile]]:
    """The attachments by the number of the fact with which they came."""
    found: dict[int, list[StoredFile]] = defaultdict(list)
    for attachment in Attachment.objects.filter(commitment=row).select_related("file").order_by("pk"):
        found[attachment.seq].append(attachment.file)
    return found


def attached(row: Commitment, file_id: int) -> StoredFile | None:
    """The file, if it came with a move of this promise."""
    found = Attachment.objects.filter(commitment=row, file_id=file_id).select_related("file").first()
    return found.file if found else None


def bookings_of(row: Commitment) -> QuerySet[Booking]:
    return Booking.objects.filter(commitment=row).select_related("person", "unit").order_by("started_at", "pk")


def family_of(row: Commitment) -> list[Commitment]:
    """The lead that a support answers to, or the supports that answer to a lead, in order."""
    near = Q(pk=row.parent_id) if row.parent_id else Q(parent_id=row.pk)
    return list(
        Commitment.objects.filter(near).select_related("performer_unit", "holder", "responsible").order_by("pk")
    )


def chain_is_whole(row: Commitment, facts: list[Fact]) -> bool:
    """Whether the facts follow each other without a gap, each carries the hash of the one before, and the last one
    is the one that the head names. What `fayol verify` does for all, done for one."""
    last = ""
    for number, fact in enumerate(facts, start=1):
        if fact.seq != number or fact.prev_hash != last or digest(fact) != fact.hash:
            return False
        last = fact.hash
    head = Head.objects.filter(subject_type="commitment", subject_id=row.pk).first()
    return head is not None and (head.seq, head.hash) == (len(facts), last)


def away_name(row: Commitment) -> str:
    """The one whom the holder stands in for: the absent principal, or the responsible person who is not there."""
    if row.holder_for:
        return Person.objects.filter(pk=row.holder_for).values_list("name", flat=True).first() or ""
    if row.responsible is not None and row.holder_side == "performer" and row.holder_id != row.responsible_id:
        return row.responsible.name
    if row.requester is not None and row.holder_side == "requester" and row.holder_id != row.requester_id:
        return row.requester.name
    return ""
