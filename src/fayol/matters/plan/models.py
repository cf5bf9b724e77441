"""Dependencies, baselines, change orders, reconfirmations, figures, starts. Found by Django through matters.models."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from fayol.matters.plan.states import ANSWER_WORDS, NEEDS_WORDS, Asked, Needs


class Dependency(models.Model):
    """`after` needs what `before` makes: `standard` says what exactly and in which form, `lag` how many working days
    lie between.

    `needed_at` is the instant at which the later one has to have it; `look_at` is the same as long as it is not there
    and nobody was told, so that the sweep finds it by its index.
    """

    before = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="+")
    after = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=list(NEEDS_WORDS.items()), default=Needs.RESULT)
    lag = models.PositiveSmallIntegerField(default=0)
    standard = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    needed_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True, help_text="when both ends were told that it is late")
    arrived_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="dependency_once"),
            models.CheckConstraint(name="dependency_not_itself", condition=~Q(before=F("after"))),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="dependency_look", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class PlanStep(models.Model):
    """What the plan knows of a promise beyond its dates: when work is to start and how many working days it takes.

    `counted_on` is the day on which those after it count; `assured_for` the input day for which the performer
    promised to keep his date all the same.
    """

    commitment = models.OneToOneField("commitments.Commitment", models.CASCADE, primary_key=True, related_name="+")
    start_on = models.DateField(null=True)
    workdays = models.PositiveSmallIntegerField(null=True)
    counted_on = models.DateField(null=True)
    assured_for = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="plan_step_some_work", condition=Q(workdays__isnull=True) | Q(workdays__gte=1))
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.start_on} {self.workdays}"


class Baseline(models.Model):
    """A plan as it was agreed on: version n of a matter, never changed afterwards."""

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="baselines")
    version = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    made_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="baseline_version_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} v{self.version}"


class BaselineLine(models.Model):
    """One promise in a baseline. `needs` is a list of {before, kind, lag, standard}; `changed` names what differs
    from the version before: new, due_on, start_on, workdays, condition, unit, needs, input."""

    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="lines")
    commitment = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    condition = models.TextField(blank=True)
    start_on = models.DateField(null=True)
    workdays = models.PositiveSmallIntegerField(null=True)
    due_on = models.DateField(null=True)
    needs: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    changed: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "commitment"], name="baseline_line_once")]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.title}"


class Acknowledgement(models.Model):
    """What one unit says to a baseline. `asked` when it has to agree; else it is told only (nothing of its own
    changed since the version it agreed on)."""

    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="acknowledgements")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    asked = models.BooleanField(default=True)
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "unit"], name="acknowledgement_once")]
        indexes = [
            models.Index(
                fields=["person"],
                name="acknowledgement_open",
                condition=Q(asked=True, acknowledged_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.unit_id}"


class ChangeOrder(models.Model):
    """A deviation from the latest baseline: numbered within its matter, from and to, why, what it does to others."""

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="change_orders")
    number = models.PositiveSmallIntegerField()
    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="change_orders")
    commitment = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="+")
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    effect: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "number"], name="change_order_number_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} 变更单{self.number}"


class Figure(models.Model):
    """A number that several tasks rest on (人数 186人). Its history is in its facts."""

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="key_figures")
    name = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=16, decimal_places=2)
    unit_word = models.CharField(max_length=12, blank=True)
    owner_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    changed_at = models.DateTimeField()
    words = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "name"], name="figure_name_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.shown}"

    @property
    def shown(self) -> str:
        """186人; no zeros behind the point."""
        return f"{plain(self.value)}{self.unit_word}"


def plain(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


class FigureUse(models.Model):
    """A task that rests on the figure, and the version its performer has read back (0: none yet)."""

    figure = models.ForeignKey(Figure, models.CASCADE, related_name="uses")
    commitment = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="+")
    confirmed_version = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["figure", "commitment"], name="figure_use_once")]

    def __str__(self) -> str:
        return f"{self.figure_id} {self.commitment_id} v{self.confirmed_version}"


class Reconfirm(models.Model):
    """One card for one task: something it rests on moved, does its date still hold; or: read the new number back.

    At most one open card a task and figure; a newer change replaces its numbers. `moves` lists what moved, newest
    first: {commitment, title, unit, who, old, new, words}. `old_on` is the input day last agreed on, `new_on` the one
    now known. Open: neither answered nor dropped.
    """

    commitment = models.ForeignKey("commitments.Commitment", models.CASCADE, related_name="reconfirms")
    matter = models.ForeignKey("matters.Matter", models.CASCADE, null=True, related_name="reconfirms")
    kind = models.CharField(max_length=8, default=Asked.INPUT)
    person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    moves: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    old_on = models.DateField(null=True)
    new_on = models.DateField(null=True)
    start_on = models.DateField(null=True, help_text="the first day on which work can start now")
    workdays = models.PositiveSmallIntegerField(default=1)
    due_on = models.DateField(null=True, help_text="the date in question")
    suggested_on = models.DateField(null=True, help_text="the due date if everything shifts with the input")
    slack_before = models.IntegerField(null=True)
    slack_after = models.IntegerField(null=True)
    figure = models.ForeignKey(Figure, models.CASCADE, null=True, related_name="reconfirms")
    old_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    new_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="by when an answer is expected")
    look_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="when the coordinator was told that no answer came")
    answer = models.CharField(max_length=10, blank=True, choices=list(ANSWER_WORDS.items()))
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    moved_to = models.DateField(null=True)
    words = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_because = models.CharField(max_length=200, blank=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "figure"],
                name="reconfirm_one_open",
                condition=Q(answered_at__isnull=True, dropped_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="reconfirm_answer_whole", condition=Q(answered_at__isnull=True) | ~Q(answer="")
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="reconfirm_look", condition=Q(look_at__isnull=False)),
            models.Index(fields=["commitment", "-asked_at"], name="reconfirm_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.kind} {self.answer or '待答复'}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.dropped_at is None


class Start(models.Model):
    """The moment at which all parties begin together, told to all when it comes."""

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="starts")
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    announced_by = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    announced_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"],
                name="start_one_ahead",
                condition=Q(told_at__isnull=True, cancelled_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["look_at"], name="start_look", condition=Q(look_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.at:%F %R}"
