"""Named reads for the pages of intake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from fayol.intake import policy
from fayol.intake.access import visible_to
from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.names import Directory
from fayol.intake.policy import Need
from fayol.intake.states import DocumentStatus, DraftState
from fayol.organisation.holding import hold_many
from fayol.organisation.models import Person, Post
from fayol.organisation.queries import active_posts
from fayol.organisation.states import PostRole

DATE_NEEDS = frozenset({"no_date", "vague_date", "impossible_date"})
MANY = 5
_NOT_COUNTED = ("text", "condition", "marks", "reasons", "deadlines")


def same_content(person: Person, sha256: str) -> IntakeDocument | None:
    """The latest document with the same content among those this person may work on."""
    rows = visible_to(person).filter(sha256=sha256).exclude(status=DocumentStatus.DROPPED)
    return rows.defer("text", "blocks").select_related("uploaded_by", "matter").order_by("-read_at", "-id").first()


@dataclass
class Summary:
    """All drafts of a document at a glance; `needs` by key of those that lack something."""

    drafts: list[Draft]
    needs: dict[int, list[Need]] = field(default_factory=dict)

    def of(self, state: DraftState) -> list[Draft]:
        return [draft for draft in self.drafts if draft.state == state]

    @property
    def open(self) -> list[Draft]:
        return self.of(DraftState.OPEN)

    @property
    def given(self) -> list[Draft]:
        return self.of(DraftState.DISPATCHED)

    @property
    def ready(self) -> int:
        return len(self.open) - len(self.needs)

    @property
    def ticked(self) -> list[Draft]:
        return [draft for draft in self.open if draft.checked]

    @property
    def many(self) -> bool:
        """Whether so much is missing that deciding at once comes before deciding one by one."""
        return len(self.needs) > MANY

    @property
    def undated(self) -> int:
        return sum(any(need.code in DATE_NEEDS for need in needs) for needs in self.needs.values())

    @property
    def leaderless(self) -> int:
        return sum(any(need.code == "needs_lead" for need in needs) for needs in self.needs.values())

    @property
    def unknown(self) -> list[tuple[str, int]]:
        """Names that are no unit of the organisation and in how many drafts they stand, the most frequent first."""
        counted = Counter(row["words"] for draft in self.open for row in draft.open_names)
        return counted.most_common(60)


def summary_of(document: IntakeDocument, directory: Directory) -> Summary:
    """One query, without the long texts."""
    drafts = list(document.drafts.order_by("position").defer(*_NOT_COUNTED))
    summary = Summary(drafts)
    for draft in summary.open:
        if found := policy.needs_of(draft, active=directory.units):
            summary.needs[draft.pk] = found
    return summary


def full_drafts(document: IntakeDocument, keys: Sequence[int]) -> list[Draft]:
    drafts = list(document.drafts.filter(pk__in=keys).order_by("position"))
    for draft in drafts:
        draft.document = document
    return drafts


@dataclass(frozen=True)
class Reach:
    """Whom a dispatch would tell."""

    units: int
    people: int


def reach_of(drafts: Iterable[Draft], *, now: datetime) -> Reach:
    """Units asked and the people who would get the ball; constant queries."""
    pairs = {(d.lead_id, d.responsible_id) for d in drafts if d.lead_id}
    pairs |= {(unit, None) for d in drafts if d.lead_id for unit in d.supports}
    wanted = sorted(((u, p) for u, p in pairs if u), key=lambda pair: (pair[0], pair[1] or 0))
    holders = {holding.person_id for holding in hold_many(wanted, now=now)} if wanted else set()
    return Reach(len({unit for unit, _person in wanted}), len(holders))


def rosters_of(units: Iterable[int]) -> dict[int, list[Post]]:
    """Who may be made responsible in each unit: its people by manual order, each once; one query."""
    posts = active_posts().filter(unit_id__in=set(units), person__active=True).select_related("person")
    found: dict[int, list[Post]] = {}
    for post in posts.order_by("unit_id", "order", "id"):
        listed = found.setdefault(post.unit_id, [])
        if post.person_id not in {other.person_id for other in listed}:
            listed.append(post)
    return found


def is_in(person: int, unit: int) -> bool:
    return active_posts().filter(person_id=person, unit_id=unit, person__active=True).exists()


def leaders() -> list[Person]:
    posts = active_posts().filter(role=PostRole.LEADER, person__active=True).select_related("person")
    return list(dict.fromkeys(post.person for post in posts.order_by("order", "id")))


def counts_of(documents: Sequence[IntakeDocument]) -> dict[int, dict[str, int]]:
    """How many drafts of each document are open, dispatched and in all; one query."""
    rows = Draft.objects.filter(document__in=[d.pk for d in documents]).exclude(state=DraftState.DROPPED)
    counted = rows.values("document").annotate(
        every=Count("pk"),
        open=Count("pk", filter=Q(state=DraftState.OPEN)),
        given=Count("pk", filter=Q(state=DraftState.DISPATCHED)),
    )
    return {row["document"]: {name: int(row[name]) for name in ("every", "open", "given")} for row in counted}
