"""Calls that were made, and dates that were promised on the phone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fayol.ladders.calls.states import ANSWER_WORDS, RESULT_WORDS, Answer


class Call(models.Model):
    """One call of the office to one person. `again_at`: from when it is worth trying again, after a miss."""

    caller = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    callee = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=list(RESULT_WORDS.items()))
    words = models.CharField(max_length=500, blank=True)
    again_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="call_to_another", condition=~Q(caller=models.F("callee"))),
            models.CheckConstraint(
                name="call_again_after_a_miss",
                condition=Q(result="missed", again_at__isnull=False) | (~Q(result="missed") & Q(again_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["callee", "-at"], name="call_latest")]

    def __str__(self) -> str:
        return f"{self.caller_id} → {self.callee_id} {self.at:%F %R}"


class CallItem(models.Model):
    """A task that was spoken about."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="items")
    commitment = models.ForeignKey("commitments.Commitment", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["commitment", "call"], name="call_item_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.commitment_id}"


class PhonePromise(models.Model):
    """A date given on the phone. It counts only when the one who gave it confirms it; until then it is hearsay.

    `answer_by`: until then the ball is with the person; later it is with the caller again.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="promises")
    commitment = models.ForeignKey("commitments.Commitment", models.PROTECT, related_name="phone_promises")
    person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    caller = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    day = models.DateField()
    words = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=list(ANSWER_WORDS.items()), default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answer_words = models.CharField(max_length=500, blank=True)
    settled = models.BooleanField(default=False, help_text="a denial has been talked over, or the task moved on")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commitment"], condition=Q(answer="waiting"), name="phone_promise_one_waiting"
            ),
            models.CheckConstraint(
                name="phone_promise_answered", condition=Q(answer="waiting") ^ Q(answered_at__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "id"], name="phone_promise_mine", condition=Q(answer="waiting")),
            models.Index(fields=["answer_by"], name="phone_promise_due", condition=Q(answer="waiting")),
            models.Index(
                fields=["-answered_at"], name="phone_promise_denied", condition=Q(answer="denied", settled=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.day:%F} {self.answer}"
