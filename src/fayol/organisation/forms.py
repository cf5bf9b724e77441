"""The shapes of what people fill in; meaning is judged by the actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fayol.kernel.text import half_width, squeeze
from fayol.organisation.actions import PersonFields, PostFields, UnitFields, Window
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import find_people, find_units, primary_posts
from fayol.organisation.states import POST_ROLE_WORDS, UNIT_KIND_WORDS, PostRole, UnitKind

SEPARATORS = str.maketrans("，,；;\n\t", "、、、、、、")


def split_names(text: str) -> list[str]:
    """ "计财部，财务处" → two names; any of 、，；, or a new line separates."""
    return [part.strip() for part in text.translate(SEPARATORS).split("、") if part.strip()]


def person_words(person: Person, unit: str = "") -> str:
    """How a person stands in a field: clear to read, and found again by the staff number."""
    return "　".join(part for part in (person.name, unit, person.code) if part)


def unit_words(unit: Unit) -> str:
    """How a unit stands in a field: found again by its code."""
    return f"{unit.name} {unit.code}".strip()


def _typed_in(options: str, url: str) -> forms.TextInput:
    """A line in which a name is typed; with htmx the browser offers what is found."""
    asks = {"hx-get": reverse_lazy(url), "hx-trigger": "input changed delay:200ms", "hx-target": f"#{options}"}
    return forms.TextInput(attrs={"list": options, "autocomplete": "off", "hx-sync": "this:replace", **asks})


class PersonField(forms.CharField):
    """A person by name, pinyin or staff number. Several of one name must be told apart by the number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_typed_in("people", "organisation:suggest_people"), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return one_person(text) if text else None


class UnitField(forms.CharField):
    """A unit by any of its names or its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_typed_in("units", "organisation:suggest_units"), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return one_unit(text) if text else None


def one_person(text: str) -> Person:
    words = half_width(text).split()
    coded = Person.objects.filter(code__in=[word for word in words if word], active=True).first()
    if coded:
        return coded
    wanted = words[0] if words else ""
    found = find_people(wanted)
    exact = [person for person in found if squeeze(person.name) == squeeze(wanted)] or found
    if len(exact) == 1:
        return exact[0]
    if not exact:
        raise forms.ValidationError(gettext("没有找到“%(text)s”，请写姓名或工号。") % {"text": text})
    posts = primary_posts([person.pk for person in exact])
    named = "；".join(person_words(p, posts[p.pk].unit.name if p.pk in posts else "") for p in exact[:5])
    raise forms.ValidationError(gettext("“%(text)s”不止一人，请补上工号：%(who)s") % {"text": text, "who": named})


def one_unit(text: str) -> Unit:
    words = half_width(text).split()
    coded = Unit.objects.filter(code__in=words, active=True).first()
    if coded:
        return coded
    wanted = squeeze(words[0] if words else "")
    found = find_units(wanted)
    exact = [u for u in found if wanted in map(squeeze, (u.official_name, u.short_name, *u.aliases))] or found
    if len(exact) == 1:
        return exact[0]
    if not exact:
        raise forms.ValidationError(gettext("没有找到“%(text)s”，请写单位名称或编码。") % {"text": text})
    named = "；".join(map(unit_words, exact[:5]))
    raise forms.ValidationError(gettext("“%(text)s”不止一个，请补上编码：%(which)s") % {"text": text, "which": named})


class ManyField(forms.CharField):
    """Several people or units in one line, in the order written."""

    def __init__(self, one: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.one = one

    def clean(self, value: Any) -> Any:
        return [self.one(name) for name in split_names(super().clean(value) or "")]


class HouseForm(forms.Form):
    """Every field dressed as the house dresses them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", kind)


