"""The append-only journal. Rows are written by `journal.record` and never touched again (trigger in the database)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Fact(models.Model):
    """One thing that happened to one subject. Names are kept as they were at that moment.

    `seq` counts 1..n per subject; `hash` covers the row and `prev_hash`, the hash of the fact before it.
    """

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    behalf_id = models.BigIntegerField(null=True)
    behalf_name = models.CharField(max_length=80, blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "seq"], name="fact_once_per_seq"),
        ]
        indexes = [
            models.Index(fields=["actor_id", "-at"], name="fact_by_actor", condition=models.Q(actor_id__isnull=False)),
            BrinIndex(fields=["at"], name="fact_at_brin"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id}#{self.seq} {self.verb}"


class Head(models.Model):
    """The end of each subject's chain: the lock under which the next fact is written; shows when the end is cut off."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="head_once_per_subject")]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id}#{self.seq}"


class Seal(models.Model):
    """A hash over all facts up to an id, chained to the seal before it: a whole subject cannot vanish unseen."""

    upto = models.BigIntegerField(unique=True)
    count = models.BigIntegerField()
    at = models.DateTimeField()
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal up to {self.upto}"
