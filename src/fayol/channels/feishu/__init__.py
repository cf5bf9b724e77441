"""飞书: a card to one person by an application, or a signed robot whose card names people in a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.conf import settings

from fayol.channels.accounts import accounts_of, group_addresses
from fayol.channels.contract import Outcome, Parcel
from fayol.channels.feishu.sending import push, say
from fayol.channels.posting import send_each
from fayol.channels.robots import send_grouped
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

PLATFORM = "feishu"


class FeishuChannel:
    name = "feishu"
    title = _("飞书")
    news = True

    def is_on(self) -> bool:
        return settings.CHANNELS.feishu is not None

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return accounts_of(PLATFORM, people)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        app = settings.CHANNELS.feishu
        assert app is not None
        return send_each(parcels, partial(push, app))


class FeishuBotChannel:
    name = "feishu_bot"
    title = _("飞书群机器人")
    news = False

    def is_on(self) -> bool:
        return bool(settings.CHANNELS.feishu_bots.bots)

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return group_addresses(settings.CHANNELS.feishu_bots, PLATFORM, people, by_mobile=False)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        bots = settings.CHANNELS.feishu_bots
        return send_grouped(bots, parcels, partial(say, bots.base))
