"""Flows: what an affair of a kind consists of, to be used again. Made by hand, or kept from an affair that is over."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fayol.matters.flows.states import ANCHOR_WORDS, Anchor
from fayol.matters.states import KLASS_WORDS, Klass


class Flow(models.Model):
    """`suggested` maps a role to the unit that usually has it. `lead_role` leads the affair. `lessons` is what those
    who went through it want the next ones to know."""

    title = models.CharField(max_length=200)
    about = models.CharField(max_length=500, blank=True)
    goal = models.TextField(blank=True)
    klass = models.CharField(max_length=10, choices=list(KLASS_WORDS.items()), default=Klass.SPECIAL)
    anchor = models.CharField(max_length=8, choices=list(ANCHOR_WORDS.items()), default=Anchor.EVENT)
    lead_role = models.CharField(max_length=60)
    suggested: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    lessons = models.TextField(blank=True)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    used = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-used", "-id"], name="flow_in_use", condition=Q(retired_at__isnull=True))]

    def __str__(self) -> str:
        return self.title


class FlowStep(models.Model):
    """One task of a flow, due `offset` working days after the anchor day, of `workdays` days. `needs` are the numbers
    of the steps whose result it waits for. `real_days` and `late_days` are how it went the last time."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    supports = ArrayField(models.CharField(max_length=60), default=list)
    condition = models.TextField(blank=True)
    offset = models.SmallIntegerField()
    workdays = models.PositiveSmallIntegerField(default=1)
    needs = ArrayField(models.PositiveSmallIntegerField(), default=list)
    real_days = models.FloatField(null=True)
    late_days = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_step_number_once"),
            models.CheckConstraint(name="flow_step_some_work", condition=Q(workdays__gte=1)),
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
