"""Ladders, the climbs on them, and what was sent to whom in which half working day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from fayol.commitments.states import URGENCY_WORDS
from fayol.ladders.calls.models import Call as Call
from fayol.ladders.calls.models import CallItem as CallItem
from fayol.ladders.calls.models import PhonePromise as PhonePromise
from fayol.ladders.states import KIND_WORDS, LEVEL_WORDS

_RUNNING = Q(ended_at__isnull=True)
_WAITING = Q(ready_at__isnull=False)


class LadderPolicy(models.Model):
    """A ladder as the office has changed it. The one of a class (`klass`) goes before the one for all classes.

    Where there is no row, the shipped default holds (version 1). Its history is in its facts.
    """

    kind = models.CharField(max_length=8, choices=list(KIND_WORDS.items()))
    urgency = models.CharField(max_length=8, choices=list(URGENCY_WORDS.items()))
    klass = models.CharField(max_length=10, blank=True)
    rungs: models.JSONField[Any, Any] = models.JSONField(default=list)
    pause_limit = models.PositiveSmallIntegerField(default=3)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "urgency", "klass"], name="ladder_policy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.urgency} {self.klass} v{self.version}"


class Climb(models.Model):
    """One promise being watched for one thing. Written by `fayol.ladders.actions` only.

    `ladder` is the frozen copy of the policy. `unit` is the unit that owes (not the one that holds for it). Nothing
    is sent before `floor_at`. `next_rung` is the index of the rung to come; `steps` counts rungs that acted or were
    skipped, in all passes; `height` tells the highest level reached in this pass. `last_at` is where the last rung
    stands in time. `reached` keeps each of them for the pages: rung, level, person, at, why.
    """

    commitment = models.ForeignKey("commitments.Commitment", models.PROTECT, related_name="climbs")
    kind = models.CharField(max_length=8, choices=list(KIND_WORDS.items()))
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    ladder: models.JSONField[Any, Any] = models.JSONField()
    started_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    floor_at = models.DateTimeField()

    next_rung = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    reached: models.JSONField[Any, Any] = models.JSONField(default=list)

    suspended = models.BooleanField(default=False, help_text="the ball is elsewhere for the time being")
    paused_until = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)
    muted_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    muted_at = models.DateTimeField(null=True)
    mute_reason = models.CharField(max_length=200, blank=True)

    next_look_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "kind"], condition=_RUNNING, name="climb_one_running"),
            models.CheckConstraint(
                name="climb_ended_is_quiet", condition=_RUNNING | Q(next_look_at__isnull=True) & ~Q(ended_why="")
            ),
            models.CheckConstraint(
                name="climb_suspended_is_quiet", condition=Q(suspended=False) | Q(next_look_at__isnull=True)
            ),
            models.CheckConstraint(
                name="climb_muted_with_reason", condition=Q(muted_until__isnull=True) | ~Q(mute_reason="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_look_at", "id"], name="climb_due", condition=Q(next_look_at__isnull=False)),
            models.Index(fields=["commitment", "-id"], name="climb_of"),
            models.Index(
                fields=["-height", "last_at", "id"], name="climb_height", condition=_RUNNING & Q(height__gt=0)
            ),
            models.Index(fields=["id"], name="climb_trouble", condition=_RUNNING & ~Q(trouble="")),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.kind} {self.next_rung}"


class Chase(models.Model):
    """One message that chases somebody: at most one a person and half working day, flash excepted."""

    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="chased")
    day = models.DateField()
    half = models.PositiveSmallIntegerField(help_text="the number of the span of that day: 0 the morning")
    flash = models.BooleanField(default=False)
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "day", "half"], condition=Q(flash=False), name="chase_once_a_half_day"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-sent_at"], name="chase_latest")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day:%F} {self.half}"


class ChaseLine(models.Model):
    """One thing of which one person is to be reminded: by a rung of a climb, or by somebody (then `by`).

    It waits (`ready_at`: not before), was sent (`chase`), or was dropped because it had become pointless.
    """

    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    commitment = models.ForeignKey("commitments.Commitment", models.PROTECT, related_name="chase_lines")
    climb = models.ForeignKey(Climb, models.PROTECT, null=True, related_name="lines")
    step = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=list(KIND_WORDS.items()), blank=True)
    level = models.CharField(max_length=10, choices=list(LEVEL_WORDS.items()))
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    fact = models.BigIntegerField(help_text="the fact because of which it is sent")
    flash = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    chase = models.ForeignKey(Chase, models.PROTECT, null=True, related_name="lines")
    dropped = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["climb", "step"], name="chase_line_once"),
            models.CheckConstraint(
                name="chase_line_one_fate",
                condition=(_WAITING & Q(chase__isnull=True, dropped=""))
                | (~_WAITING & Q(chase__isnull=False, dropped=""))
                | (~_WAITING & Q(chase__isnull=True) & ~Q(dropped="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ready_at", "person"], name="chase_line_due", condition=_WAITING),
            models.Index(fields=["person"], name="chase_line_waits", condition=_WAITING),
            models.Index(fields=["commitment", "-id"], name="chase_line_of"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.commitment_id} {self.level}"


class Adoption(models.Model):
    """How far promises older than the ladders have been given theirs: keys above `upto` are still to be looked at,
    none when `done_at` is set. One row."""

    upto = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"up to {self.upto}"


class BriefItem(models.Model):
    """Something that stands on a leader's list since the ladder came that far."""

    commitment = models.ForeignKey("commitments.Commitment", models.PROTECT, related_name="brief_items")
    leader = models.ForeignKey("organisation.Person", models.PROTECT, related_name="brief_items")
    climb = models.ForeignKey(Climb, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    why = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commitment", "leader"], condition=Q(ended_at__isnull=True), name="brief_item_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["leader", "-since"], name="brief_item_list", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.leader_id} {self.commitment_id}"
