"""From a workbook and the state to a plan."""

from __future__ import annotations

from fayol.organisation.importing.plan import Plan
from fayol.organisation.importing.plan_people import PersonPlanner
from fayol.organisation.importing.plan_posts import PostPlanner
from fayol.organisation.importing.plan_relations import plan_relations
from fayol.organisation.importing.plan_units import UnitPlanner
from fayol.organisation.importing.rows import (
    SHEETS,
    OrgSheet,
)
from fayol.organisation.importing.state import read_state


def make_plan(sheets: OrgSheet) -> Plan:
    """Reads the database, writes nothing. Every fault of every row is in `problems`."""
    plan = Plan(sheets, list(sheets.warnings), list(sheets.blocking))
    state = read_state(sheets)
    units, people = UnitPlanner(plan, state), PersonPlanner(plan, state)
    units.plan_all()
    people.plan_all()
    posts = PostPlanner(plan, state, units, people)
    posts.plan_all()
    plan_relations(plan, posts)
    places = {sheet: place for place, sheet in enumerate(SHEETS)}
    plan.problems.sort(key=lambda problem: (places[problem.sheet], problem.row))
    return plan
