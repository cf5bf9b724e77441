"""Budgets and habits of the source that no other tool checks."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import polib
import pytest

from tests.requirements import claims, known_ids

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fayol"
LONGEST_MODULE = 500  # lines
OURS = [
    p for folder in ("src", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts
]
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
LETTERS = [path for path in TEMPLATES if path.parent.name == "mail"]
"""Read by mail programs, which know neither our style sheet nor our policy; never answered to a browser."""
PAGES = [path for path in TEMPLATES if path not in LETTERS]

TAG = re.compile(r"\{%.*?%\}")
"""`{% include … with one=… %}` is for the template engine and looks like an event attribute."""

TAG = re.compile(r"\{%[^\n]*?%\}")
"""`{% with one=… %}` never reaches a browser."""
INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "a style sheet in the page": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"\son[a-z]+\s*=|\shx-on\b", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def test_no_module_is_longer_than_five_hundred_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in OURS if (n := len(p.read_text().splitlines())) > LONGEST_MODULE}
    assert long == {}


def test_templates_hold_nothing_that_the_content_security_policy_forbids() -> None:
    assert PAGES
    found = [
        f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}: {what}"
        for path in PAGES
        for text in [TAG.sub(_blank, path.read_text())]
        for what, pattern in INLINE.items()
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_a_letter_holds_no_script_and_no_page_includes_a_letter() -> None:
    assert LETTERS
    script = re.compile(r"<script|\son[a-z]+\s*=|javascript:", re.I)
    assert [path.name for path in LETTERS if script.search(path.read_text())] == []
    assert [path.name for path in PAGES if re.search(r"/mail/\w+\.html", path.read_text())] == []


def test_every_library_imported_is_declared() -> None:
    """So that an empty environment with nothing but the wheel's own requirements works."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_plain(re.split(r"[\s\[<>=~!;]", line)[0]) for line in project["dependencies"]}
    where = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts and path.name != "testing.py"
        for name in _imported(path)
        if name not in sys.stdlib_module_names and name != "fayol"
        if not declared & {_plain(dist) for dist in where.get(name, [])}
    }
    assert missing == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_the_locks_name_no_host_so_that_every_mirror_serves(lock: str) -> None:
    found = set(re.findall(r"https?://([^/\"\s]*)", (ROOT / lock).read_text()))
    assert {host for host in found if "registry" in host or "pypi" in host or "pythonhosted" in host} == set()


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_the_lock_holds_what_the_project_declares(lock: str, extra: bool) -> None:
    """Otherwise `make demo` on a fresh machine lacks a library that every developer happens to have."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if extra else [])]
    names = {_plain(re.split(r"[\s\[<>=~!;]", line)[0]) for line in declared}
    locked = {
        _plain(line.split("==")[0].split("[")[0]) for line in (ROOT / lock).read_text().splitlines() if "==" in line
    }
    assert names <= locked


def test_requirement_marks_name_requirements_that_exist() -> None:
    unknown = {f"{claim.test}: {claim.id}" for claim in claims() if claim.id not in known_ids()}
    assert unknown == set()


@pytest.mark.parametrize("language", ["en"])
def test_translations_are_complete_and_compiled(language: str) -> None:
    path = SOURCE / "locale" / language / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if entry.fuzzy or not (entry.obsolete or entry.translated())] == []
    compiled = {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(path.with_suffix(".mo")))}
    source = {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in catalogue if not e.obsolete}
    assert compiled == source


def _imported(path: Path) -> set[str]:
    """Names of the packages a module needs when it runs; what only a type checker reads is left out."""
    names: set[str] = set()
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body.clear()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
