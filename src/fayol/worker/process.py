"""The worker process: procrastinate on our database, started again when the database went away for a while."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable

import procrastinate
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from fayol.worker.presence import EVERY_SECONDS, here

logger = logging.getLogger(__name__)

PAUSE = 3.0  # seconds between two tries to reach the database
GRACE = 20.0  # seconds a running batch has to end after a stop


def run_worker(*, concurrency: int) -> None:
    """Until SIGINT or SIGTERM; running batches are let finish."""
    asyncio.run(_run(concurrency))


async def _run(concurrency: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    signs = asyncio.create_task(_give_signs())
    try:
        await _work_until(stop, concurrency)
    finally:
        signs.cancel()
        await asyncio.wait({signs})
        await asyncio.to_thread(_with_own_connection, here.leave)


async def _give_signs() -> None:
    while True:
        await asyncio.to_thread(_with_own_connection, lambda: here.sign(timezone.now))
        await asyncio.sleep(EVERY_SECONDS)


def _with_own_connection(do: Callable[[], None]) -> None:
    """In a thread that nobody cleans up after: a connection that died meanwhile must not be met again next time."""
    close_old_connections()
    try:
        do()
    except Exception:
        logger.exception("no sign of life could be given")
    finally:
        close_old_connections()


async def _work_until(stop: asyncio.Event, concurrency: int) -> None:
    while not stop.is_set():
        working = asyncio.create_task(_work(concurrency))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            working.cancel()
            await asyncio.wait({working})
            return
        stopping.cancel()
        logger.error("the worker lost the database and tries again")
        # what procrastinate asks by Django's own connection, it asks in the one thread asgiref keeps for such things
        await sync_to_async(close_old_connections)()
        await asyncio.wait({asyncio.create_task(stop.wait())}, timeout=PAUSE)


async def _work(concurrency: int) -> None:
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    worker_app: procrastinate.App = app.with_connector(connector.get_worker_connector())
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            name="fayol",
            concurrency=concurrency,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE,
        )
