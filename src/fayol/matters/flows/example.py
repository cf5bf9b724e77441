"""The flows that the example brings: preparing an annual meeting, and an important meeting."""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any

from django.db.models import Q

from fayol.matters.flows.actions import FlowFields, StepFields, make
from fayol.matters.flows.models import Flow
from fayol.matters.flows.states import Anchor
from fayol.matters.states import Klass
from fayol.organisation.actor import Actor
from fayol.organisation.models import Unit


def load_flows(*, by: Actor, now: datetime) -> list[Flow]:
    """Those that are not there yet, by their title. Units that are not there are left for whoever uses the flow."""
    told = tomllib.loads(files("fayol.matters.flows").joinpath("example.toml").read_text(encoding="utf-8"))
    known = set(Flow.objects.filter(title__in=[flow["title"] for flow in told["flow"]]).values_list("title", flat=True))
    return [make(_fields(flow), by=by, now=now) for flow in reversed(told["flow"]) if flow["title"] not in known]


def _fields(flow: dict[str, Any]) -> FlowFields:
    suggested = {role: key for role, name in flow["suggested"].items() if (key := _unit(name))}
    return FlowFields(
        title=flow["title"],
        about=flow["about"],
        goal=flow["goal"],
        anchor=Anchor(flow["anchor"]),
        klass=Klass(flow.get("klass", Klass.SPECIAL)),
        lead_role=flow["lead_role"],
        lessons=flow["lessons"],
        suggested=suggested,
        steps=tuple(
            StepFields(**{**step, "needs": tuple(step.get("needs", ())), "supports": tuple(step.get("supports", ()))})
            for step in flow["step"]
        ),
    )


def _unit(name: str) -> int | None:
    found = Unit.objects.filter(Q(short_name=name) | Q(official_name=name), active=True).first()
    return found.pk if found else None
