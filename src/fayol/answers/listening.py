"""Whoever leaves takes the links with him."""

from __future__ import annotations

from fayol.answers.actions import end_for_people
from fayol.facts.models import Fact
from fayol.facts.registry import subscribe


def register() -> None:
    subscribe("person.availability_changed", on_availability)


def on_availability(facts: list[Fact]) -> None:
    end_for_people({fact.subject_id for fact in facts}, now=facts[0].at)
