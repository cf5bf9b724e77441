"""`fayol intake`: reads without Django and without a database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fayol.reading.orgnames import OrgNames


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON to standard output and nothing else.")
@click.option(
    "--org",
    type=click.Path(path_type=Path),
    help="Workbook of the organisation (as for `fayol org import`), to match unit names against.",
)
def intake(file: Path, as_json_text: bool, org: Path | None) -> None:
    """Read the assignments out of a document: docx, xlsx, PDF with text, Markdown, plain text.

    Who leads, who supports, until when, what is to be delivered, each with its place in the source. Nothing is stored.
    """
    from fayol.reading.assignments import extract
    from fayol.reading.load import read
    from fayol.reading.report import as_json, as_text

    source = read(file, name=file.name)
    reading = extract(source, org=_names(org), today=datetime.now().astimezone().date())
    if as_json_text:
        click.echo(json.dumps(as_json(reading, source), ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(reading, source))


def _names(path: Path | None) -> OrgNames | None:
    if path is None:
        return None
    from fayol.reading.orgnames import load_org

    return load_org(path)
