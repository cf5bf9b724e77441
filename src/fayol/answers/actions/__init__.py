"""What may be done: give links out and end them, answer by a link or by a letter, look at what came to nothing."""

from fayol.answers.actions.links import (
    answer_by_link,
    end_for_people,
    end_for_subjects,
    link_of_delivery,
    link_on_paper,
    revoke,
    wish_links,
)
from fayol.answers.actions.taking import looked_at, take_in

__all__ = [
    "answer_by_link",
    "end_for_people",
    "end_for_subjects",
    "link_of_delivery",
    "link_on_paper",
    "looked_at",
    "revoke",
    "take_in",
    "wish_links",
]
