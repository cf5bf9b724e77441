"""企业微信: a card to one member by an application, or a robot that names people in a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.conf import settings

from fayol.channels.accounts import accounts_of, group_addresses
from fayol.channels.contract import Outcome, Parcel
from fayol.channels.posting import send_each
from fayol.channels.robots import send_grouped
from fayol.channels.wecom.sending import push, say
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

PLATFORM = "wecom"


class WeComChannel:
    name = "wecom"
    title = _("企业微信")
    news = True

    def is_on(self) -> bool:
        return settings.CHANNELS.wecom is not None

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return accounts_of(PLATFORM, people)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        app = settings.CHANNELS.wecom
        assert app is not None
        return send_each(parcels, partial(push, app))


class WeComBotChannel:
    name = "wecom_bot"
    title = _("企业微信群机器人")
    news = False

    def is_on(self) -> bool:
        return bool(settings.CHANNELS.wecom_bots.bots)

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return group_addresses(settings.CHANNELS.wecom_bots, PLATFORM, people, by_mobile=True)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        bots = settings.CHANNELS.wecom_bots
        return send_grouped(bots, parcels, partial(say, bots.base))
