"""A notice, the people it is addressed to, and how far it got with each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from fayol.notices.states import Claim, Depth, Form, Grip, Leave, Reply, Stage, Status, Way


def _one_of(field: str, kinds: type[Any], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [kind.value for kind in kinds]}), name=name)


class Notice(models.Model):
    """Something to be known or answered.

    `audience` is what was chosen, as entries (see `notices.audience`); whom it came to stands in the receipts, which
    are made once, at sending. `number` is the document number as issued, if it has one. `edition` counts corrections.
    """

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="notices")
    author = models.ForeignKey("organisation.Person", models.PROTECT, related_name="notices")
    duty = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="notices_on_duty")
    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    urgency = models.CharField(max_length=10, default="normal")
    depth = models.CharField(max_length=10, default=Depth.CONFIRMED.value)
    form = models.CharField(max_length=10, default=Form.CONFIRM.value)
    fields: models.JSONField[Any, Any] = models.JSONField(default=list)
    audience: models.JSONField[Any, Any] = models.JSONField(default=list)
    due_rule: models.JSONField[Any, Any] = models.JSONField(null=True)
    due_words = models.CharField(max_length=80, blank=True)
    due_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, default=Status.DRAFT.value)
    edition = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_upto = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            _one_of("status", Status, "notice_status_known"),
            _one_of("depth", Depth, "notice_depth_known"),
            _one_of("form", Form, "notice_form_known"),
            models.CheckConstraint(condition=~Q(title=""), name="notice_has_a_title"),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT.value, sent_at__isnull=True)
                | (~Q(status=Status.DRAFT.value) & Q(sent_at__isnull=False)),
                name="notice_sent_has_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="notice_ends_after_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-sent_at", "-id"], name="notice_latest", condition=Q(sent_at__isnull=False)),
            models.Index(fields=["author", "-id"], name="notice_by_author"),
            models.Index(fields=["unit", "-id"], name="notice_by_unit"),
            models.Index(fields=["id"], name="notice_untold", condition=Q(told_upto__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """What a notice said before it was corrected, and which of it changed."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="editions")
    n = models.PositiveSmallIntegerField()
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)
    material = models.BooleanField()
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "n"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} v{self.n}"


class NoticeFile(models.Model):
    """A file that goes with a notice, or (with `receipt`) came back with an answer."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="files")
    receipt = models.ForeignKey("notices.Receipt", models.CASCADE, null=True, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.notice_id} {self.file_id}"


RECHECKED = {3: "rechecked3_at", 1: "rechecked1_at"}
"""Where a receipt keeps that a round of 会前复核 was answered, by working days before the event."""


class Receipt(models.Model):
    """How far a notice got with one addressee: the chain, each link with its instant, and the answer.

    Green is `stage = confirmed` and nothing else, and only the addressee (or, unless he must know in person, whoever
    acts with his authority) takes it there: the database refuses a confirmed row without `confirmed_at` and
    `confirmed_by`. Before the first fact of its own (`version = 1`) a row is as sending made it.
    `place` is the addressee's place in the list, in the manual order of units and posts. `recheck` is the round of
    会前复核 that waits for him: so many working days before the event, 0 for none.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts")
    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="receipts")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    post = models.CharField(max_length=60, blank=True)
    place = models.IntegerField(default=0)
    must = models.BooleanField(default=False)
    edition = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    stage = models.CharField(max_length=10, default=Stage.WAITING.value)
    stage_at = models.DateTimeField()
    on_system_at = models.DateTimeField(null=True)
    proxied_at = models.DateTimeField(null=True)
    proxied_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="receipts_taken")
    reported_at = models.DateTimeField(null=True)
    reported_how = models.CharField(max_length=10, blank=True)
    reported_words = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)
    restated = models.CharField(max_length=200, blank=True)
    restated_on = models.DateField(null=True)
    understood_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    confirmed_how = models.CharField(max_length=10, blank=True)
    reply = models.CharField(max_length=12, blank=True)
    reply_words = models.CharField(max_length=500, blank=True)
    reply_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    substitute = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    values: models.JSONField[Any, Any] = models.JSONField(default=dict)
    leave = models.CharField(max_length=8, blank=True)
    recheck = models.PositiveSmallIntegerField(default=0)
    rechecked3_at = models.DateTimeField(null=True)
    rechecked1_at = models.DateTimeField(null=True)
    duty_since = models.DateTimeField(null=True)
    call_since = models.DateTimeField(null=True)
    raised_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "person"], name="receipt_once"),
            _one_of("stage", Stage, "receipt_stage_known"),
            _one_of("reply", Reply, "receipt_reply_known"),
            _one_of("leave", Leave, "receipt_leave_known"),
            models.CheckConstraint(
                condition=Q(confirmed_how__in=["", *[way.value for way in Way]]), name="receipt_way_known"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.CONFIRMED.value, confirmed_at__isnull=False, confirmed_by__isnull=False)
                | (~Q(stage=Stage.CONFIRMED.value) & Q(confirmed_at__isnull=True)),
                name="receipt_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(recheck=0)
                | Q(recheck__in=sorted(RECHECKED), stage=Stage.CONFIRMED.value, reply=Reply.ATTEND.value),
                name="receipt_recheck_of_who_comes",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["notice", "place", "id"], name="receipt_list"),
            models.Index(fields=["notice", "stage", "place", "id"], name="receipt_by_stage"),
            models.Index(fields=["notice", "unit", "stage"], name="receipt_by_unit"),
            models.Index(fields=["person", "-notice"], name="receipt_mine"),
            models.Index(fields=["next_look_at"], name="receipt_due", condition=Q(next_look_at__isnull=False)),
            models.Index(
                fields=["notice", "-must", "place", "id"], name="receipt_calls", condition=Q(call_since__isnull=False)
            ),
            models.Index(
                fields=["notice", "duty_since", "place", "id"],
                name="receipt_duty",
                condition=Q(duty_since__isnull=False),
            ),
            models.Index(fields=["notice"], name="receipt_leaves", condition=Q(leave=Leave.ASKED.value)),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.person_id} {self.stage}"


