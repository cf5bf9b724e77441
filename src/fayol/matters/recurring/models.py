"""Duties that come again: a rule, and what was opened by it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fayol.commitments.states import NATURE_WORDS, URGENCY_WORDS, Nature, Urgency
from fayol.kernel.recurrence import Shift
from fayol.matters.recurring.states import STATUS_WORDS, Status


class Recurrence(models.Model):
    """A duty that units owe again and again. Its promises are opened by the rule, one for each unit and occasion.

    `rrule` is RFC 5545, counted from `starts_on`; `handled_until` is the last occasion dealt with, by the rule's own
    day. `next_open_at` is the instant of the next opening, empty unless it is active.
    """

    title = models.CharField(max_length=200)
    condition = models.TextField(blank=True)
    nature = models.CharField(max_length=12, choices=list(NATURE_WORDS.items()), default=Nature.DIRECTIVE)
    urgency = models.CharField(max_length=8, choices=list(URGENCY_WORDS.items()), default=Urgency.NORMAL)
    requester_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    requester = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    performers = models.ManyToManyField("organisation.Unit", related_name="+")
    responsible = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")

    rrule = models.CharField(max_length=200)
    shift = models.CharField(max_length=6, default=Shift.BEFORE)
    lead = models.PositiveSmallIntegerField(help_text="working days before the due day on which it is given out")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    status = models.CharField(max_length=8, choices=list(STATUS_WORDS.items()), default=Status.ACTIVE)
    why = models.CharField(max_length=300, blank=True, help_text="why it was paused or ended")
    handled_until = models.DateField(null=True)
    next_open_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recurrence_only_active_opens", condition=Q(status=Status.ACTIVE) | Q(next_open_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["next_open_at"], name="recurrence_due", condition=Q(next_open_at__isnull=False)),
            models.Index(fields=["status", "-id"], name="recurrence_recent"),
            models.Index(fields=["matter"], name="recurrence_matter", condition=Q(matter__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title


class Occurrence(models.Model):
    """One occasion that was dealt with: opened as these promises, or passed over because its day was gone."""

    recurrence = models.ForeignKey(Recurrence, models.PROTECT, related_name="occurrences")
    day = models.DateField(help_text="the day that the rule gives")
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    commitments = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recurrence", "day"], name="occurrence_once")]

    def __str__(self) -> str:
        return f"{self.recurrence_id} {self.day}"

    @property
    def passed_over(self) -> bool:
        return not self.commitments
