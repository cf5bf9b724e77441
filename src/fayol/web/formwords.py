"""What every form says of a field that is empty or has the wrong shape, in the words of the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core import validators
from django.forms import fields
from django.utils.translation import gettext_lazy as _

REQUIRED = _("请填写。")
INVALID: Mapping[type[fields.Field], Any] = {
    fields.IntegerField: _("请填整数。"),
    fields.DecimalField: _("请填一个数。"),
    fields.DateField: _("没有这一天，请重新选日期。"),
    fields.TimeField: _("没有这个时间，例如08:30。"),
    fields.DateTimeField: _("没有这个时间，请重新选日期和时间。"),
}


def speak() -> None:
    """Django's own sentences name a field or a value, which no reader of these pages calls so."""
    fields.Field.default_error_messages["required"] = REQUIRED
    for kind, words in INVALID.items():
        kind.default_error_messages["invalid"] = words
    fields.ChoiceField.default_error_messages["invalid_choice"] = _("请从列出的里面选。")
    validators.MinValueValidator.message = _("最小填%(limit_value)s。")
    validators.MaxValueValidator.message = _("最大填%(limit_value)s。")
    validators.MaxLengthValidator.message = _("最多%(limit_value)d个字，现在%(show_value)d个字。")
