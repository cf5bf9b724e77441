"""When each sweep ran, who runs it now, and how it went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SweepRun(models.Model):
    """One row per sweep, shared by all workers: its clock and its lease."""

    name = models.CharField(max_length=80, primary_key=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)  # somebody is at it; renewed after every batch
    leased_by = models.CharField(max_length=64, default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    handled = models.PositiveBigIntegerField(default=0)  # rows in the last run
    handled_ever = models.PositiveBigIntegerField(default=0)
    failures_ever = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="worker_a_lease_has_an_owner",
                condition=Q(leased_until__isnull=True, leased_by="")
                | (Q(leased_until__isnull=False) & ~Q(leased_by="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StuckRow(models.Model):
    """A due row that a sweep could not deal with: why, how often, and when it is tried again. Gone once it succeeds."""

    sweep = models.CharField(max_length=80)
    table = models.CharField(max_length=80)  # app.model
    row_id = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    again_at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "table", "row_id"], name="worker_stuck_once")]

    def __str__(self) -> str:
        return f"{self.sweep}: {self.table} {self.row_id}"


class WorkerProcess(models.Model):
    """A running worker: where, since when, its last sign of life and what it was at then. A stopped one is removed;
    a killed one falls silent."""

    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    doing = models.CharField(max_length=300, default="", blank=True)  # names of sweeps
    clock_is_right = models.BooleanField(default=True)  # against the database's

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
