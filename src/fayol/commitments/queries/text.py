"""Finding a title by a part of it, without any extension of PostgreSQL.

Two functions in the database: one writes a title plainly (NFKC, lower case, no white space), the other cuts that into
its characters, which an inverted index keeps. (Pairs would find fewer wrong titles, but cutting them takes a hundred
times as long, on every write.) A title with the wanted text in it has all its characters; whether they stand side by
side is looked at afterwards.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, TextField, Value

from fayol.kernel.text import squeeze


class Pieces(Func):
    """The pieces of a title as the index keeps them."""

    function = "commitments_pieces"
    output_field = ArrayField(TextField())


class _Within(Func):
    template = "(strpos(%(expressions)s) > 0)"
    conditional = True
    output_field = BooleanField()


class _Holds(Func):
    """array @> array, spelled so that the index on the pieces answers it."""

    template = "(%(expressions)s)"
    arg_joiner = " @> "
    conditional = True
    output_field = BooleanField()


class Plain(Func):
    function = "commitments_plain"
    output_field = TextField()


def pieces_of(text: str) -> list[str]:
    return sorted(set(squeeze(text)))


def has_text(text: str) -> Q:
    """Titles with `text` in them: for rows that are looked at one by one."""
    return Q(_Within(Plain(F("title")), Value(squeeze(text), output_field=TextField())))


def may_have_text(text: str) -> Q:
    """Titles with all its characters, wherever: what the index answers."""
    return Q(_Holds(Pieces(F("title")), Value(pieces_of(text), output_field=ArrayField(TextField()))))
