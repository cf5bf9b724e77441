"""Who is what in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from fayol.facts.journal import record
from fayol.kernel.errors import Refused, Stale
from fayol.kernel.text import gettext_noop as _
from fayol.organisation import access
from fayol.organisation.actions.shared import change, locked
from fayol.organisation.actor import Actor
from fayol.organisation.models import Charge, Person, Post, Unit
from fayol.organisation.queries import active_posts
from fayol.organisation.states import LIAISON_ROLES, POST_ROLE_WORDS, SINGLE_ROLES, PostRole, UnitKind


@dataclass(frozen=True)
class PostFields:
    """`primary` makes it the post by which the person is introduced; the first post is that by itself."""

    role: str = PostRole.MEMBER.value
    title: str = ""
    primary: bool = False


@transaction.atomic
def appoint(
    person: Person, *, unit: Unit, fields: PostFields, by: Actor, now: datetime, replacing: Post | None = None
) -> Post:
    """Give the person a post. A place that only one can hold is freed by naming the post it replaces.

    Refused for inactive people and closed units, for the same post twice, when the place is taken by another than
    `replacing`, when A角 and B角 would be one person, and for a role the unit does not have.
    """
    access.require(access.can_appoint(by.person, unit, fields.role), by)
    unit, person = locked(unit), locked(person)
    _check(person, unit, fields)
    if replacing is not None:
        _make_room(replacing, unit, fields.role, by, now)
    _check_free(person, unit, fields.role)
    last = active_posts().filter(unit=unit).aggregate(last=Max("order"))["last"] or 0
    primary = fields.primary or not active_posts().filter(person=person, primary=True).exists()
    if primary:
        active_posts().filter(person=person, primary=True).update(primary=False)
    post = Post.objects.create(
        person=person, unit=unit, role=fields.role, title=fields.title.strip(), order=last + 1, primary=primary
    )
    record("unit", unit.pk, "unit.roster_changed", by=by, now=now, data={"appointed": _told(post)})
    return post


@transaction.atomic
def update_post(post: Post, *, fields: PostFields, by: Actor, now: datetime) -> Post:
    """Another title or role in the same unit."""
    access.require(
        access.can_appoint(by.person, post.unit, post.role) and access.can_appoint(by.person, post.unit, fields.role),
        by,
    )
    unit, post = locked(post.unit), locked(post)
    if post.ended_on is not None:
        raise Stale
    _check(post.person, unit, fields)
    if fields.role != post.role:
        _check_free(post.person, unit, fields.role, but=post)
        _leave_charges(post)
    changed = change(post, {"role": fields.role, "title": fields.title.strip()})
    if fields.primary and not post.primary:
        active_posts().filter(person=post.person, primary=True).update(primary=False)
        changed["primary"] = [False, True]
        post.primary = True
    if changed:
        post.save()
        record("unit", unit.pk, "unit.roster_changed", by=by, now=now, data={"changed": _told(post)})
    return post


@transaction.atomic
def end_post(post: Post, *, by: Actor, now: datetime) -> Post:
    """Refused for the last post in the coordinating office: somebody must catch what all others drop."""
    access.require(access.can_appoint(by.person, post.unit, post.role), by)
    unit, post = locked(post.unit), locked(post)
    if post.ended_on is not None:
        raise Stale
    _end(post, unit, by, now)
    return post


@transaction.atomic
def reorder_posts(unit: Unit, *, order: Sequence[int], by: Actor, now: datetime) -> None:
    """`order` holds the keys of all active posts of the unit. Leaders stand in this order, never alphabetically."""
    access.require(access.can_edit(by.person) or access.heads(by.person, unit), by)
    unit = locked(unit)
    posts = {post.pk: post for post in active_posts().filter(unit=unit)}
    if sorted(order) != sorted(posts):
        raise Stale
    for place, pk in enumerate(order, start=1):
        posts[pk].order = place
    Post.objects.bulk_update(posts.values(), ["order"], batch_size=500)
    record("unit", unit.pk, "unit.roster_changed", by=by, now=now, data={"order": list(order)})


def end_all_posts(person: Person, *, by: Actor, now: datetime) -> None:
    """For somebody who leaves; inside the caller's transaction."""
    posts = active_posts().filter(person=person).select_related("unit").order_by("unit_id", "id")
    for post in posts:
        _end(post, locked(post.unit), by, now)