class Tally(models.Model):
    """How many receipts of a notice stand at a stage. Kept by a trigger on the receipts, spread over `shard` so that
    thousands who confirm at once do not wait for one row; the sum counts."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="tallies")
    stage = models.CharField(max_length=10)
    shard = models.PositiveSmallIntegerField()
    n = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "stage", "shard"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.stage} {self.n}"


class UnitTally(models.Model):
    """How far a notice got among those right in one unit. Kept as `Tally` is, so that 政令传达图 reads units and not
    people. Neighbours in the list share a `shard`: a small unit has one row, thousands in one unit have several."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    shard = models.PositiveSmallIntegerField()
    people = models.IntegerField(default=0)
    confirmed = models.IntegerField(default=0)
    by_others = models.IntegerField(default=0)
    read = models.IntegerField(default=0)
    unreached = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "unit", "shard"], name="unit_tally_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.unit_id} {self.confirmed}/{self.people}"


class Told(models.Model):
    """A call or a talk in which somebody was told: written down by one side, and the other side says whether so.

    `reached` whether the addressee himself was spoken to; `heard` the name of whoever took it.
    """

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="calls")
    by = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    way = models.CharField(max_length=10)
    reached = models.BooleanField()
    answered = models.BooleanField(default=True)
    heard = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=300, blank=True)
    agreed = models.BooleanField(null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["receipt", "-id"], name="told_of_receipt")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.at:%F %H:%M}"


class Group(models.Model):
    """A list of people under a name, to be addressed again and again."""

    name = models.CharField(max_length=60)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    people: models.ManyToManyField[Any, Any] = models.ManyToManyField("organisation.Person", related_name="+")
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name"], condition=Q(active=True), name="group_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Engagement(models.Model):
    """A piece of somebody's day that is taken: by an own appointment or by a notice that binds the person to a time.

    A notice holds it (暂定占位) from sending on and makes it firm when the person has said yes. Two that overlap are a
    clash (`Clash`), never refused: who gives way is for people to say.
    """

    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="engagements")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True)
    people = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=8, default=Claim.OWN.value)
    grip = models.CharField(max_length=10, default=Grip.FIRM.value)
    organiser = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    receipt = models.OneToOneField(Receipt, models.CASCADE, null=True, related_name="engagement")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="engagement_ends_after_start"),
            _one_of("claim", Claim, "engagement_claim_known"),
            _one_of("grip", Grip, "engagement_grip_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "starts_at"], name="engagement_day", condition=~Q(grip=Grip.RELEASED.value)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%F %H:%M} {self.title}"


class Clash(models.Model):
    """撞车: two engagements of one person that overlap, told to both organisers at once. Over when one has given way
    (`kept` stays), has been moved or has ended. `asked_at`: put before the office's head as 二选一."""

    first = models.ForeignKey(Engagement, models.CASCADE, related_name="+")
    second = models.ForeignKey(Engagement, models.CASCADE, related_name="+")
    found_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    kept = models.ForeignKey(Engagement, models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="clash_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="clash_in_order"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], name="clash_open", condition=Q(over_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} × {self.second_id}"
