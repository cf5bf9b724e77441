"""Does a page cost what it shows, or what there is? Workbench and ledger at two sizes, beside a bare Django page.

Pages and sizes take turns, request by request, so that all are measured in the same weather.
"""

from __future__ import annotations

import gc
import time
from statistics import median
from typing import Any

from benchmarks.surroundings import using

PAGES = {"bare": "/bare/", "workbench": "/", "ledger": "/ledger/"}
PEOPLE = {"coordinator": "林晓雯", "head": "王建国"}
REQUESTS, WARM_UP = 60, 8
Times = dict[tuple[str, str], float]


def measure(name: str, databases: dict[str, Any]) -> Times:
    """Median seconds of each (size, page) for this person."""
    clients = {size: _signed_in(name, database) for size, database in databases.items()}
    taken: dict[tuple[str, str], list[float]] = {(size, page): [] for size in databases for page in PAGES}
    gc.collect()
    for turn in range(WARM_UP + REQUESTS):
        for size, page in taken:
            with using(databases[size]):
                begin = time.perf_counter()
                answer = clients[size].get(PAGES[page])
                spent = time.perf_counter() - begin
            assert answer.status_code == 200, (page, answer.status_code)
            if turn >= WARM_UP:
                taken[size, page].append(spent)
    return {key: median(times) for key, times in taken.items()}


def _signed_in(name: str, database: Any) -> Any:
    from django.test import Client

    from fayol.organisation.models import Person

    with using(database):
        account = Person.objects.get(name=name).account
        assert account is not None
        client = Client()
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
