"""Telling the worker that there is work now, instead of waiting for its next round."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from fayol.worker import runner


def wake(name: str) -> None:
    """Let the sweep `name` run as soon as this transaction is committed; costs one insert, and none if it is awake.

    Deferred to after the commit on purpose: an insert with the sweep's queueing lock inside the transaction would make
    every two acts at the same time wait for one another. Should the process die in between, the next round finds the
    work anyway: the due rows are in the database.
    """
    transaction.on_commit(lambda: _wake_now(name), robust=True)


def _wake_now(name: str) -> None:
    runner.make_due(name, timezone.now())
    call_help(name)


def call_help(name: str) -> None:
    """One more worker to this sweep, at once; nothing when one is already called and has not come yet."""
    from fayol.worker.tasks import sweep

    try:
        with transaction.atomic():
            sweep.configure(queueing_lock=f"sweep:{name}").defer(name=name)
    except AlreadyEnqueued:
        pass
