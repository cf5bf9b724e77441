"""The command line as people use it: another process, its own FAYOL_HOME, a real database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fayol.config import embedded


class House:
    """One installation; `fayol("status")` runs the command in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("FAYOL_", "DATABASE_URL"))}
        self.environment["FAYOL_HOME"] = str(home)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=400, check=False,
            env=self.environment | environment,
        )  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "fayol", *arguments]


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fayol-cli-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Migrated; shared by the tests of one module."""
    folder = _folder()
    found = House(folder / "home")
    with embedded.running(found.home, embedded.FAST):  # stays up, so that not every command waits for it
        done = found("migrate")
        assert done.returncode == 0, done.stderr
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def empty_house() -> Iterator[House]:
    """Nothing there yet, not even the folder."""
    folder = _folder()
    yield House(folder / "home")
    shutil.rmtree(folder, ignore_errors=True)