def _end(post: Post, unit: Unit, by: Actor, now: datetime) -> None:
    others = active_posts().filter(unit=unit, person__active=True).exclude(pk=post.pk)
    if unit.is_office and not others.exists():
        raise Refused("office_last", _("{unit}是协调办公室，不能没有人。请先任命接替的人。"), unit=unit.name)
    _close(post, by, now)


def _close(post: Post, by: Actor, now: datetime) -> None:
    """The post ends today; another one of the person becomes the primary one."""
    _leave_charges(post)
    was_primary, post.primary = post.primary, False
    post.ended_on = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    post.save(update_fields=["ended_on", "primary"])
    following = active_posts().filter(person=post.person).order_by("order", "id").first() if was_primary else None
    if following:
        following.primary = True
        following.save(update_fields=["primary"])
    record("unit", post.unit_id, "unit.roster_changed", by=by, now=now, data={"ended": _told(post)})


def _leave_charges(post: Post) -> None:
    """Who leaves the leaders' row leaves what they were in charge of."""
    if post.role == PostRole.LEADER:
        others = active_posts().filter(person=post.person, role=PostRole.LEADER).exclude(pk=post.pk)
        if not others.exists():
            Charge.objects.filter(leader=post.person).delete()


def _make_room(replacing: Post, unit: Unit, role: str, by: Actor, now: datetime) -> None:
    post = locked(replacing)
    if post.ended_on is not None or post.unit_id != unit.pk or post.role != role:
        raise Stale
    _close(post, by, now)


def _told(post: Post) -> dict[str, object]:
    return {"post": post.pk, "person": post.person_id, "name": post.person.name, "role": post.role, "title": post.title}


def _check(person: Person, unit: Unit, fields: PostFields) -> None:
    if fields.role not in set(PostRole):
        raise Refused("role", _("没有“{role}”这种岗位角色。"), field="role", role=fields.role)
    if len(fields.title.strip()) > 60:
        raise Refused("too_long", _("最多{most}个字，请缩短。"), field="title", most=60)
    if not person.active:
        raise Refused("person_inactive", _("{name}已离职，请另选。"), field="person", name=person.name)
    if not unit.active:
        raise Refused("unit_closed", _("{unit}已经撤销。"), field="unit", unit=unit.name)
    if fields.role == PostRole.LEADER and unit.kind != UnitKind.LEADERS:
        raise Refused("leaders_only", _("领导只能在领导班子里任命，{unit}不是。"), field="role", unit=unit.name)
    if fields.role == PostRole.COORDINATOR and not unit.is_office:
        raise Refused("office_only", _("协调员只能在协调办公室任命，{unit}不是。"), field="role", unit=unit.name)


def _check_free(person: Person, unit: Unit, role: str, *, but: Post | None = None) -> None:
    posts = active_posts().filter(unit=unit).exclude(pk=but.pk if but else 0).select_related("person")
    if posts.filter(person=person, role=role).exists():
        raise Refused("has_post", _("{name}已经担任{unit}的{role}。"), field="role",
                      name=person.name, unit=unit.name, role=gettext(POST_ROLE_WORDS[PostRole(role)]))  # fmt: skip
    holder = posts.filter(role=role).first() if role in SINGLE_ROLES else None
    if holder:
        words = gettext(POST_ROLE_WORDS[PostRole(role)])
        raise Refused("place_taken", _("{unit}的{role}现在是{name}，请选择接替此人。"), field="role",
                      unit=unit.name, role=words, name=holder.person.name)  # fmt: skip
    if role in LIAISON_ROLES and posts.filter(person=person, role__in=LIAISON_ROLES).exists():
        raise Refused("a_is_b", _("A角和B角不能是同一个人，否则一人离岗就没有人接。"), field="role")
