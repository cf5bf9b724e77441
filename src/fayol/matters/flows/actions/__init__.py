"""The use cases of flows: making, keeping from an affair, changing, retiring, using."""

from fayol.matters.flows.actions.making import FlowFields, StepFields, change, keep_from, make, retire
from fayol.matters.flows.actions.using import Plan, Use, lay, open_from

__all__ = ["FlowFields", "Plan", "StepFields", "Use", "change", "keep_from", "lay", "make", "open_from", "retire"]
