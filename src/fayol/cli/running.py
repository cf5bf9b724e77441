"""`fayol serve`, `worker`, `demo`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import click

from fayol.cli.house import end_on_signals, in_the_house, open_house, require_migrated
from fayol.config.environment import Environment, Misconfigured, read_environment

THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)  # requests one web process works on at a time
STOP_SECONDS = 30  # for what is running to end, before it is killed
START_SECONDS = 60
AGAIN_SECONDS = 3  # before a part that ended by itself is started again

with_parent = click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input closes.")


@click.command()
@click.option("--host", help="Address to listen on [HOST, default 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [PORT, default 8000].")
@click.option("--worker", "worker_too", is_flag=True, help="Run a worker as well, as its own process.")
@with_parent
def serve(host: str | None, port: int | None, worker_too: bool, with_parent: bool) -> None:
    """Run the web server.

    Listens on 127.0.0.1 unless told otherwise; put a proxy with https before it and set FAYOL_URL to its address
    (docs/running/production.md). Needs a worker: `fayol worker` anywhere, or --worker. Ctrl-C or SIGTERM stops it after
    running requests.
    """
    end_on_signals()
    _address(host, port)
    require_free(read_environment())
    env = open_house()
    require_migrated()
    collect_statics()
    if with_parent:
        _end_with_parent()
    with _kept_running("worker", "worker", "--with-parent") if worker_too else contextlib.nullcontext():
        run_web(env)


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Jobs at a time.")
@click.option("--once", is_flag=True, help="One round over everything that is due, then end.")
@with_parent
@in_the_house
def worker(concurrency: int, once: bool, with_parent: bool) -> None:
    """Run what happens by itself: reminders, deadlines, deliveries.

    Any number may run, on any number of machines; they share the work through the database.
    """
    require_migrated()
    if once:
        from fayol.worker.runner import run_due_sweeps

        for name, handled in run_due_sweeps().items():
            click.echo(f"{name}: {handled}")
        return
    if with_parent:
        _end_with_parent()
    from fayol.worker.process import run_worker

    run_worker(concurrency=concurrency)


@click.command()
@click.option("--host", help="Address to listen on [HOST, default 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [PORT, default 8000].")
def demo(host: str | None, port: int | None) -> None:
    """Show everything with the example organisation.

    Prepares the database, loads the example once, runs web and worker, and prints where to look. Ctrl-C stops
    everything; starting again goes on where it stopped. Not for real data: anybody may step into any sign-in.
    """
    end_on_signals()
    _address(host, port)
    os.environ["FAYOL_DEMO"] = "1"
    require_free(read_environment())
    click.echo("Preparing the database …")
    env = open_house()
    from fayol.cli.database import migrate_now
    from fayol.cli.example import load_once, sign_in_lines

    migrate_now()
    if load_once():
        click.echo("The example organisation is loaded.")
    collect_statics()
    with (
        _stopped_by_ctrl_c(),
        _child("web", "serve", "--with-parent") as web,
        _child("worker", "worker", "--with-parent") as background,
    ):
        if not _wait_until_up(env, web):
            raise click.ClickException("The web server did not start; its words stand above.")
        click.echo(f"\nFayol is at  {env.public_url}/\n")
        for line in sign_in_lines():
            click.echo(line)
        click.echo(f"\nData: {'DATABASE_URL' if env.database_url else env.home}. Ctrl-C stops everything.")
        _wait({"web": web, "worker": background})


def _address(host: str | None, port: int | None) -> None:
    """Options are settings said louder: children and Django find them where all settings are."""
    if host:
        os.environ["HOST"] = host
    if port:
        os.environ["PORT"] = str(port)


def require_free(env: Environment) -> None:
    """Raises Misconfigured when somebody listens there already, before anything is started."""
    family = socket.AF_INET6 if ":" in env.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.host, env.port))
        except OSError as error:
            raise Misconfigured(
                f"Cannot listen on {env.host}:{env.port}: {(error.strerror or 'not possible').lower()}. "
                "Stop what runs there, or choose another port: PORT=8001."
            ) from error


def run_web(env: Environment) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "fayol.config.wsgi:application",
        address=env.host,
        port=env.port,
        interface=Interfaces.WSGI,
        workers=env.web_processes,
        blocking_threads=THREADS,
        backpressure=THREADS * 16,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


def collect_statics() -> None:
    """Copies style sheets, scripts and pictures to where the web server takes them from, when they have changed."""
    from fayol.config.statics import collect

    collect()


@contextlib.contextmanager
def _child(name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A part of Fayol in a session of its own, so that Ctrl-C reaches us alone and we stop them in order. Should we be
    killed, its standard input closes and it ends by itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fayol", *arguments], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            click.echo(f"{name} does not end; it is killed.", err=True)
            process.kill()
            process.wait()


@contextlib.contextmanager
def _kept_running(name: str, *arguments: str) -> Iterator[None]:
    """The part runs beside this block; started again when it ends by itself, stopped at the end of the block."""
    over = threading.Event()

    def keep() -> None:
        while not over.is_set():
            with _child(name, *arguments) as process:
                while process.poll() is None and not over.wait(0.3):
                    pass
            if not over.wait(AGAIN_SECONDS):
                click.echo(f"{name} ended by itself (code {process.poll()}); it is started again.", err=True)

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


@contextlib.contextmanager
def _stopped_by_ctrl_c() -> Iterator[None]:
    """A signal is the proper end, from the moment the parts are started: the address may answer before we say so."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        click.echo("Stopped.")


def _wait(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    try:
        while True:
            for name, process in parts.items():
                if (code := process.poll()) is not None:
                    raise click.ClickException(f"{name} ended by itself (code {code}); everything is stopped.")
            time.sleep(0.3)
    except (KeyboardInterrupt, SystemExit):
        click.echo("\nStopping …")


def _wait_until_up(env: Environment, web: subprocess.Popen[bytes]) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.host, env.host)  # noqa: S104  everywhere is also here
    for _ in range(START_SECONDS * 10):
        if web.poll() is not None:
            return False
        with contextlib.suppress(OSError), socket.create_connection((host, env.port), timeout=1):
            return True
        time.sleep(0.1)
    return False


def _end_with_parent() -> None:
    def watch() -> None:
        while os.read(0, 4096):  # not sys.stdin: its lock would be held while the interpreter ends
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
