"""A change of the working calendars that the deadlines follow, a batch at a time."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Recalculation(models.Model):
    """`next_at` is null once it is done. `cursor` is the key of the last promise that was counted anew."""

    why = models.CharField(max_length=200)
    first_on = models.DateField()
    last_on = models.DateField()
    turned_off: models.JSONField[Any, Any] = models.JSONField(default=list)
    units = ArrayField(models.BigIntegerField(), null=True)
    cursor = models.BigIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recalculation_done_is_quiet", condition=Q(finished_at__isnull=True) | Q(next_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="recalculation_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.why
