"""Comparing matters with their facts, and their numbers with what was given out."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Max

from fayol.facts.registry import register_auditor
from fayol.facts.replay import differing, each, replayed
from fayol.matters.actions import values_of
from fayol.matters.models import Matter, Series


def register() -> None:
    register_auditor("matter", audit)


def audit() -> Iterator[str]:
    """One sentence for each matter that is not what its facts make of it, and for each gap in the numbers."""
    for row, facts in each("matter", Matter.objects.all()):
        yield from differing(f"matter:{row.pk}“{row.label}”", replayed(facts), values_of(row))
    counted = Matter.objects.values("kind", "year").annotate(n=Count("pk"), top=Max("number"))
    given = {(s.kind, s.year): s.last for s in Series.objects.all()}
    for row_ in counted:
        if row_["n"] != row_["top"] or given.get((row_["kind"], row_["year"])) != row_["top"]:
            yield f"{row_['kind']}〔{row_['year']}〕的编号有缺口：共{row_['n']}件，最大{row_['top']}号"
