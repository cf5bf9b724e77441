"""What flows put into the page of an affair: keeping it as a flow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from fayol.matters.access import can_run
from fayol.matters.flows.access import may_make
from fayol.matters.models import Matter
from fayol.matters.states import Klass
from fayol.organisation.models import Person
from fayol.web import parts


def of_matter(person: Person, matter: Matter, now: datetime) -> dict[str, Any] | None:
    if matter.klass == Klass.INSTANT or not may_make(person) or not can_run(person, matter, now):
        return None
    return {"keep": reverse("flows:keep", args=[matter.pk])}


parts.register("matter.menu", "flows", "flows/_menu.html", of_matter, order=70)
