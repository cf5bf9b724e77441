"""Comparing plans with their facts: ties, versions, numbers, cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from fayol.facts.models import Fact, Head
from fayol.facts.registry import register_auditor
from fayol.facts.replay import each, in_batches
from fayol.matters.plan.models import Baseline, Dependency, Figure, Reconfirm, plain


def register() -> None:
    register_auditor("plan", audit_plans)
    register_auditor("reconfirm", audit_cards)
    register_auditor("figure", audit_figures)


def audit_plans() -> Iterator[str]:
    """The ties of each matter, and how many versions its plan has."""
    for batch in in_batches("plan", Head.objects.filter(subject_type="plan"), key="subject_id"):
        told = {head.subject_id: _replayed(facts) for head, facts in batch}
        rows = _rows({after for ties, _versions in told.values() for _before, after in ties})
        made = dict(Baseline.objects.filter(matter__in=told).values_list("matter").annotate(n=Count("pk")))
        for pk, (ties, versions) in told.items():
            yield from _compare(pk, ties, rows)
            if made.get(pk, 0) != versions:
                yield f"plan:{pk} 记录了{versions}版计划基线，实有{made.get(pk, 0)}版"


Pair = tuple[int, int]
Ties = dict[Pair, dict[str, Any]]


def _replayed(facts: list[Fact]) -> tuple[Ties, int]:
    """The ties that the facts leave, and how many versions they tell of."""
    ties: Ties = {}
    for fact in facts:
        if fact.verb in ("plan.linked", "plan.tie_changed"):
            ties[fact.data["before"], fact.data["after"]] = fact.data
        elif fact.verb == "plan.unlinked":
            ties.pop((fact.data["before"], fact.data["after"]), None)
    return ties, sum(fact.verb == "plan.baseline_made" for fact in facts)


def _rows(afters: set[int]) -> dict[Pair, Dependency]:
    return {(row.before_id, row.after_id): row for row in Dependency.objects.filter(after__in=afters)}


def _compare(pk: int, ties: Ties, rows: dict[Pair, Dependency]) -> Iterator[str]:
    for pair, data in ties.items():
        row = rows.get(pair)
        if row is None:
            yield f"plan:{pk} 的先后关系{pair[0]}→{pair[1]}不见了"
        elif (row.kind, row.lag, row.standard) != (data["kind"], data["lag"], data["standard"]):
            yield f"plan:{pk} 的先后关系{pair[0]}→{pair[1]}与记录不符"


def audit_cards() -> Iterator[str]:
    """Each card's answer is the one that its facts tell."""
    for row, facts in each("reconfirm", Reconfirm.objects.all()):
        answers = [f.data["answer"] for f in facts if f.verb == "reconfirm.answered"]
        dropped = any(f.verb == "reconfirm.dropped" for f in facts)
        if answers != ([row.answer] if row.answered_at else []) or dropped != (row.dropped_at is not None):
            yield f"reconfirm:{row.pk} 的答复与记录不符"


def audit_figures() -> Iterator[str]:
    """Each number is the one set last."""
    for row, facts in each("figure", Figure.objects.all()):
        told = [f.data for f in facts if f.verb in ("figure.added", "figure.changed")]
        if not told or (told[-1]["new"], told[-1]["version"]) != (plain(row.value), row.version):
            yield f"figure:{row.pk}“{row.name}”与记录不符"
