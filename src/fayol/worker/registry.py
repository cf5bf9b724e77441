"""Which sweeps there are. Apps register theirs in `AppConfig.ready()`; the worker knows nothing else about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

Run = Callable[[datetime, int], int]
BATCH = 200


@dataclass(frozen=True)
class Sweep:
    """`run(now, limit)` claims at most `limit` rows that are due at `now`, deals with each, and says how many it
    claimed. A row it cannot deal with it must push back: the same row may not be claimed again at once
    (`worker.claims.work_through` sees to both).

    A sweep runs in one worker at a time. A `shared` one runs in several at once, and must claim its rows with a lock
    that others skip. `due(now)` counts the rows that wait, cheaply; it is asked by the status page and the metrics.
    """

    name: str
    run: Run
    every_seconds: int
    shared: bool = False
    batch: int = BATCH  # rows in one transaction
    due: Callable[[datetime], int] | None = None


_sweeps: dict[str, Sweep] = {}


def register_sweep(
    name: str,
    run: Run,
    *,
    every_seconds: int,
    shared: bool = False,
    batch: int = BATCH,
    due: Callable[[datetime], int] | None = None,
) -> None:
    """Registering a name again replaces it (an app may be set up twice in one test process)."""
    if every_seconds < 1:
        raise ValueError(f"sweep {name}: every_seconds must be at least 1")
    _sweeps[name] = Sweep(name, run, every_seconds, shared, batch, due)


def unregister_sweep(name: str) -> None:
    _sweeps.pop(name, None)


def sweeps() -> list[Sweep]:
    return list(_sweeps.values())


def sweep_named(name: str) -> Sweep | None:
    return _sweeps.get(name)


Reading = Mapping[str, float] | float


@dataclass(frozen=True)
class Gauge:
    """A number of an app for /metrics and the status page. With `label`, `read` answers one number for each value of
    it. It must be cheap at any size: counted along an index, or no further than some thousands."""

    name: str
    help: str
    read: Callable[[datetime], Reading]
    label: str = ""


_gauges: dict[str, Gauge] = {}


def register_gauge(name: str, help: str, read: Callable[[datetime], Reading], *, label: str = "") -> None:
    """`name` without the prefix `fayol_`, as Prometheus spells names: deliveries_queued."""
    if not name.isidentifier() or not name.islower():
        raise ValueError(f"gauge {name!r}: small letters, digits and underscores")
    _gauges[name] = Gauge(name, help, read, label)


def unregister_gauge(name: str) -> None:
    _gauges.pop(name, None)


def gauges() -> list[Gauge]:
    return list(_gauges.values())
