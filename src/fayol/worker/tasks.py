"""The jobs procrastinate runs. All of them are wake-ups: none carries work of its own, so a lost one loses nothing."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

from fayol.worker import runner
from fayol.worker.presence import here, runs_here
from fayol.worker.registry import sweep_named
from fayol.worker.waking import call_help, wake

logger = logging.getLogger(__name__)

THREADS = 2  # of one process at one shared sweep; the others stay free for other sweeps
FAILED_KEPT_HOURS = 72
STALLED_AFTER = 60  # seconds without a sign of life from the worker that had the job


@app.task(name="fayol.sweep")
def sweep(name: str) -> None:
    found = sweep_named(name)
    if found is None:
        logger.warning("sweep %s is not registered in this version; left alone", name)
        return
    if not here.clock_is_right or (found.shared and runs_here(name) >= THREADS):
        return
    runner.run_sweep(found, call_help=call_help)


@app.periodic(cron="* * * * * */15")  # the sixth field is seconds
@app.task(name="fayol.tick", queueing_lock="fayol.tick")
def tick(timestamp: int) -> None:
    """Wakes every sweep that is due. Several workers ticking at once are harmless: one job a sweep can be queued."""
    for name in runner.due_names(timezone.now()):
        wake(name)


@app.periodic(cron="* * * * *")
@app.task(name="fayol.rescue", queueing_lock="fayol.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Queues again what a killed worker had in its hands, and forgets failed wake-ups of some days ago."""
    stalled = await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER)
    for job in stalled:
        logger.warning("job %s of a lost worker is queued again", job.call_string)
        try:
            await context.app.job_manager.retry_job(job)
        except UniqueViolation:  # the same is queued already, and one wake-up is enough
            await context.app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    await context.app.job_manager.prune_stalled_workers(STALLED_AFTER)
    await context.app.job_manager.delete_old_jobs(nb_hours=FAILED_KEPT_HOURS, include_failed=True)
