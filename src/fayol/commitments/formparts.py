"""What the forms of promises and matters share: how fields look, several files at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class StyledField(BoundField):
    """A field in the classes of the design, marked when something is wrong with it."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        css = "form-control"
        if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
            css = "form-check-input"
        elif isinstance(widget, forms.Select):
            css = "form-select"
        attrs["class"] = f"{css} is-invalid" if self.errors else css
        return attrs

    @property
    def width(self) -> str:
        """The grid class: a part of the row on a desktop, all of it on a phone."""
        widths: dict[str, int] = getattr(self.form, "widths", {})
        return f"col-12 col-md-{widths.get(self.name, 12)}"

    @property
    def is_check(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)


class StyledForm(forms.Form):
    """`widths` gives twelfths of the row by field; 12 when not named."""

    bound_field_class = StyledField
    widths: dict[str, int] = {}
    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if "hx-get" in field.widget.attrs:  # else it would inherit the swap of the form it stands in
                field.widget.attrs["hx-swap"] = "innerHTML"


def day_field(label: StrOrPromise, *, required: bool = True, hint: StrOrPromise = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=hint)


def words_field(
    label: StrOrPromise, *, required: bool = True, rows: int = 2, hint: StrOrPromise = "", example: StrOrPromise = ""
) -> forms.CharField:
    """Free words. What too few of them are is for the action to say."""
    widget = (
        forms.Textarea(attrs={"rows": rows, "placeholder": example})
        if rows > 1
        else forms.TextInput(attrs={"placeholder": example})
    )
    return forms.CharField(label=label, required=required, widget=widget, help_text=hint, max_length=5000)


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"


class FilesField(forms.FileField):
    """Any number of files; cleans to a list."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        given: Iterable[UploadedFile[bytes]] = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]
