"""What people install is the wheel, not the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("fayol-*.whl"))


@pytest.fixture(scope="module")
def fayol(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that holds the wheel and the libraries, and knows nothing of the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, cwd=folder)
    return folder / "bin" / "fayol"


def run(command: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FAYOL_", "PYTHON", "DATABASE_URL"))}
    return subprocess.run(
        [command, *arguments], cwd=cwd, env=environment | {"FAYOL_HOME": str(cwd / "home"), "DATABASE_URL": "postgres://x@/x"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_wheel_holds_pages_static_files_migrations_and_translations_but_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("fayol/web/templates/web/base.html", "fayol/facts/migrations/0001_initial.py",
                 "fayol/organisation/example/people.csv", "fayol/locale/en/LC_MESSAGES/django.mo"):  # fmt: skip
        assert part in names
    assert any(name.startswith("fayol/web/static/vendor/") for name in names)
    assert [name for name in names if "/tests/" in name or name.endswith("config/testing.py")] == []


def test_the_wheel_holds_every_page_of_the_checkout(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    shipped = [
        p for kind in ("templates", "static", "migrations") for p in source.glob(f"fayol/*/{kind}/**/*") if p.is_file()
    ]
    expected = {p.relative_to(source).as_posix() for p in shipped if "__pycache__" not in p.parts}
    assert expected - names == set()


def test_the_installed_command_explains_itself_outside_the_checkout(fayol: Path, tmp_path: Path) -> None:
    done = run(fayol, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("demo", "serve", "worker", "intake", "ledger", "org", "verify", "backup", "restore", "status"):
        assert f"\n  {command} " in done.stdout


def test_the_installed_command_reads_a_document_without_database_or_settings(fayol: Path, tmp_path: Path) -> None:
    (tmp_path / "task.txt").write_text("由财务部牵头，采购部配合，于2026年11月30日前完成采购计划。\n", encoding="utf-8")
    done = run(fayol, "intake", "task.txt", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"lead"' in done.stdout
    assert not (tmp_path / "home").exists()


def test_the_installed_package_finds_its_templates_and_static_files(fayol: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    done = run(fayol.with_name("python"), "-c", FIND, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(ROOT) not in done.stdout


FIND = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "fayol.config.settings"
import django
django.setup()
from django.contrib.staticfiles import finders
from django.template.loader import get_template
print(get_template("web/base.html").origin.name)
print(finders.find("web/shell.css") or exit("no shell.css"))
"""
