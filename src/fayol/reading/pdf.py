"""PDF with text. The work is done in a process of its own with a ceiling on memory and time: a small PDF can inflate
to any size or keep a reader busy for ever, and neither may reach the server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop
from fayol.reading.marking import refuse_marked_text
from fayol.reading.pieces import Piece, assemble, mark_title, with_level
from fayol.reading.safety import damaged
from fayol.reading.source import BlockKind, Source

SECONDS = 90


def read_pdf(data: bytes, *, name: str) -> Source:
    """Refused: damaged, password, scanned (pictures only), too_complex, classified."""
    found = _ask_child(data, name)
    refusal = found.get("refused")
    if refusal:
        raise _refusal(refusal, name)
    pieces = [Piece(**{**piece, "kind": BlockKind(piece["kind"])}) for piece in found["pieces"]]
    refuse_marked_text("\n".join(p.text for p in pieces), margins=found["margins"], name=name)
    return assemble(name, "pdf", mark_title([with_level(piece) for piece in pieces]), found["warnings"])


def _ask_child(data: bytes, name: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "fayol.reading.pdf_child"],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal("too_complex", name) from None
    if done.returncode != 0:
        raise _refusal("too_complex", name)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _refusal(code: str, name: str) -> Refused:
    if code == "password":
        sentence = gettext_noop("“{name}”设有打开密码，读不了。请用打印或另存的方式存成没有密码的 PDF 再上传。")
    elif code == "scanned":
        sentence = gettext_noop(
            "“{name}”是扫描件，里面只有图片没有文字，读不出来。请上传 Word 原件或带文字的 PDF；"
            "也可以先做文字识别（OCR）再粘贴文字。"
        )
    elif code == "too_complex":
        sentence = gettext_noop("“{name}”太大或太复杂，在限定的时间和内存内读不完。请拆成几份，或上传 Word 原件。")
    else:
        return damaged(name)
    return Refused(code, sentence, field="file", name=name)
