"""E-mail: one letter for all that waits for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings

from fayol.channels.contract import Outcome, Parcel
from fayol.channels.models import MAIL
from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person


class MailChannel:
    name = MAIL
    title = _("邮件")
    news = True

    def is_on(self) -> bool:
        return bool(settings.MAIL_ON)

    def addresses_of(self, people: Sequence[Person]) -> dict[int, str]:
        return {person.pk: person.email for person in people if person.email}

    def send(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Parcel, Outcome]]:
        from fayol.channels.mail.smtp import send_all

        return send_all(parcels)
