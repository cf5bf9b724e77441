"""The PostgreSQL that comes with Fayol, for where nobody runs a server.

Every process that needs it takes part (`acquire`) and lets go (`release`, also at exit); the first one starts it, the
last one stops it. Taking part is a shared lock on a file, which the kernel drops when a process dies in any way, so
nobody has to repair anything after a kill -9: the next one finds the server running, or a dead one's traces.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fayol.config.environment import Misconfigured, make_home

if TYPE_CHECKING:
    from fayol.config.embedded_binaries import ServerUser

SOCKET_PATH_LIMIT = 90  # bytes; Linux allows 107 and macOS 103 for the whole path of a socket
PORT = "5432"  # part of the socket's name; nothing listens on the network
DATABASE = "fayol"
START_SECONDS = 60
TRIES = 8
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # for tests only: data may die with the machine

SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=150",
    "jit=off",
    "logging_collector=on",
    "log_filename=%a.log",
    "log_truncate_on_rotation=on",
    "log_rotation_size=0",
    "log_min_error_statement=panic",  # statements carry what people wrote
    "log_parameter_max_length_on_error=0",
)


@dataclass(frozen=True)
class Places:
    """Where one embedded server keeps its things. Decided by `home` alone, so that every process finds it."""

    home: Path
    folder: Path
    data: Path
    socket_dir: Path
    log: Path

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.socket_dir}&port={PORT}"


def places(home: Path) -> Places:
    folder = home / "postgres"
    socket_dir = folder / "run"
    if len(os.fsencode(socket_dir / f".s.PGSQL.{PORT}")) > SOCKET_PATH_LIMIT:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        socket_dir = Path(tempfile.gettempdir()) / f"fayol-{os.geteuid()}-{digest}"
    return Places(home, folder, folder / "data", socket_dir, folder / "start.log")


_taking_part: dict[Path, int] = {}  # home → file descriptor that holds the shared lock
_owner = os.getpid()  # a forked child takes part through its parent and may not let go for it


@contextlib.contextmanager
def running(home: Path, settings: tuple[str, ...] = ()) -> Iterator[Places]:
    """The server runs inside this block."""
    where = acquire(home, settings)
    try:
        yield where
    finally:
        release(home)


def acquire(home: Path, settings: tuple[str, ...] = ()) -> Places:
    """Starts the server unless it runs, makes the database unless it is there, and takes part until `release`.

    Raises Misconfigured with a sentence when this machine or folder does not allow it.
    """
    import fcntl

    global _owner
    where = places(home)
    if os.getpid() != _owner:
        _taking_part.clear()
        _owner = os.getpid()
    if home in _taking_part:
        return where
    make_home(home)
    with _one_at_a_time(home):
        part = os.open(home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(part, fcntl.LOCK_SH)
        try:
            _start(where, settings)
        except BaseException:
            _let_go(where, part)
            raise
    _taking_part[home] = part
    atexit.register(release, home)
    return where


def release(home: Path) -> None:
    """Lets go; whoever is last stops the server. Harmless when not taking part."""
    part = _taking_part.pop(home, None)
    if part is not None and os.getpid() == _owner:
        with _one_at_a_time(home):
            _let_go(places(home), part)


def _let_go(where: Places, part: int) -> None:
    import fcntl

    fcntl.flock(part, fcntl.LOCK_UN)  # explicit: a forked child may hold a copy of the descriptor
    try:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _stop(where)
    except BlockingIOError:
        pass  # somebody else still takes part
    finally:
        fcntl.flock(part, fcntl.LOCK_UN)
        os.close(part)


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    import fcntl

    lock = os.open(home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _start(where: Places, settings: tuple[str, ...]) -> None:
    if _answers(where):
        return
    from fayol.config.embedded_binaries import closed_folder, reachable_binaries, server_user

    user = server_user(where.data)
    if user.is_somebody_else and (closed := closed_folder(where.home, user)):
        raise Misconfigured(
            f"PostgreSQL refuses to run as root and runs as {user.name} instead, who may not enter {closed}. "
            "Fayol opens no folder by itself: set FAYOL_HOME to a folder below /var/lib/fayol, "
            "start Fayol as an ordinary user, or set DATABASE_URL."
        )
    _own_folder(where.folder, user)
    _own_folder(where.socket_dir, user)
    programs = reachable_binaries(user, where.folder)
    _make_data(where, programs, user)
    _adopt_orphans()
    options = [f"unix_socket_directories={where.socket_dir}", f"log_directory={where.folder / 'log'}"]
    arguments = " ".join(f"-c '{option}'" for option in [*SETTINGS, *options, *settings])
    command = ["-w", "-t", str(START_SECONDS), "-D", str(where.data), "-l", str(where.log), "-o", arguments]
    for _ in range(TRIES):  # a killed server's last children hold its shared memory for a moment longer
        _forget_dead_server(where)
        started = _run(programs, user, "pg_ctl", "start", *command)
        if not started.returncode and _answers(where):
            _make_database(where)
            return
        time.sleep(1)
    raise Misconfigured(f"The embedded PostgreSQL did not start. Its own words:\n{_last_words(where)}")


def _stop(where: Places) -> None:
    from fayol.config.embedded_binaries import reachable_binaries, server_user

    if not (where.data / "postmaster.pid").exists():
        return
    user = server_user(where.data)
    programs = reachable_binaries(user, where.folder)
    family = _family(where)
    _run(programs, user, "pg_ctl", "stop", "-w", "-m", "fast", "-t", str(START_SECONDS), "-D", str(where.data))
    _bury(family)


def _adopt_orphans() -> None:
    """The server leaves its parents to live on alone. Where nobody buries such processes (a container without an init)
    their corpses would stay in the list for ever; so they become ours, and `_stop` buries them. Linux only."""
    if sys.platform == "linux":
        import ctypes

        set_child_subreaper = 36  # <linux/prctl.h>
        ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0)


def _family(where: Places) -> list[int]:
    import psutil

    try:
        head = psutil.Process(int((where.data / "postmaster.pid").read_text().split()[0]))
        return [head.pid, *(child.pid for child in head.children(recursive=True))]
    except (OSError, ValueError, IndexError, psutil.Error):
        return []


def _bury(pids: list[int]) -> None:
    """Only those that are children of ours; waits a moment for the last words of the log's writer."""
    for pid in pids:
        for _ in range(20):
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    break
            except ChildProcessError:
                break
            time.sleep(0.05)


