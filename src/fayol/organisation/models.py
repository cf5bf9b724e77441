from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext

from fayol.organisation.calendar_models import Calendar as Calendar
from fayol.organisation.calendar_models import CalendarDay as CalendarDay
from fayol.organisation.calendar_models import CalendarStamp as CalendarStamp
from fayol.organisation.calendar_models import CalendarYear as CalendarYear
from fayol.organisation.calendar_models import NoticeDraft as NoticeDraft
from fayol.organisation.states import (
    ADMIN_ROLE_WORDS,
    LIAISON_ROLES,
    POST_ROLE_WORDS,
    SINGLE_ROLES,
    UNIT_KIND_WORDS,
    AdminRole,
    PostRole,
    UnitKind,
)


def _one_point_range(field: str) -> Func:
    """A whole number as a range, so that an exclusion constraint can compare it without btree_gist."""
    return Func(F(field), F(field), models.Value("[]"), function="int8range")


def _window() -> Func:
    return Func(F("starts_at"), F("ends_at"), function="tstzrange")


class Account(AbstractUser):
    """A sign-in. What may be done hangs on the person behind it, never on the account."""


class Unit(models.Model):
    """A unit of the organisation, a team in it, the leaders' row, or an outside supplier.

    `path` is the zero-padded keys from the top down to the unit itself, each closed by a dot ("00001.00007."), so
    that a subtree is one prefix. `grams` are the pieces of all its names by which a search finds it.
    """

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=40, blank=True)
    official_name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)
    aliases = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    kind = models.CharField(max_length=12, default=UnitKind.DEPARTMENT.value)
    is_office = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=400, unique=True)
    duties = models.TextField(blank=True)
    calendar = models.ForeignKey("organisation.Calendar", models.PROTECT, null=True, blank=True, related_name="units")
    active = models.BooleanField(default=True)
    pinyin = models.CharField(max_length=400, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    grams = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(F("is_office"), condition=Q(is_office=True), name="unit_one_office"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="unit_code_once"),
            models.CheckConstraint(condition=~Q(official_name=""), name="unit_has_a_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_its_own_parent"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in UnitKind]), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(is_office=False) | Q(active=True), name="unit_office_is_active"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["parent", "order", "id"], name="unit_children"),
            models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="unit_subtree"),
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="unit_initials"),
            models.Index(fields=["pinyin"], opclasses=["varchar_pattern_ops"], name="unit_pinyin"),
            GinIndex(fields=["grams"], fastupdate=False, name="unit_grams"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.short_name or self.official_name

    @property
    def kind_words(self) -> str:
        return gettext(UNIT_KIND_WORDS[UnitKind(self.kind)])


class Person(models.Model):
    """Somebody of the organisation, or a contact outside it. An account is not needed to be asked for something."""

    account = models.OneToOneField(Account, models.SET_NULL, null=True, blank=True, related_name="person")
    code = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    grams = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    mobile = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    order = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    admin_role = models.CharField(max_length=10, default="", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="person_code_once"),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_a_name"),
            models.CheckConstraint(condition=Q(admin_role__in=[r.value for r in AdminRole]), name="person_role_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="person_name"),
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="person_initials"),
            models.Index(fields=["pinyin"], opclasses=["varchar_pattern_ops"], name="person_pinyin"),
            GinIndex(fields=["grams"], fastupdate=False, name="person_grams"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def admin_words(self) -> str:
        return gettext(ADMIN_ROLE_WORDS[AdminRole(self.admin_role)])


_ACTIVE_POST = Q(ended_on__isnull=True)


class Post(models.Model):
    """What somebody is in a unit. Several at a time are usual; one of them is the primary one."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=12, default=PostRole.MEMBER.value)
    order = models.PositiveIntegerField(default=0)
    primary = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "role"],
                condition=_ACTIVE_POST & Q(role__in=sorted(r.value for r in SINGLE_ROLES)),
                name="post_one_head_and_liaisons",
            ),
            models.UniqueConstraint(
                fields=["unit", "person"],
                condition=_ACTIVE_POST & Q(role__in=sorted(r.value for r in LIAISON_ROLES)),
                name="post_a_is_not_b",
            ),
            models.UniqueConstraint(fields=["person", "unit", "role"], condition=_ACTIVE_POST, name="post_once"),
            models.UniqueConstraint(
                fields=["person"], condition=_ACTIVE_POST & Q(primary=True), name="post_one_primary"
            ),
            models.CheckConstraint(condition=Q(role__in=[r.value for r in PostRole]), name="post_role_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "order", "id"], condition=_ACTIVE_POST, name="post_roster"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.role} {self.person_id}"

    @property
    def role_words(self) -> str:
        return gettext(POST_ROLE_WORDS[PostRole(self.role)])

    @property
    def words(self) -> str:
        """What to call the holder: the title, or the role when no title is given."""
        return self.title or self.role_words


class Charge(models.Model):
    """分管: a leader answers for a unit in the leaders' row."""

    leader = models.ForeignKey(Person, models.CASCADE, related_name="charges")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="charges")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["leader", "unit"], name="charge_once")]

    def __str__(self) -> str:
        return f"{self.leader_id} → {self.unit_id}"


class Secretaryship(models.Model):
    """代收人: takes papers in for a leader. Having taken them in is not yet the leader's knowing."""

    leader = models.ForeignKey(Person, models.CASCADE, related_name="secretaryships")
    secretary = models.ForeignKey(Person, models.CASCADE, related_name="serves")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leader", "secretary"], name="secretaryship_once"),
            models.CheckConstraint(condition=~Q(leader=F("secretary")), name="secretary_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.secretary_id} → {self.leader_id}"


class Edged(models.Model):
    """A window whose start and end must be noticed when they pass.

    `next_edge_at` is the next instant the worker must tell of; NULL when nothing is left to tell.
    `edge_trouble` says why a row was pushed back.
    """

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    next_edge_at = models.DateTimeField(null=True, blank=True)
    edge_trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Delegation(Edged):
    """授权: the deputy acts with the principal's authority inside the window. It never chains."""

    principal = models.ForeignKey(Person, models.CASCADE, related_name="delegations_given")
    deputy = models.ForeignKey(Person, models.CASCADE, related_name="delegations_taken")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(next_edge_at__isnull=True), name="delegation_revoked_is_quiet"
            ),
            ExclusionConstraint(
                name="delegation_one_at_a_time",
                expressions=[
                    (_one_point_range("principal"), RangeOperators.OVERLAPS),
                    (_window(), RangeOperators.OVERLAPS),
                ],
                condition=Q(revoked_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_edge_at"], condition=Q(next_edge_at__isnull=False), name="delegation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.principal_id} → {self.deputy_id}"


class Absence(Edged):
    """Somebody is not there. While it lasts the ball goes to the one who stands in."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(next_edge_at__isnull=True), name="absence_cancelled_is_quiet"
            ),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    (_one_point_range("person"), RangeOperators.OVERLAPS),
                    (_window(), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_edge_at"], condition=Q(next_edge_at__isnull=False), name="absence_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%F}"


class SheetDraft(models.Model):
    """An uploaded workbook between its preview and its being carried out. One for each person at a time."""

    uploaded_by = models.OneToOneField(Person, models.CASCADE, related_name="sheet_draft")
    name = models.CharField(max_length=200)
    body = models.BinaryField()
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
