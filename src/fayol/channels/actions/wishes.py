"""What a person wishes about mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from fayol.channels.access import can_oversee
from fayol.channels.contract import channel_named
from fayol.channels.models import Address, DeadAddress, Preference
from fayol.channels.states import Pace, Quiet
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.access import require
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person

ACCOUNT = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_CHOICES = frozenset({Pace.SOON, Pace.DIGEST, Pace.OFF})


@dataclass(frozen=True)
class Wishes:
    asks: Pace = Pace.SOON
    chase: Pace = Pace.SOON
    news: Pace = Pace.DIGEST
    quiet: Quiet = Quiet.WORK
    quiet_from: time = time(20, 0)
    quiet_to: time = time(8, 0)
    language: str = "zh-hans"
    first: str = ""


@transaction.atomic
def wish(person: Person, *, wishes: Wishes, by: Actor, now: datetime) -> Preference:
    """One's own only. Refused where the house keeps a minimum: chases may be gathered, not silenced."""
    require(by.person_id == person.pk, by)
    _check(wishes)
    row, _new = Preference.objects.select_for_update().get_or_create(person=person)
    changed = {}
    for field in fields(wishes):
        before, after = getattr(row, field.name), getattr(wishes, field.name)
        if before != after:
            changed[field.name] = [str(before), str(after)]
            setattr(row, field.name, after)
    if changed:
        row.save()
        record("preference", person.pk, "preference.changed", by=by, now=now, data={"changed": changed})
    return row


@transaction.atomic
def keep_accounts(person: Person, *, accounts: Mapping[str, str], by: Actor, now: datetime) -> None:
    """The person's accounts on the platforms named, empty for none: one's own, or by the office. What was found dead
    under the former account is forgotten. The journal says that an account changed, not into what."""
    require(by.person_id == person.pk or can_oversee(by.person), by)
    known = {row.platform: row for row in Address.objects.select_for_update().filter(person=person)}
    changed = []
    for platform, given in accounts.items():
        value, row = given.strip(), known.get(platform)
        if value and not ACCOUNT.fullmatch(value):
            raise Refused("account_shape", _("账号只能有字母、数字和_.@-，最长64个。"), field=platform)
        if value == (row.value if row else ""):
            continue
        if value:
            Address.objects.update_or_create(person=person, platform=platform, defaults={"value": value})
        elif row:
            row.delete()
        changed.append(platform)
    if changed:
        ours = Q(channel__in=changed) | Q(channel__in=[f"{one}_bot" for one in changed])
        DeadAddress.objects.filter(ours, person=person, lifted_at__isnull=True).update(lifted_at=now)
        record("preference", person.pk, "preference.accounts_changed", by=by, now=now, data={"platforms": changed})


def _check(wishes: Wishes) -> None:
    if not {wishes.asks, wishes.chase, wishes.news} <= _CHOICES:
        raise Refused("pace_unknown", _("没有这种发法，请重新选择。"), field="asks")
    if wishes.chase is Pace.OFF:
        raise Refused("chase_not_off", _("催办不能只留站内，可以改为每半日一次。"), field="chase")
    if wishes.quiet is Quiet.HOURS and wishes.quiet_from == wishes.quiet_to:
        raise Refused("no_hours", _("起止时间相同，等于没有免打扰。请改一个，或选随到随发。"), field="quiet_to")
    if wishes.first and channel_named(wishes.first) is None:
        raise Refused("channel_unknown", _("没有这个渠道。"), field="first")
    if wishes.language not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", _("没有这种语言。"), field="language")
