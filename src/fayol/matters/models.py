"""An affair across units: why, what for, who leads, who supports, who must know."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from fayol.commitments.states import NATURE_WORDS, URGENCY_WORDS, Nature, Urgency
from fayol.matters.plan import models as plan_models
from fayol.matters.states import (
    BASIS_WORDS,
    KIND_WORDS,
    KLASS_WORDS,
    STATUS_WORDS,
    VISIBILITY_WORDS,
    Basis,
    Kind,
    Klass,
    Status,
    Visibility,
)

__all__ = ["Matter", "Series", "plan_models"]  # Django looks for the models of the plan here


class Series(models.Model):
    """The last number given out of a kind in a year. The row is the lock under which the next one is taken."""

    kind = models.CharField(max_length=2, choices=list(KIND_WORDS.items()))
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.kind}〔{self.year}〕{self.last}"


class Matter(models.Model):
    """An affair. Its promises are commitments whose origin is ("matter", its key).

    `benefits` says by side ("lead", "support", "whole") what each gains. `coordinator` may convene, remind and
    record, never decide. `tasks` counts the promises numbered so far ("118-04" is the fourth).
    """

    kind = models.CharField(max_length=2, choices=list(KIND_WORDS.items()), default=Kind.COORDINATION)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    goal = models.TextField(blank=True)
    benefits: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    basis_kind = models.CharField(max_length=12, choices=list(BASIS_WORDS.items()), default=Basis.FACT)
    basis_text = models.CharField(max_length=300, blank=True)
    nature = models.CharField(max_length=12, choices=list(NATURE_WORDS.items()), default=Nature.DIRECTIVE)
    klass = models.CharField(max_length=10, choices=list(KLASS_WORDS.items()), default=Klass.ORDINARY)
    urgency = models.CharField(max_length=8, choices=list(URGENCY_WORDS.items()), default=Urgency.NORMAL)
    lead_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    supporting = models.ManyToManyField("organisation.Unit", related_name="+", blank=True)
    informed = models.ManyToManyField("organisation.Unit", related_name="+", blank=True)
    sponsor = models.ForeignKey("organisation.Person", models.PROTECT, null=True, blank=True, related_name="+")
    coordinator = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    requester_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=12, choices=list(VISIBILITY_WORDS.items()), default=Visibility.PARTIES)
    named = models.ManyToManyField("organisation.Person", related_name="+", blank=True)
    audience = ArrayField(models.BigIntegerField(), default=list)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=list(STATUS_WORDS.items()), default=Status.OPEN)
    outcome = models.TextField(blank=True)
    tasks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "number"], name="matter_number_once"),
            models.CheckConstraint(
                name="matter_closed_has_end", condition=Q(status=Status.OPEN) | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(name="matter_number_counts", condition=Q(number__gte=1)),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="matter_recent"),
            models.Index(fields=["-created_at", "-id"], name="matter_all"),
            GinIndex(fields=["audience"], name="matter_audience", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """督〔2026〕118号: six-angled brackets, the year in full, no 第, no leading zeros (GB/T 9704-2012, 7.2.5)."""
        return f"{self.kind}〔{self.year}〕{self.number}号"
