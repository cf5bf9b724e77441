"""The surroundings of a test run (`-p fayol.config.testing` in pyproject.toml, loaded before Django's settings).

A FAYOL_HOME of its own, thrown away afterwards, and a database: DATABASE_URL when given; else, with
FAYOL_TEST_DB=server, the server on 127.0.0.1:5432; else an embedded PostgreSQL in that FAYOL_HOME.
FAYOL_TEST_DB_SUFFIX keeps two runs on one server apart. The fixtures are in the checkout's `conftest.py`.

Property tests try the same cases in every run, so that a verdict can be repeated; FAYOL_TEST_RANDOM=1 lets them roam.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

from fayol.config import embedded

SLOW = [hypothesis.HealthCheck.too_slow]  # a loaded machine takes its time, which is no fault of the test
hypothesis.settings.register_profile("default", deadline=None, suppress_health_check=SLOW)
hypothesis.settings.register_profile(
    "repeatable", hypothesis.settings.get_profile("default"), derandomize=True, print_blob=True
)
if not os.environ.get("FAYOL_TEST_RANDOM"):
    hypothesis.settings.load_profile("repeatable")

SERVER = "postgres://postgres@127.0.0.1:5432/fayol"
HOME = Path(tempfile.mkdtemp(prefix="fayol-test-"))


def _surroundings() -> None:
    """Nothing of the caller's own installation may leak into a test run, nor the other way round."""
    for name in [n for n in os.environ if n.startswith("FAYOL_") and not n.startswith("FAYOL_TEST_")]:
        del os.environ[name]
    for name in ("PORT", "HOST", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    (HOME / "static").mkdir()
    HOME.chmod(0o711)  # run as root, PostgreSQL is somebody else and must pass through
    os.environ["FAYOL_HOME"] = str(HOME)
    os.environ["DJANGO_SETTINGS_MODULE"] = "fayol.config.settings"
    if os.environ.get("FAYOL_TEST_DB") == "server":
        os.environ.setdefault("DATABASE_URL", SERVER)


_surroundings()


def pytest_report_header(config: pytest.Config) -> str:
    url = os.environ.get("DATABASE_URL", "")
    return f"database: {'PostgreSQL server (DATABASE_URL)' if url else 'embedded PostgreSQL'}"


def pytest_unconfigure(config: pytest.Config) -> None:
    embedded.release(HOME)
    shutil.rmtree(HOME, ignore_errors=True)
