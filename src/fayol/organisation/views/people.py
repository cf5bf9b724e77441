"""One person, and changing what is known of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from fayol.organisation import access, actions, profile, queries
from fayol.organisation.actions import PersonFields
from fayol.organisation.forms import (
    AccountForm,
    ChargesForm,
    ContactForm,
    PersonForm,
    SecretariesForm,
    person_words,
    unit_words,
)
from fayol.organisation.models import Person
from fayol.organisation.views.shared import FormPage, fill_in, only, person_steps, person_url
from fayol.web.http import Request, expect, person_required


@require_safe
@person_required
def suggest(request: Request) -> HttpResponse:
    """Options for a field in which a person is typed."""
    text = str(next((value for value in request.GET.values() if value), ""))
    found = queries.find_people(text.rpartition("、")[2], limit=8)
    posts = queries.primary_posts([person.pk for person in found])
    words = [person_words(p, posts[p.pk].unit.name if p.pk in posts else "") for p in found]
    return render(request, "organisation/_options.html", {"words": words})


@require_safe
@person_required
def show(request: Request, pk: int) -> HttpResponse:
    person = access.person_for(request.person, pk)
    context = {
        "person": person,
        "steps": person_steps(person),
        "profile": profile.profile_of(person, request.now),
        "me": person.pk == request.person.pk,
        "editor": access.can_edit(request.person),
        "may_absent": access.can_record_absence(request.person, person),
        "may_delegate": access.can_delegate_for(request.person, person),
    }
    return render(request, "organisation/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def create(request: Request) -> HttpResponse:
    only(access.can_edit(request.person))
    lede = gettext("先登记人，再到单位页面任命。")
    page = FormPage(gettext("登记人员"), gettext("登记"), "/organisation/", lede)
    form = PersonForm(request.POST or None)
    return fill_in(
        request,
        page,
        form,
        lambda: actions.create_person(fields=form.values(), by=request.actor, now=request.now),
        person_url,
        said=lambda person: gettext("已登记%(name)s，还没有任职。") % {"name": person.name},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person))
    person = access.person_for(request.person, pk)
    title = gettext("修改%(name)s") % {"name": person.name}
    steps = person_steps(person, last=gettext("修改"))
    page = FormPage(title, gettext("保存"), person_url(person), steps=steps, expect=person.version)
    form = PersonForm(request.POST or None, initial=PersonForm.initial_of(person))
    return fill_in(
        request,
        page,
        form,
        lambda: actions.update_person(
            person, fields=form.values(), by=request.actor, now=request.now, expect=expect(request)
        ),
        person_url,
        said=gettext("已保存。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def contact(request: Request, pk: int) -> HttpResponse:
    """One's own telephone and mail address."""
    only(request.person.pk == pk)
    person = request.person
    steps = person_steps(person, last=gettext("修改联系方式"))
    page = FormPage(gettext("修改联系方式"), gettext("保存"), person_url(person), steps=steps, expect=person.version)
    form = ContactForm(request.POST or None, initial={"mobile": person.mobile, "email": person.email})

    def act() -> Person:
        fields = PersonFields(person.name, person.code, active=person.active, **form.cleaned_data)
        return actions.update_person(person, fields=fields, by=request.actor, now=request.now, expect=expect(request))

    return fill_in(request, page, form, act, person_url, said=gettext("已保存。"))


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def secretaries(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person) or request.person.pk == pk)
    person = access.person_for(request.person, pk)
    title = gettext("%(name)s的代收人") % {"name": person.name}
    lede = gettext("代收人替其签收，签收后还要报告本人；本人知悉之前一直提醒。")
    steps = person_steps(person, last=gettext("代收人"))
    page = FormPage(title, gettext("保存"), person_url(person), lede, steps, suggests=True)
    now_named = "、".join(person_words(one).replace("　", " ") for one in queries.secretaries_of(person))
    form = SecretariesForm(request.POST or None, initial={"secretaries": now_named})
    return fill_in(
        request,
        page,
        form,
        lambda: actions.set_secretaries(
            person, secretaries=form.cleaned_data["secretaries"], by=request.actor, now=request.now
        ),
        person_url(person),
        said=gettext("已保存。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def charges(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person))
    person = access.person_for(request.person, pk)
    title = gettext("%(name)s分管的单位") % {"name": person.name}
    steps = person_steps(person, last=gettext("分管"))
    page = FormPage(title, gettext("保存"), person_url(person), steps=steps, suggests=True)
    units = profile.profile_of(person, request.now).charges
    named = "、".join(map(unit_words, units))
    form = ChargesForm(request.POST or None, initial={"units": named})
    return fill_in(
        request,
        page,
        form,
        lambda: actions.set_charges(person, units=form.cleaned_data["units"], by=request.actor, now=request.now),
        person_url(person),
        said=gettext("已保存。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def account(request: Request, pk: int) -> HttpResponse:
    only(access.can_edit(request.person))
    person = access.person_for(request.person, pk)
    only(person.account is None and person.active)
    title = gettext("给%(name)s开账号") % {"name": person.name}
    lede = gettext("请把账号和初始密码当面或电话告知本人。")
    steps = person_steps(person, last=gettext("开账号"))
    page = FormPage(title, gettext("开账号"), person_url(person), lede, steps)
    form = AccountForm(request.POST or None, initial={"username": person.pinyin})
    return fill_in(
        request,
        page,
        form,
        lambda: actions.create_account(person, **form.cleaned_data, by=request.actor, now=request.now),
        person_url(person),
        said=gettext("%(name)s可以登录了。") % {"name": person.name},
    )
