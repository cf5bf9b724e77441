"""From a file to a `Source`, or to one sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fayol.kernel.errors import Refused
from fayol.reading.docx import read_docx
from fayol.reading.markdown import read_markdown
from fayol.reading.marking import refuse_marked_name
from fayol.reading.pdf import read_pdf
from fayol.reading.pieces import refuse_length
from fayol.reading.safety import EXCEL, LIMIT_BYTES, PDF, WORD, damaged, ending_of, kind_of, read_bytes
from fayol.reading.source import Source
from fayol.reading.textfile import decode, from_text
from fayol.reading.xlsx import read_xlsx

PASTED = "粘贴的文字"


def read(source: Path | bytes, *, name: str = "", limit_bytes: int = LIMIT_BYTES) -> Source:
    """Open a document. Every failing is a `Refused` with a code of its own, and nothing else is ever raised:

    empty, too_large, not_found, unreadable, old_format, macros, unknown_kind, kind_disagrees, damaged, password,
    zip_bomb, unsafe_xml, sheet_too_large, scanned, too_complex, not_text, no_text, too_long, classified.

    A marked name is refused before a byte is read; a size before the content. `name` is what people called the
    file; for a path it defaults to the path's own.
    """
    name = name or (source.name if isinstance(source, Path) else PASTED)
    refuse_marked_name(name)
    data = read_bytes(source, name=name, limit=limit_bytes)
    try:
        return _reader(kind_of(data, name=name), name)(data, name=name)
    except Refused:
        raise
    except Exception:  # hostile input; the cause is cut off because its words could carry content into a log
        raise damaged(name) from None


def read_pasted(text: str, *, name: str = PASTED) -> Source:
    """What somebody typed or pasted into a field; refused when empty or marked."""
    return from_text(text, name=name, kind="pasted")


def _reader(kind: str, name: str) -> Callable[..., Source]:
    return {WORD: read_docx, EXCEL: read_xlsx, PDF: read_pdf}.get(kind, _read_text)


def _read_text(data: bytes, *, name: str) -> Source:
    text = decode(data, name=name)
    refuse_length(len(text), name=name)
    ending = ending_of(name)
    if ending in (".md", ".markdown"):
        return read_markdown(text, name=name)
    return from_text(text, name=name, kind="text" if ending else "pasted")