class UnitForm(HouseForm):
    official_name = forms.CharField(label=_("单位全称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    aliases = forms.CharField(
        label=_("又称"), required=False, help_text=_("文件里的其他叫法，用顿号隔开，例如：财务处、计财部")
    )
    kind = forms.ChoiceField(label=_("类型"))
    code = forms.CharField(label=_("编码"), max_length=40, required=False, help_text=_("导入时据此认出同一单位"))
    duties = forms.CharField(label=_("职责摘要"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = [(kind.value, gettext(UNIT_KIND_WORDS[kind])) for kind in UnitKind]

    @staticmethod
    def initial_of(unit: Unit) -> dict[str, object]:
        names = ("official_name", "short_name", "kind", "code", "duties")
        return {**{name: getattr(unit, name) for name in names}, "aliases": "、".join(unit.aliases)}

    def values(self) -> UnitFields:
        data = self.cleaned_data
        return UnitFields(**{**data, "aliases": tuple(split_names(data["aliases"]))})


class MoveForm(HouseForm):
    parent = UnitField(label=_("移到哪个单位下面"), required=False, help_text=_("留空就成为最上一级"))


class PersonForm(HouseForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    code = forms.CharField(label=_("工号"), max_length=40, required=False)
    mobile = forms.CharField(label=_("电话"), max_length=30, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)
    active = forms.BooleanField(
        label=_("在职"), required=False, initial=True, help_text=_("取消后，其全部任职同时结束，账号停用")
    )

    @staticmethod
    def initial_of(person: Person) -> dict[str, object]:
        return {name: getattr(person, name) for name in ("name", "code", "mobile", "email", "active")}

    def values(self) -> PersonFields:
        return PersonFields(**self.cleaned_data)


class ContactForm(HouseForm):
    """What anybody may change about themselves."""

    mobile = forms.CharField(label=_("电话"), max_length=30, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)


class PostForm(HouseForm):
    role = forms.ChoiceField(label=_("角色"))
    title = forms.CharField(label=_("职务"), max_length=60, required=False, help_text=_("例如：预算主管"))
    primary = forms.BooleanField(label=_("作为主要岗位"), required=False)

    def __init__(self, *args: Any, roles: list[PostRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, gettext(POST_ROLE_WORDS[role])) for role in roles]

    def values(self) -> PostFields:
        data = self.cleaned_data
        return PostFields(role=data["role"], title=data["title"], primary=data["primary"])


class AppointForm(PostForm):
    person = PersonField(label=_("人员"))
    replace = forms.BooleanField(
        label=_("接替现任"), required=False, help_text=_("负责人和联络员只能有一人，勾选后现任同时免去")
    )
    field_order = ("person", "role", "title", "primary", "replace")


class WindowForm(HouseForm):
    starts_at = forms.DateTimeField(label=_("从"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(label=_("到"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)

    def values(self) -> Window:
        data = self.cleaned_data
        return Window(data["starts_at"], data["ends_at"], data["reason"])

    @staticmethod
    def initial_of(start: datetime, end: datetime) -> dict[str, object]:
        return {"starts_at": start.strftime("%Y-%m-%dT%H:%M"), "ends_at": end.strftime("%Y-%m-%dT%H:%M")}


class DelegationForm(WindowForm):
    deputy = PersonField(label=_("由谁代理"))
    away = forms.BooleanField(
        label=_("这段时间我不在岗"), required=False, initial=True, help_text=_("同时登记离岗，轮到的事直接转给代理人")
    )
    field_order = ("deputy", "starts_at", "ends_at", "reason", "away")


class SecretariesForm(HouseForm):
    secretaries = ManyField(
        one_person, label=_("代收人"), required=False, help_text=_("姓名或工号，用顿号隔开，按先后次序")
    )


class ChargesForm(HouseForm):
    units = ManyField(one_unit, label=_("分管单位"), required=False, help_text=_("单位名称，用顿号隔开，按先后次序"))


class AccountForm(HouseForm):
    username = forms.CharField(label=_("账号"), max_length=150)
    password = forms.CharField(label=_("初始密码"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class SheetForm(HouseForm):
    file = forms.FileField(label=_("Excel文件"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))
