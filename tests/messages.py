"""`make messages`: gathers the words of pages and refusals and compiles their translations.

The ids are Chinese, the language of the house, so that only the other languages have a catalogue.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import polib
from django.core.management import call_command
from django.core.management.commands import makemessages

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "fayol"
LANGUAGES = ("en",)


class Gather(makemessages.Command):
    """Refused("code", "sentence") is translated where it is shown, so that its sentence needs no mark; `t` is how
    modules with many words call gettext."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=Refused:2", "--keyword=t"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def main() -> int:
    if shutil.which("xgettext") is None:
        print("gettext is not installed. On Debian or Ubuntu: apt install gettext", file=sys.stderr)
        return 1
    os.chdir(PACKAGE)
    (PACKAGE / "locale").mkdir(exist_ok=True)
    call_command(
        Gather(), locale=list(LANGUAGES), extensions=["html", "txt", "py"], verbosity=0,
        ignore_patterns=["tests/*", "*/tests/*"], no_location=True, no_wrap=True,
    )  # fmt: skip
    for language in LANGUAGES:
        path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
        catalogue = polib.pofile(str(path), wrapwidth=0)
        catalogue.metadata.pop("POT-Creation-Date", None)
        catalogue.save()
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        missing = len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
        print(f"{language}: {len(catalogue)} messages, {missing} to translate")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fayol.config.settings")
    sys.exit(main())
