"""Sign-in rules that are ours and not allauth's."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class HouseAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the office (`fayol account`, the organisation pages); nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
