"""Working calendars: the country's year with its source, calendars of the organisation, their own exceptions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fayol.organisation.states import NATIONAL_KINDS, DayKind, DayStatus

_NATIONAL = sorted(kind.value for kind in NATIONAL_KINDS)


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


def usual_hours() -> list[list[str]]:
    return [["08:30", "12:00"], ["13:30", "17:30"]]


class Calendar(models.Model):
    """When a unit works. `hours` are spans ["08:30", "12:00"], the last may end at "24:00"; `seasons` are other hours
    between two days of each year: {"from": "06-01", "to": "09-30", "hours": […]}. Without a default row the built-in
    office calendar holds."""

    name = models.CharField(max_length=40, unique=True)
    is_default = models.BooleanField(default=False)
    hours: models.JSONField[Any, Any] = models.JSONField(default=usual_hours)
    seasons: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)
    keeps_holidays = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-is_default", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(F("is_default"), condition=Q(is_default=True), name="calendar_one_default"),
            models.CheckConstraint(condition=~Q(name=""), name="calendar_has_a_name"),
            models.CheckConstraint(condition=~Q(weekdays=[]), name="calendar_has_weekdays"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarYear(models.Model):
    """What is known of a year. `published` once a notice was taken in, whose days then replace the built-in ones.

    `fingerprint` is that of the days as they were when deadlines were last counted by them; `assumed` likewise.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    published = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    source_date = models.DateField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    assumed = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that is not what its weekday says: the country's (no calendar), or one calendar's own."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=10)
    hours: models.JSONField[Any, Any] = models.JSONField(null=True)
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200, blank=True)
    source_date = models.DateField(null=True)
    status = models.CharField(max_length=10, default=DayStatus.OFFICIAL.value)

    class Meta:
        ordering: ClassVar = ["date", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once"),
            models.UniqueConstraint(fields=["date"], condition=Q(calendar__isnull=True), name="national_day_once"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in DayKind]), name="calendar_day_kind_known"),
            models.CheckConstraint(
                condition=Q(calendar__isnull=False) | Q(kind__in=_NATIONAL), name="national_day_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"


class CalendarStamp(models.Model):
    """One row. Its stamp changes with every change of any calendar, so that each process notices."""

    stamp = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.stamp


class NoticeDraft(models.Model):
    """A holiday notice between its preview and its being applied. One for each person at a time."""

    taken_by = models.OneToOneField("organisation.Person", models.CASCADE, related_name="notice_draft")
    name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    year = models.PositiveSmallIntegerField(null=True)
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or self.text[:30]
