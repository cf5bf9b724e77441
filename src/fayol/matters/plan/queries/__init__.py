"""Named reads of plans."""

from fayol.matters.plan.queries.agreed import (
    Comparison,
    Difference,
    acknowledgements_for,
    acknowledgements_of,
    change_orders_of,
    compare,
    differences,
    latest_baseline,
    my_acknowledgements,
)
from fayol.matters.plan.queries.cards import (
    cards_for,
    figures_of,
    open_reconfirm,
    reconfirms_for,
    reconfirms_of,
    start_of,
    unanswered_of,
    uses_of,
)
from fayol.matters.plan.queries.graph import load_graph
from fayol.matters.plan.queries.shown import (
    Affected,
    Plan,
    Shown,
    Tie,
    effect_of,
    plan_of,
    ties_of,
)

__all__ = [
    "Affected",
    "Comparison",
    "Difference",
    "Plan",
    "Shown",
    "Tie",
    "acknowledgements_for",
    "acknowledgements_of",
    "cards_for",
    "change_orders_of",
    "compare",
    "differences",
    "effect_of",
    "figures_of",
    "latest_baseline",
    "load_graph",
    "my_acknowledgements",
    "open_reconfirm",
    "plan_of",
    "reconfirms_for",
    "reconfirms_of",
    "start_of",
    "ties_of",
    "unanswered_of",
    "uses_of",
]
