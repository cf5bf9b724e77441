from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from fayol.cli.tests.conftest import House
from fayol.config import embedded
from fayol.reading.tests.notices import notice_of

slow = pytest.mark.slow
TASK = "一、由财务部牵头，采购部配合，于2026年11月30日前完成采购计划。\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_intake_prints_json_and_nothing_else_and_makes_no_home(empty_house: House, tmp_path: Path) -> None:
    file = tmp_path / "task.txt"
    file.write_text(TASK, encoding="utf-8")
    done = empty_house("intake", str(file), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (assignment,) = json.loads(done.stdout)["assignments"]
    assert (assignment["lead"], assignment["support"]) == (["财务部"], ["采购部"])
    assert assignment["deadline"] == "2026-11-30"
    assert not empty_house.home.exists()


def test_intake_loads_neither_django_nor_a_database_driver(empty_house: House, tmp_path: Path) -> None:
    file = tmp_path / "task.txt"
    file.write_text(TASK, encoding="utf-8")
    done = empty_house("intake", str(file), PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "fayol" in loaded
    assert loaded & {"django", "psycopg", "procrastinate"} == set()


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.docx", None), ("empty.docx", b""), ("broken.docx", b"PK\x03\x04 no zip"), ("x.exe", b"MZ")],
)
def test_bad_input_gets_one_sentence_on_stderr_and_exit_code_1(
    empty_house: House, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = empty_house("intake", str(tmp_path / name), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert name.removesuffix(".docx").removesuffix(".exe") in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_cannot_be_meant_are_refused_in_a_sentence(empty_house: House) -> None:
    done = empty_house("status", DATABASE_URL="mysql://x")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: DATABASE_URL must look like postgres://")


def test_a_database_that_does_not_answer_is_a_sentence(empty_house: House) -> None:
    done = empty_house("status", DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database does not answer")
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_a_plain_sentence_and_nothing_is_started(empty_house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = empty_house("demo", "--port", str(port))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not empty_house.home.exists()


@slow
def test_status_says_that_no_worker_runs_and_a_round_by_hand_shows_in_it(house: House) -> None:
    before = house("status")
    assert before.returncode == 1
    assert "workers    none alive" in before.stdout
    assert "organisation.absence_edges: every 60 s, never run" in before.stdout
    assert house("worker", "--once").returncode == 0
    assert "organisation.absence_edges: every 60 s, last " in house("status").stdout


@slow
def test_the_first_administrator_signs_in_and_changes_the_password(house: House) -> None:
    done = house("createadmin", "许宁", "--username", "xuning", "--password-stdin", stdin="a-long-word-42\n")
    assert done.returncode == 0, done.stderr
    weak = house("account", "xuning", "--password-stdin", stdin="123\n")
    assert weak.returncode == 1
    assert house("account", "许宁", "--password-stdin", stdin="another-word-43\n").returncode == 0
    assert house("account", "无此人", "--password-stdin", stdin="another-word-43\n").returncode == 1
    assert house("verify").returncode == 0


@slow
def test_a_holiday_notice_is_looked_at_first_and_taken_in_when_told(house: House, tmp_path: Path) -> None:
    file = tmp_path / "放假通知.txt"
    file.write_text(notice_of(2027), encoding="utf-8")
    looked = house("calendar", "import", str(file))
    assert (looked.returncode, looked.stderr) == (0, "")
    assert "2027-01-31 ordinary → makeup" in looked.stdout
    assert "Nothing was changed" in looked.stdout
    taken = house("calendar", "import", str(file), "--apply")
    assert taken.returncode == 0, taken.stderr
    again = house("calendar", "import", str(file), "--apply")
    assert again.returncode == 1
    assert "这份通知已经采用" in again.stderr


@slow
def test_the_organisation_written_out_and_taken_in_again_changes_nothing(house: House, tmp_path: Path) -> None:
    file = tmp_path / "org.xlsx"
    done = house("org", "export", str(file))
    assert done.returncode == 0, done.stderr
    done = house("org", "import", str(file))
    assert done.returncode == 0, done.stderr
    assert "0 new, 0 changed, 0 closed" in done.stdout
    assert house("org", "export", str(file)).returncode == 1


class Demo:
    """`fayol demo` as somebody starts it in a terminal."""

    def __init__(self, house: House) -> None:
        self.house, self.port = house, free_port()
        self.output = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            house.command("demo", "--port", str(self.port)), env=house.environment, start_new_session=True,
            stdout=self.output, stderr=subprocess.STDOUT,
        )  # fmt: skip

    @property
    def said(self) -> str:
        return os.pread(self.output.fileno(), 1_000_000, 0).decode()

    def wait_until_up(self) -> None:
        """Until it answers, and has said where."""
        for _ in range(3000):
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/") as page:
                assert page.status == 200
                if f"http://127.0.0.1:{self.port}/" in self.said:
                    return
            assert self.process.poll() is None, self.said
            time.sleep(0.1)
        raise AssertionError("the demo did not come up")

    def family(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def end(self, number: int) -> str:
        family = self.family()
        os.kill(self.process.pid, number)
        self.process.wait(300)
        _, alive = psutil.wait_procs(family, timeout=120)
        assert alive == []
        return self.said


@slow
def test_the_demo_stops_on_ctrl_c_leaves_nothing_running_keeps_its_data_and_survives_a_kill(empty_house: House) -> None:
    first = Demo(empty_house)
    first.wait_until_up()
    said = first.end(signal.SIGINT)
    assert first.process.returncode == 0, said
    assert f"http://127.0.0.1:{first.port}/" in said
    assert "linxiaowen" in said
    assert not (embedded.places(empty_house.home).data / "postmaster.pid").exists()
    assert empty_house("account", "linxiaowen", "--password-stdin", stdin="something-else-7\n").returncode == 0
    second = Demo(empty_house)
    second.wait_until_up()
    parts = second.family()[1:]
    second.process.kill()
    second.process.wait()
    assert "is loaded" not in second.said
    _, alive = psutil.wait_procs(parts, timeout=120)
    assert alive == [], "the parts of a killed demo must end by themselves"


@slow
def test_serve_brings_a_worker_along_starts_it_again_when_it_was_killed_and_takes_it_away(house: House) -> None:
    port = free_port()
    serve = subprocess.Popen(house.command("serve", "--port", str(port), "--worker"), env=house.environment)
    me = psutil.Process(serve.pid)

    def workers() -> list[psutil.Process]:
        alive = [one for one in me.children() if one.status() != psutil.STATUS_ZOMBIE]
        return [one for one in alive if "worker" in one.cmdline()]

    try:
        until(lambda: "alive, since" in house("status").stdout)
        first = workers()[0]
        first.kill()
        until(lambda: bool(workers()) and workers()[0].pid != first.pid)
        family = [me, *me.children(recursive=True)]
    finally:
        serve.terminate()
        assert serve.wait(300) == 0
    _, alive = psutil.wait_procs(family, timeout=120)
    assert alive == []


def until(happened: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.3)
