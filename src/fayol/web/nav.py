"""The register of what stands in the navigation. Apps add theirs in a module called `shell`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.conf import settings
from django.urls import Resolver404, get_urlconf, resolve

from fayol.kernel.text import gettext_noop as _
from fayol.organisation.models import Person
from fayol.organisation.prepared import Asked, numbers

MOST_TABS = 5
Waiting = int | Asked
"""How many wait, or the statement that gives them, up to the most that is told: these are counted together."""


def everybody(person: Person) -> bool:
    return True


@dataclass(frozen=True)
class Entry:
    """One word of the navigation. An entry whose `path` no page answers is left out, so it may be named early.

    `under`: further paths during which the entry is the current one. `tab`: place in the phone's tab bar, 0 for none.
    `badge`: how many things wait for this person behind the entry.
    """

    key: str
    title: str
    path: str
    icon: str
    order: int
    under: tuple[str, ...] = ()
    tab: int = 0
    allowed: Callable[[Person], bool] = everybody
    badge: Callable[[Person, datetime], Waiting] | None = None


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    entry: Entry
    current: bool
    badge: int = field(default=0)

    @property
    def counted(self) -> bool:
        """Whether anything is counted for it. Templates cannot ask `entry.badge`: they would call it."""
        return self.entry.badge is not None


_entries: dict[str, Entry] = {}
_unread: list[Callable[[Person, datetime], Waiting]] = []


def register(entry: Entry) -> None:
    """Adds an entry, or replaces the one with the same key."""
    _entries[entry.key] = entry


def register_unread(count: Callable[[Person, datetime], Waiting]) -> None:
    """Adds to the number on the bell, which every open page asks for once a minute."""
    _unread.append(count)


def exists(path: str) -> bool:
    return _answered(path, get_urlconf() or settings.ROOT_URLCONF)


@cache
def _answered(path: str, urlconf: str) -> bool:
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


@dataclass(frozen=True)
class Frame:
    """The navigation of one person, in order, and the number on the bell."""

    links: list[Link]
    unread: int


def frame_for(person: Person, *, path: str, now: datetime) -> Frame:
    """The entry whose path is the longest beginning of `path` is current."""
    entries = [e for e in sorted(_entries.values(), key=lambda e: e.order) if exists(e.path) and e.allowed(person)]
    here = max(((len(p), e.key) for e in entries for p in (e.path, *e.under) if _covers(p, path)), default=(0, ""))[1]
    badges = [e.badge(person, now) if e.badge else 0 for e in entries]
    numbers = _counted(person, [*badges, *(count(person, now) for count in _unread)])
    links = [Link(e, e.key == here, number) for e, number in zip(entries, numbers, strict=False)]
    return Frame(links, sum(numbers[len(entries) :]))


def links_for(person: Person, *, path: str, now: datetime) -> list[Link]:
    return frame_for(person, path=path, now=now).links


def _counted(person: Person, given: Sequence[Waiting]) -> list[int]:
    found = iter(numbers(person, [one for one in given if isinstance(one, Asked)]))
    return [next(found) if isinstance(one, Asked) else one for one in given]


def tabs_of(links: list[Link]) -> list[Link]:
    """At most five of them, for the bar at the bottom of a phone."""
    return sorted((link for link in links if link.entry.tab), key=lambda link: link.entry.tab)[:MOST_TABS]


def _covers(prefix: str, path: str) -> bool:
    return path == prefix if prefix == "/" else path.startswith(prefix)


register(Entry("workbench", _("工作台"), "/", "layout-dashboard", 10, tab=1))
register(Entry("matters", _("事项"), "/matters/", "clipboard-list", 20, under=("/commitments/",), tab=2))
register(Entry("ledger", _("台账"), "/ledger/", "table", 30, tab=3))
register(Entry("intake", _("导入"), "/intake/", "file-import", 40, tab=4))
register(Entry("organisation", _("组织"), "/organisation/", "sitemap", 50, tab=5))
