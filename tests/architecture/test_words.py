"""The words of the pages: every one of them is in the catalogue, and every translation fills the same places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "fayol"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
MARKS = {"_", "t", "gettext", "gettext_lazy", "gettext_noop"}
TRANSLATE = re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)')""")
UNTRANSLATED = {"components.html", "_me.html"}  # the sheet of samples; names of languages, each in its own
HAN = re.compile(r"[\u4e00-\u9fff]")


def entries() -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]


def python_files() -> Iterator[Path]:
    return (path for path in SOURCE.rglob("*.py") if not {"tests", "migrations"} & set(path.parts))


def templates() -> Iterator[Path]:
    return (path for path in SOURCE.rglob("templates/**/*.html"))


def test_a_translation_fills_the_same_places_as_the_sentence_it_translates() -> None:
    wrong = [
        (entry.msgid, words)
        for entry in entries()
        for words in ([entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values())
        if words and sorted(PLACE.findall(words)) != sorted(PLACE.findall(entry.msgid))
    ]
    assert wrong == []


def test_sentences_marked_in_the_source_are_in_the_catalogue() -> None:
    """`make messages` was run after the last change of words."""
    known = {entry.msgid for entry in entries()}
    marked = {words for path in python_files() for words in _marked(path)}
    marked |= {"".join(found) for path in templates() for found in TRANSLATE.findall(path.read_text(encoding="utf-8"))}
    assert {words for words in marked if not {words, words.replace("%", "%%")} & known} == set()


@pytest.mark.parametrize(
    "path", [path for path in templates() if path.name not in UNTRANSLATED], ids=lambda path: path.name
)
def test_a_page_says_nothing_that_cannot_be_translated(path: Path) -> None:
    """Chinese in a template stands inside translate or blocktranslate only; punctuation between words may stay."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{% comment.*?endcomment %\}|\{#.*?#\}|<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", text, flags=re.S)
    text = re.sub(r"\{% translate .*?%\}|_\(\"[^\"]*\"\)", "", text)
    assert [line.strip()[:160] for line in text.splitlines() if HAN.search(line)] == []


def _marked(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        at = 0 if name in MARKS else 1 if name == "Refused" else None
        if at is not None and len(node.args) > at:
            words = node.args[at]
            if isinstance(words, ast.Constant) and isinstance(words.value, str) and HAN.search(words.value):
                yield words.value
