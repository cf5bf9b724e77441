from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from fayol.config import embedded
from fayol.config.embedded_binaries import PACKAGE, package_folder
from fayol.config.environment import Misconfigured

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has PostgreSQL run by somebody else")

TAKE_PART = """
import sys
from pathlib import Path
from fayol.config import embedded
embedded.acquire(Path(sys.argv[1]))
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder through which others may pass, as below /var/lib; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="fayol-pg-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Partner:
    """Another process that takes part in the server of `home`."""

    def __init__(self, home: Path, path: Path | None = None) -> None:
        environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_PART, str(home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.up = self.process.stdout.readline().strip() == "up"

    def leave(self) -> str:
        """What it said on its way out."""
        return self.process.communicate(timeout=300)[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def server_pid(home: Path) -> int | None:
    try:
        pid = int((embedded.places(home).data / "postmaster.pid").read_text().split()[0])
    except FileNotFoundError:
        return None
    return pid if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None


def one(home: Path) -> int:
    with psycopg.connect(embedded.places(home).url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def modes(*paths: Path) -> dict[str, int]:
    everything = {folder for path in paths for folder in [path, *path.parents]} | {Path("/root")}
    return {str(p): stat.S_IMODE(p.stat().st_mode) for p in sorted(everything) if p.exists()}


def test_the_first_to_take_part_starts_the_server_and_the_last_one_stops_it(base: Path) -> None:
    home = base / "home"
    first, second = Partner(home), Partner(home)
    assert first.up
    assert second.up
    first.leave()
    assert server_pid(home) is not None
    second.leave()
    assert server_pid(home) is None


def test_what_was_committed_is_there_after_the_server_and_its_user_were_killed(base: Path) -> None:
    home = base / "home"
    partner = Partner(home)
    with psycopg.connect(embedded.places(home).url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    pid = server_pid(home)
    assert pid is not None
    partner.kill()
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    with embedded.running(home):
        assert one(home) == 1
    assert server_pid(home) is None


def test_a_server_left_behind_by_a_killed_process_is_used_and_stopped_by_the_next(base: Path) -> None:
    home = base / "home"
    Partner(home).kill()
    left_behind = server_pid(home)
    assert left_behind is not None
    with embedded.running(home):
        assert server_pid(home) == left_behind
    assert server_pid(home) is None


def test_a_dead_servers_number_that_now_belongs_to_a_stranger_does_not_stop_the_start(base: Path) -> None:
    home = base / "home"
    with embedded.running(home):
        owner = embedded.places(home).data.stat().st_uid
        pid_file = embedded.places(home).data / "postmaster.pid"
        traces = pid_file.read_text()
    with subprocess.Popen(["sleep", "60"], user=owner, start_new_session=True) as stranger:
        pid_file.write_text(traces.replace(traces.split()[0], str(stranger.pid), 1))
        os.chown(pid_file, owner, -1)
        try:
            with embedded.running(home):
                assert server_pid(home) not in (None, stranger.pid)
        finally:
            stranger.kill()


def test_a_first_start_that_was_broken_off_leaves_nothing_in_the_way(base: Path) -> None:
    home = base / "home"
    with embedded.running(home):
        pass
    where = embedded.places(home)
    where.data.rename(where.folder / "data.new")
    (where.folder / "data.new" / "PG_VERSION").unlink()
    with embedded.running(home):
        assert server_pid(home) is not None


def test_data_of_another_version_is_refused_in_a_sentence_and_left_alone(base: Path) -> None:
    home = base / "home"
    with embedded.running(home):
        pass
    version = embedded.places(home).data / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(Misconfigured, match="made by PostgreSQL 16, this Fayol brings 18"), embedded.running(home):
        pass
    assert version.read_text() == "16\n"


def test_a_home_with_a_very_long_name_still_gets_a_socket(base: Path) -> None:
    home = base / ("long-" * 30)
    with embedded.running(home) as where:
        assert len(str(where.socket_dir)) < 80
        psycopg.connect(where.url).close()
    shutil.rmtree(where.socket_dir)


@as_root
def test_no_folder_above_data_or_programs_gets_another_permission(base: Path) -> None:
    home = base / "home"
    before = modes(base, package_folder())
    with embedded.running(home):
        during = modes(base, package_folder())
    assert before == during == modes(base, package_folder())
    assert psutil.Process().uids().effective == 0


@as_root
def test_a_home_behind_a_closed_folder_is_refused_by_name_and_stays_closed(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    with pytest.raises(Misconfigured, match=f"may not enter {closed}"), embedded.running(closed / "home"):
        pass
    assert modes(closed) == before


@as_root
def test_programs_behind_a_closed_folder_are_copied_and_the_folder_stays_closed(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    site = package_folder().parent
    for name in (PACKAGE, f"{PACKAGE}.libs"):
        if (site / name).exists():
            shutil.copytree(
                site / name, closed / name, symlinks=True, ignore=shutil.ignore_patterns("pginstall", "*.a")
            )
    before = modes(closed / PACKAGE)
    home = base / "home"
    partner = Partner(home, path=closed)
    assert partner.up, partner.leave()
    pid = server_pid(home)
    assert pid is not None
    assert Path(psutil.Process(pid).exe()).is_relative_to(home)
    partner.leave()
    assert modes(closed / PACKAGE) == before


@as_root
def test_the_server_of_root_runs_as_the_owner_of_its_data_who_may_not_read_our_secrets(base: Path) -> None:
    home = base / "home"
    with embedded.running(home) as where:
        pid = server_pid(home)
        assert pid is not None
        assert psutil.Process(pid).uids().effective == where.data.stat().st_uid != 0
        assert stat.S_IMODE(where.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.stat().st_mode) == 0o711
