"""钉钉: a to-do for one person by an application, or a signed robot that names people in a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.conf import settings

from fayol.channels.accounts import accounts_of, group_addresses
from fayol.channels.contract import Outcome, Parcel
from fayol.channels.dingtalk.robot import say
from fayol.channels.dingtalk.todo import push
from fayol.channels.posting import send_each
from fayol.channels.robots import send_grouped
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person

PLATFORM = "dingtalk"


class DingTalkChannel:
    name = "dingtalk"
    title = _("钉钉待办")
    news = False  # a to-do for something that asks for nothing would be wrong

    def is_on(self) -> bool:
        return settings.CHANNELS.dingtalk is not None

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return accounts_of(PLATFORM, people)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        app = settings.CHANNELS.dingtalk
        assert app is not None
        return send_each(parcels, partial(push, app))


class DingTalkBotChannel:
    name = "dingtalk_bot"
    title = _("钉钉群机器人")
    news = False

    def is_on(self) -> bool:
        return bool(settings.CHANNELS.dingtalk_bots.bots)

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return group_addresses(settings.CHANNELS.dingtalk_bots, PLATFORM, people, by_mobile=True)

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        bots = settings.CHANNELS.dingtalk_bots
        return send_grouped(bots, parcels, partial(say, bots.base))
