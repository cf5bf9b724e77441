"""The demo's people one may step into, for the sign-in page."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from fayol.kernel.text import gettext_noop as _

GROUPS = (
    (_("协调员"), ("协调员",)),
    (_("承办人"), ("承办人",)),
    (_("部门负责人"), ("部长", "主任", "组长", "处长", "经理")),
    (_("联络员"), ("联络员",)),
    (_("领导和领导秘书"), ("总裁", "领导")),
)
"""Heading, and the words in a person's role that put it there; the first that fits."""

REST = _("其他")


@dataclass(frozen=True)
class SignIn:
    account: str
    name: str
    unit: str
    role: str

    @property
    def standing(self) -> str:
        return f"{self.unit} {self.role}"


def sign_ins() -> list[SignIn]:
    """Those the example organisation offers; none outside the demo."""
    if not settings.DEMO:
        return []
    from fayol.organisation.example import SIGN_INS  # not loaded where nobody plays

    return [SignIn(*row) for row in SIGN_INS]


def account_names() -> set[str]:
    return {one.account for one in sign_ins()}


def groups() -> list[tuple[str, list[SignIn]]]:
    """By role, in the order people look for them."""
    found: dict[str, list[SignIn]] = {title: [] for title in [*dict(GROUPS), REST]}
    for person in sign_ins():
        found[_group_of(person.role)].append(person)
    return [(title, members) for title, members in found.items() if members]


def _group_of(role: str) -> str:
    return next((title for title, words in GROUPS if any(word in role for word in words)), REST)
