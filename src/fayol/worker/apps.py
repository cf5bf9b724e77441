from __future__ import annotations

from datetime import datetime

from django.apps import AppConfig

SEAL_SECONDS = 600


class WorkerConfig(AppConfig):
    name = "fayol.worker"
    label = "worker"
    verbose_name = "后台"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.worker.registry import register_sweep

        register_sweep("facts.seal", seal_journal, every_seconds=SEAL_SECONDS)


def seal_journal(now: datetime, limit: int) -> int:
    """Seals what was recorded since the last seal, in one stroke: there is never a second batch. The journal lies
    below the worker and cannot register itself."""
    from fayol.facts.verify import seal

    seal(now=now)
    return 0
