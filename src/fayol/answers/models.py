"""Links that were given out, answers that came by them or by mail, and every letter that came in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fayol.answers.states import WANTS_A_LOOK, Ended, Outcome, Way


class SignedLink(models.Model):
    """One person may answer for one subject by one of `keys`, without signing in.

    `nonce` alone is worth nothing, see `tokens`. `rounds` counts the answers given: two phones that show the same
    round cannot both answer.
    """

    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="signed_links")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    keys = ArrayField(models.CharField(max_length=20))
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    delivery = models.OneToOneField("channels.Delivery", models.PROTECT, null=True, related_name="signed_link")
    sent_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    rounds = models.PositiveSmallIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=8, blank=True)
    ended_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signed_link_ended_says_why",
                condition=Q(ended_at__isnull=True, ended_why="")
                | Q(ended_at__isnull=False, ended_why__in=[one.value for one in Ended]),
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="signed_link_subject"),
            models.Index(fields=["person"], name="signed_link_person", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["sent_by", "-id"], name="signed_link_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id} {self.person_id}"


class IncomingLetter(models.Model):
    """A letter as it came in, with what became of it and why. `raw` is the letter itself, deflated."""

    key = models.CharField(max_length=64, unique=True)  # of its Message-ID, else of all of it
    message_id = models.CharField(max_length=500, blank=True)
    came_at = models.DateTimeField()
    copies = models.PositiveIntegerField(default=1)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=120, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    words = models.TextField(blank=True)
    raw = models.BinaryField()
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    bundle = models.ForeignKey("channels.Bundle", models.PROTECT, null=True, related_name="replies")
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incoming_outcome_known", condition=Q(outcome__in=[one.value for one in Outcome])
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                name="incoming_to_look_at",
                condition=Q(looked_at__isnull=True, outcome__in=[one.value for one in sorted(WANTS_A_LOOK)]),
            ),
            models.Index(fields=["outcome", "-id"], name="incoming_outcome"),
            models.Index(fields=["person", "-came_at"], name="incoming_person", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.heading}"


class GivenAnswer(models.Model):
    """An answer that came without signing in, in the words of that moment; what it did is in the subject's facts."""

    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    way = models.CharField(max_length=4)
    link = models.ForeignKey(SignedLink, models.PROTECT, null=True, related_name="answers")
    letter = models.ForeignKey(IncomingLetter, models.PROTECT, null=True, related_name="answers")
    key = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    words = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="given_answer_has_its_way",
                condition=Q(way=Way.LINK.value, link__isnull=False, letter__isnull=True)
                | Q(way=Way.MAIL.value, letter__isnull=False, link__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="given_answer_subject")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.label}"


class LinkWish(models.Model):
    """Somebody with an account who wants links in letters all the same."""

    person = models.OneToOneField("organisation.Person", models.CASCADE, related_name="link_wish")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}"


class Mailbox(models.Model):
    """How the mailbox for replies fares; one row. While `rests_until` lies ahead it is left alone."""

    name = models.CharField(max_length=120, unique=True)
    looked_at = models.DateTimeField(null=True)
    troubles = models.PositiveIntegerField(default=0)  # in a row
    rests_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name
