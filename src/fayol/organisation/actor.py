"""Who acts, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

from fayol.organisation.models import Person


@dataclass(frozen=True)
class Actor:
    """The person who acts and, when acting for another, that other. `Actor(None)` is the system itself.

    Satisfies `facts.Author`.
    """

    person: Person | None
    on_behalf_of: Person | None = None

    @property
    def person_id(self) -> int | None:
        return self.person.pk if self.person else None

    @property
    def person_name(self) -> str:
        return self.person.name if self.person else "系统"

    @property
    def behalf_id(self) -> int | None:
        return self.on_behalf_of.pk if self.on_behalf_of else None

    @property
    def behalf_name(self) -> str:
        return self.on_behalf_of.name if self.on_behalf_of else ""


SYSTEM = Actor(None)
