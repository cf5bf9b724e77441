"""What was told to whom, because of which fact, through which channel."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q

from fayol.channels.policy import Wish
from fayol.channels.states import WAITING, Kind, Pace, Quiet, Status

INBOX, MAIL = "inbox", "mail"
_WAITS = Q(status__in=[status.value for status in sorted(WAITING)])


class Bundle(models.Model):
    """What goes out in one piece to one person: which messages, to which address, under which Message-ID.

    Fixed before the first try and never changed, so that another try after a crash sends the very same letter and
    whoever got both can tell. `claimed_until` is the lease of the worker that has it in hand.
    """

    channel = models.CharField(max_length=12)
    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="bundles")
    address = models.CharField(max_length=254)
    message_id = models.CharField(max_length=200, unique=True)
    language = models.CharField(max_length=10)
    urgency = models.CharField(max_length=10, default="normal")
    created_at = models.DateTimeField()
    status = models.CharField(max_length=8, default=Status.QUEUED.value)
    next_try_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=32, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bundle_waits_or_is_over",
                condition=(_WAITS & Q(next_try_at__isnull=False)) | (~_WAITS & Q(next_try_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_try_at"], name="bundle_due", condition=Q(next_try_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id


class Delivery(models.Model):
    """One message to one person through one channel: once for each fact.

    `link` is a path within the site. `read_at` is when the message was opened, which is not yet an answer.
    `next_try_at` is set as long as the message waits; once in a bundle, the bundle's clock counts. From `falls_at` on
    the message goes by the person's next channel, unless it was opened or answered until then.
    """

    fact = models.ForeignKey("facts.Fact", models.PROTECT, related_name="deliveries")
    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=12, default=INBOX)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    asks = models.BooleanField(default=False, help_text="the ball came with it")
    chase = models.BooleanField(default=False, db_default=False)
    urgency = models.CharField(max_length=10, default="normal", db_default="normal")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8, default=Status.SENT.value, db_default=Status.SENT.value)
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=254, blank=True, default="", db_default="")
    bundle = models.ForeignKey(Bundle, models.PROTECT, null=True, related_name="deliveries")
    falls_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "person", "channel"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_waits_or_is_over",
                condition=(_WAITS & Q(next_try_at__isnull=False)) | (~_WAITS & Q(next_try_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="delivery_inbox", condition=Q(channel=INBOX)),
            models.Index(fields=["person"], name="delivery_unread", condition=Q(channel=INBOX, read_at__isnull=True)),
            models.Index(fields=["subject_type", "subject_id", "person"], name="delivery_subject"),
            models.Index(
                fields=["channel", "next_try_at"],
                name="delivery_loose",
                condition=Q(next_try_at__isnull=False, bundle__isnull=True),
            ),
            models.Index(fields=["person"], name="delivery_loose_person", condition=_WAITS & Q(bundle__isnull=True)),
            models.Index(fields=["-id"], name="delivery_waiting", condition=_WAITS),
            models.Index(
                fields=["status", "-id"],
                name="delivery_given_up",
                condition=Q(status__in=[Status.FAILED.value, Status.DROPPED.value]),
            ),
            models.Index(fields=["person", "-id"], name="delivery_outward_person", condition=~Q(channel=INBOX)),
            models.Index(fields=["-id"], name="delivery_outward", condition=~Q(channel=INBOX)),
            models.Index(fields=["bundle"], name="delivery_bundle", condition=Q(bundle__isnull=False)),
            models.Index(fields=["falls_at"], name="delivery_falls", condition=Q(falls_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.title}"


class Address(models.Model):
    """A person's account on a platform (`wecom`, `dingtalk`, `feishu`); its channels share it."""

    person = models.ForeignKey("organisation.Person", models.CASCADE, related_name="addresses")
    platform = models.CharField(max_length=12)
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "platform"], name="address_one_per_platform")]

    def __str__(self) -> str:
        return f"{self.platform}:{self.value}"


class Preference(models.Model):
    """A person's wishes about mail, once they are other than the defaults. `first` is the channel tried first, empty
    for the order of the house."""

    person = models.OneToOneField("organisation.Person", models.CASCADE, related_name="notification_preference")
    asks = models.CharField(max_length=8, default=Pace.SOON.value)
    chase = models.CharField(max_length=8, default=Pace.SOON.value)
    news = models.CharField(max_length=8, default=Pace.DIGEST.value)
    quiet = models.CharField(max_length=8, default=Quiet.WORK.value)
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_to = models.TimeField(default=time(8, 0))
    language = models.CharField(max_length=10, default="zh-hans")
    first = models.CharField(max_length=12, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.person_id}"

    @property
    def wish(self) -> Wish:
        paces = {Kind.ASKS: Pace(self.asks), Kind.CHASE: Pace(self.chase), Kind.NEWS: Pace(self.news)}
        return Wish(paces, Quiet(self.quiet), self.quiet_from, self.quiet_to)


class DeadAddress(models.Model):
    """An address that refused for good: nothing is sent there until somebody says that it works again, or until the
    person has another one."""

    channel = models.CharField(max_length=12)
    person = models.ForeignKey("organisation.Person", models.CASCADE, related_name="dead_addresses")
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=300)
    detail = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel", "address"], name="dead_address_once", condition=Q(lifted_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["-since", "-id"], name="dead_address_now", condition=Q(lifted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.address


class ChannelState(models.Model):
    """How a channel fares as a whole, or one `part` of it (a group bot). While `rests_until` lies ahead nothing is
    tried through it. `off`: the office has switched it off."""

    channel = models.CharField(max_length=12)
    part = models.CharField(max_length=60, blank=True, default="", db_default="")
    off = models.BooleanField(default=False, db_default=False)
    troubles = models.PositiveIntegerField(default=0)  # in a row
    lasting = models.BooleanField(default=False, db_default=False)
    rests_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "part"], name="channel_state_once")]

    def __str__(self) -> str:
        return f"{self.channel}{self.part}"


class Patience(models.Model):
    """How long the office lets a message of this urgency lie unopened before the next channel is tried, once that is
    other than the default."""

    urgency = models.CharField(max_length=10, unique=True)
    wait = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.urgency}: {self.wait}"
