"""Paper: what is printed and handed over, for people without an account whom no channel reaches."""

from __future__ import annotations

from collections.abc import Sequence

from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.organisation.queries import primary_posts

PAPER = "paper"
_subjects: set[str] = set()


def register_paper(subject_type: str) -> None:
    """There is a page on which such things are printed."""
    _subjects.add(subject_type)


class Paper:
    name = PAPER
    title = _("纸质")

    def carries(self, subject_type: str) -> bool:
        return subject_type in _subjects

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        """The unit where somebody without an account is found; whoever can sign in has it before him there."""
        keys = [person.pk for person in people]
        able = set(Person.objects.filter(pk__in=keys, account__is_active=True).values_list("pk", flat=True))
        posts = primary_posts([key for key in keys if key not in able])
        return {
            person.pk: posts[person.pk].unit.name if person.pk in posts else person.name
            for person in people
            if person.pk not in able
        }
