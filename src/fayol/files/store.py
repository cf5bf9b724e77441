"""The store of uploaded files: each content lies once under its SHA-256, and is looked at again when opened.

A file is written under another name, synced and renamed before its row is inserted. A crash or a rollback in between
leaves a content without a row, never a row without content; `sweep_orphans` clears such contents away later.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, Protocol

from django.conf import settings
from django.http import FileResponse

from fayol.facts.journal import Author
from fayol.files.models import StoredFile
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.reading.load import read
from fayol.reading.marking import refuse_marked_name
from fayol.reading.safety import KIND_OF_ENDING, ending_of, refuse_size

MB = 1024 * 1024
ORPHAN_AFTER = timedelta(days=2)
"""Longer than any request: a content without a row younger than this may belong to a transaction still under way."""

_PROGRAMS = (
    "exe com scr pif bat cmd ps1 psm1 vbs vbe js mjs jse wsf wsh hta msi msp msix dll sys cpl ocx jar class apk ipa "
    "app dmg deb rpm sh bash py pyc pl php asp aspx jsp cgi lnk url reg inf html htm xhtml shtml mht mhtml svg svgz "
    "xml xsl xslt swf chm iso img vhd vhdx docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm"
)
_ACTIVE = frozenset(f".{ending}" for ending in _PROGRAMS.split())
_ACTIVE_HEADS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_MARKUP = re.compile(rb"^[\xef\xbb\xbf\s\0]*<(?:!doctype\s+html|html|head|body|script|iframe|svg|\?xml)", re.IGNORECASE)
_NEVER = frozenset({"classified", "macros", "zip_bomb", "unsafe_xml"})
"""Why a document may not even lie here as an attachment. One that merely cannot be read (a scan, a password) may."""


class Upload(Protocol):
    """What a form gives for a file."""

    name: str | None

    def read(self, num_bytes: int = -1, /) -> bytes: ...


def keep(upload: Upload, *, by: Author, now: datetime) -> StoredFile:
    """Look at an upload and keep it. Refused: too large, empty, a program or a page that could run, a name or a text
    that is marked as a state secret. The name is shortened to 200 characters, its ending kept."""
    name, data = name_and_bytes(upload)
    check(name, data)
    return keep_checked(name, data, by=by, now=now)


def name_and_bytes(upload: Upload) -> tuple[str, bytes]:
    """The upload's plain name and content; refused when larger than the limit, before more than that is in memory."""
    name = plain_name(upload.name or "")
    refuse_marked_name(name)
    data = upload.read(settings.MAX_UPLOAD + 1)
    refuse_size(len(data), name=name, limit=settings.MAX_UPLOAD)
    return name, data


def plain_name(name: str) -> str:
    """The last part of the path, without control characters or characters that turn the reading direction."""
    last = PurePath(name.replace("\\", "/")).name
    clean = re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", last).strip(" .") or "未命名"
    ending = ending_of(clean)
    stem = clean.removesuffix(clean[-len(ending) :]) if ending else clean
    return stem[: 200 - len(ending)] + (clean[-len(ending) :] if ending else "")


def check(name: str, data: bytes) -> None:
    """Refused when the file may not lie here; see `keep`."""
    refuse_marked_name(name)
    if not data:
        raise Refused("empty", _("“{name}”是空文件，里面什么也没有。请检查后重新选择。"), field="file", name=name)
    ending = ending_of(name)
    if ending in _ACTIVE or data.startswith(_ACTIVE_HEADS) or _MARKUP.match(data[:512]):
        raise Refused(
            "active_file",
            _("“{name}”是程序或网页一类的文件，为安全起见不接收。请改传文档或图片，或打印成 PDF 再上传。"),
            field="file", name=name,
        )  # fmt: skip
    if ending not in KIND_OF_ENDING:
        return
    try:
        read(data, name=name, limit_bytes=max(len(data), settings.MAX_UPLOAD))
    except Refused as refused:
        if refused.code in _NEVER:
            raise


def keep_checked(name: str, data: bytes, *, by: Author, now: datetime) -> StoredFile:
    """Keep a content that has been looked at already (by `check`, or by `fayol.reading.load.read`)."""
    sha256 = hashlib.sha256(data).hexdigest()
    _put(sha256, data, now)
    return StoredFile.objects.create(
        name=name,
        sha256=sha256,
        size=len(data),
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        uploaded_by_id=by.person_id,
        uploaded_at=now,
    )


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def _put(sha256: str, data: bytes, now: datetime) -> None:
    path = path_of(sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() or path.stat().st_size != len(data):
        with _written_whole(path) as file:
            file.write(data)
    os.utime(path, (now.timestamp(), now.timestamp()))


@contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when everything is on the disk."""
    with NamedTemporaryFile(dir=path.parent, prefix="tmp-", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o600)
            os.replace(file.name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(file.name)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_file(stored: StoredFile) -> BinaryIO:
    """The content from its beginning. Refused when it is gone or is no longer what was uploaded."""
    try:
        file = path_of(stored.sha256).open("rb")
    except OSError as error:
        raise _lost(stored, _("“{name}”在文件库里找不到了，请联系系统管理员从备份恢复。")) from error
    if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
        file.close()
        raise _lost(stored, _("“{name}”与上传时不一致，可能被改动过，没有打开。请联系系统管理员从备份恢复。"))
    file.seek(0)
    return file


def _lost(stored: StoredFile, sentence: str) -> Refused:
    return Refused("file_lost", sentence, name=stored.name)


def download(stored: StoredFile) -> FileResponse:
    """The content as an attachment that no browser opens in place. Whoever calls has checked the right to it."""
    response = FileResponse(open_file(stored), as_attachment=True, filename=stored.name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def sweep_orphans(now: datetime, limit: int) -> int:
    """Delete up to `limit` contents that no row names, and writings broken off; says how many were deleted."""
    oldest = (now - ORPHAN_AFTER).timestamp()
    old = [p for p in Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]/*") if p.stat().st_mtime < oldest]
    named = set(StoredFile.objects.filter(sha256__in=[p.name for p in old]).values_list("sha256", flat=True))
    gone = [p for p in old if p.name not in named][:limit]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