def _own_folder(folder: Path, user: ServerUser) -> None:
    """A folder only the server's user (and root) may enter. An existing one must already be so: it is left as it is."""
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, user.uid, user.gid)
    except FileExistsError:
        info = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or info.st_uid != user.uid:
            raise Misconfigured(f"{folder} must be a folder that belongs to {user.name}.") from None


def _make_data(where: Places, programs: Path, user: ServerUser) -> None:
    """Made aside and moved into place, so that a first start broken off leaves nothing half-made."""
    from fayol.config.embedded_binaries import MAJOR

    version = where.data / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != str(MAJOR):
            raise Misconfigured(
                f"{where.data} was made by PostgreSQL {version.read_text().strip()}, this Fayol brings {MAJOR}. "
                "Make a backup with the Fayol that made it, and restore that into an empty FAYOL_HOME."
            )
        return
    aside = where.folder / "data.new"
    shutil.rmtree(aside, ignore_errors=True)
    made = _run(programs, user, "initdb", "-D", str(aside), "-U", "postgres", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--auth-local=trust", "--auth-host=reject")  # fmt: skip
    if made.returncode:
        raise Misconfigured(
            f"The embedded PostgreSQL could not make its data folder. Its own words:\n{made.stderr.strip()}"
        )
    aside.rename(where.data)


def _forget_dead_server(where: Places) -> None:
    """After a kill -9 or a power cut the pid file and the socket's lock stay, and their number may now belong to a
    stranger, before whom PostgreSQL would step back, or to a corpse nobody buries (in a container). They are removed
    only when that process is no living PostgreSQL; living orphans of the dead server are still noticed by PostgreSQL
    itself, through its shared memory."""
    for trace in (where.data / "postmaster.pid", where.socket_dir / f".s.PGSQL.{PORT}.lock"):
        if _left_by_the_dead(trace):
            trace.unlink(missing_ok=True)


def _left_by_the_dead(trace: Path) -> bool:
    import psutil

    try:
        process = psutil.Process(int(trace.read_text().split()[0]))
        return process.status() == psutil.STATUS_ZOMBIE or "postgres" not in process.name()
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return False  # nothing there, or PostgreSQL will see by itself that it is stale


def _make_database(where: Places) -> None:
    import psycopg

    with psycopg.connect(_address(where), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _answers(where: Places) -> bool:
    """Whether the server takes connections; waits while it recovers from a crash."""
    import psycopg

    if not (where.socket_dir / f".s.PGSQL.{PORT}").exists():
        return False
    for _ in range(START_SECONDS * 5):
        try:
            psycopg.connect(_address(where)).close()
            return True
        except psycopg.OperationalError as error:
            if "starting up" not in str(error) and "recovery" not in str(error) and "shutting down" not in str(error):
                return False
        time.sleep(0.2)
    return False


def _address(where: Places) -> str:
    return f"host={where.socket_dir} port={PORT} user=postgres dbname=postgres connect_timeout=5"


def _run(programs: Path, user: ServerUser, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As the server's user. Output goes to files: the server inherits pg_ctl's, and a pipe would never end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.is_somebody_else else {}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(  # type: ignore[call-overload]
            [programs / name, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True, check=False,
            cwd="/", env=environment | {"LC_ALL": "C"}, umask=0o077, **as_user,
        )  # fmt: skip
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _last_words(where: Places) -> str:
    logs = sorted(
        [where.log, *(where.folder / "log").glob("*.log")], key=lambda p: p.stat().st_mtime if p.exists() else 0
    )
    words = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()]
    return "\n".join(words[-8:]) or "(nothing)"
