"""What may be opened at all: size, real kind, zip packages within limits, XML without declarations of entities.

Nothing here trusts what a file says about itself. A package is only ever read part by part with a running count,
and what later libraries see is built from the parts that passed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePath
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.sax
import olefile
from defusedxml.common import DefusedXmlException

from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop

MB = 1024 * 1024
LIMIT_BYTES = 50 * MB
MOST_ENTRIES = 5_000
MOST_PART_BYTES = 32 * MB
MOST_TOTAL_BYTES = 96 * MB
MOST_DECLARED_BYTES = 1024 * MB
MOST_RATIO = 250
_RATIO_MATTERS_FROM = 4 * MB
_CHUNK = 256 * 1024

WORD = "word"
EXCEL = "excel"
PDF = "pdf"
TEXT = "text"

KIND_OF_ENDING = {
    ".docx": WORD, ".xlsx": EXCEL, ".pdf": PDF, ".txt": TEXT, ".text": TEXT, ".md": TEXT, ".markdown": TEXT, "": TEXT,
}  # fmt: skip
_BETTER = {
    ".doc": ".docx", ".dot": ".docx", ".wps": ".docx", ".wpt": ".docx", ".rtf": ".docx", ".odt": ".docx",
    ".xls": ".xlsx", ".xlt": ".xlsx", ".et": ".xlsx", ".ett": ".xlsx", ".ods": ".xlsx", ".csv": ".xlsx",
    ".xlsb": ".xlsx", ".ofd": ".docx", ".ppt": ".docx", ".pptx": ".docx", ".dps": ".docx",
    ".htm": ".docx", ".html": ".docx", ".mht": ".docx",
}  # fmt: skip
_MACRO = {".docm": ".docx", ".dotm": ".docx", ".xlsm": ".xlsx", ".xltm": ".xlsx", ".xlam": ".xlsx"}
_WORDS_FOR = {WORD: "Word", EXCEL: "Excel", PDF: "PDF", TEXT: "文本"}


def ending_of(name: str) -> str:
    """The ending in small letters; a name with a space behind its last dot has none."""
    ending = PurePath(name.strip()).suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ""


def read_bytes(source: Path | bytes, *, name: str, limit: int) -> bytes:
    """The whole file, never more than `limit` bytes of it in memory."""
    if isinstance(source, bytes):
        data = source
        refuse_size(len(data), name=name, limit=limit)
    else:
        data = _read_path(source, name, limit)
    if not data.strip(b"\0 \t\r\n"):
        raise Refused(
            "empty", gettext_noop("“{name}”是空文件，里面什么也没有。请检查后重新选择。"), field="file", name=name
        )
    return data


def refuse_size(size: int, *, name: str, limit: int = LIMIT_BYTES) -> None:
    """For whoever knows the size before the content, as the upload page does."""
    if size > limit:
        raise Refused(
            "too_large",
            gettext_noop("“{name}”有 {size} MB，超过上限 {limit} MB，没有读取。请删去其中的图片或拆成几份再上传。"),
            field="file", name=name, size=-(-size // MB), limit=limit // MB,
        )  # fmt: skip


def _read_path(path: Path, name: str, limit: int) -> bytes:
    try:
        if not path.is_file():
            raise Refused("not_found", gettext_noop("找不到文件“{name}”，请核对路径。"), field="file", name=name)
        refuse_size(path.stat().st_size, name=name, limit=limit)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Refused(
            "unreadable", gettext_noop("文件“{name}”打不开，请检查读取权限。"), field="file", name=name
        ) from error
    refuse_size(len(data), name=name, limit=limit)
    return data


def kind_of(data: bytes, *, name: str) -> str:
    """What the file really is: word, excel, pdf or text; refused when that is nothing we read or not what it says."""
    ending = ending_of(name)
    _refuse_ending(ending, name)
    kind = _sniff(data, name)
    said = KIND_OF_ENDING.get(ending)
    if said is None:
        raise Refused(
            "unknown_kind",
            gettext_noop(
                "“{name}”的格式（{ending}）不能读取。可以上传 .docx、.xlsx、.pdf、.txt、.md，或直接粘贴文字。"
            ),
            field="file", name=name, ending=ending,
        )  # fmt: skip
    if ending and said != kind:
        _refuse_disagreement(name, ending, kind)
    return kind


def _refuse_ending(ending: str, name: str) -> None:
    if ending in _MACRO:
        _refuse_macros(name, _MACRO[ending])
    if ending in _BETTER:
        _refuse_old(name, _BETTER[ending])


def _refuse_macros(name: str, better: str) -> None:
    raise Refused(
        "macros",
        gettext_noop("“{name}”带有宏，为安全起见不接收。请在 Word/WPS 里另存为不带宏的 {better} 再上传。"),
        field="file", name=name, better=better,
    )  # fmt: skip


def _refuse_old(name: str, better: str) -> None:
    raise Refused(
        "old_format",
        gettext_noop("“{name}”的格式不能直接读取，请用 Word 或 WPS 打开，另存为 {better} 再上传。"),
        field="file", name=name, better=better,
    )  # fmt: skip


def _refuse_disagreement(name: str, ending: str, kind: str) -> None:
    if kind == TEXT:
        raise damaged(name)
    raise Refused(
        "kind_disagrees",
        gettext_noop(
            "“{name}”的扩展名是 {ending}，内容却是{real}文件。请核对是不是选错了；如果没有，请改正扩展名再上传。"
        ),
        field="file", name=name, ending=ending, real=_WORDS_FOR[kind],
    )  # fmt: skip


def damaged(name: str, where: str = "") -> Refused:
    """The refusal for a file that is broken; `where` names the part, if known."""
    if where:
        sentence = gettext_noop(
            "“{name}”已损坏（{where}读不出来）。请用原来的软件打开、另存一份再上传，或重新向发送方索取。"
        )
        return Refused("damaged", sentence, field="file", name=name, where=where)
    sentence = gettext_noop("“{name}”已损坏或不完整，打不开。请用原来的软件打开、另存一份再上传，或重新向发送方索取。")
    return Refused("damaged", sentence, field="file", name=name)


def _password(name: str) -> Refused:
    sentence = gettext_noop("“{name}”设有打开密码，读不了。请先取消密码（文件—信息—保护文档），另存后再上传。")
    return Refused("password", sentence, field="file", name=name)


def _sniff(data: bytes, name: str) -> str:
    if data.startswith(olefile.MAGIC):
        _refuse_ole(data, name)
    if data.startswith(b"PK"):
        return _sniff_package(data, name)
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.lstrip()[:5] == b"{\\rtf":
        _refuse_old(name, ".docx")
    return TEXT


def _refuse_ole(data: bytes, name: str) -> None:
    """An OLE container is never a .docx: it is an encrypted one, or an old Word, Excel or WPS file."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {entry[0].casefold() for entry in ole.listdir() if entry}
    except Exception as error:  # olefile raises anything on hostile input
        raise damaged(name) from error
    if "encryptedpackage" in streams:
        raise _password(name)
    if streams & {"workbook", "book"}:
        _refuse_old(name, ".xlsx")
    _refuse_old(name, ".docx")


def _sniff_package(data: bytes, name: str) -> str:
    package = Package(data, name=name)
    kinds = package.read("[Content_Types].xml").decode("utf-8", "replace") if "[Content_Types].xml" in package else ""
    if "macroEnabled" in kinds or any(part.endswith("vbaProject.bin") for part in package.names):
        _refuse_macros(name, ".xlsx" if "spreadsheetml" in kinds else ".docx")
    if "wordprocessingml.document.main" in kinds or "wordprocessingml.template.main" in kinds:
        return WORD
    if "spreadsheetml.sheet.main" in kinds or "spreadsheetml.template.main" in kinds:
        return EXCEL
    if KIND_OF_ENDING.get(ending_of(name)) in (WORD, EXCEL):
        raise damaged(name)
    raise Refused(
        "unknown_kind",
        gettext_noop(
            "“{name}”是压缩包或其他软件的文件，不能读取。请解压后逐个上传 .docx、.xlsx、.pdf、.txt 或 .md。"
        ),
        field="file", name=name,
    )  # fmt: skip


class Package:
    """A zip of named parts, inflated one by one under limits that hold for the whole package.

    Refused: not a zip, encrypted, too many entries, a part or the sum too large, inflated size out of proportion.
    Parts that nobody asks for (pictures, embedded files) are never inflated.
    """

    def __init__(self, data: bytes, *, name: str) -> None:
        self.name = name
        self._left = MOST_TOTAL_BYTES
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except Exception as error:  # zipfile raises many things on hostile input
            raise damaged(name) from error
        if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > MOST_DECLARED_BYTES:
            raise self._bomb()
        if any(info.flag_bits & 1 for info in infos):
            raise _password(name)
        self._infos = {info.filename.lstrip("/"): info for info in infos}
        self.names = tuple(self._infos)

    def __contains__(self, part: object) -> bool:
        return part in self._infos

    def read(self, part: str) -> bytes:
        """The part inflated; damaged when it is missing or its checksum is wrong."""
        info = self._infos.get(part)
        if info is None:
            raise damaged(self.name, part)
        chunks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    self._count(info, size, len(chunk))
                    chunks.append(chunk)
        except Refused:
            raise
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
            NotImplementedError,
        ) as error:
            raise damaged(self.name, part) from error
        return b"".join(chunks)

    def read_xml(self, part: str, handler: ContentHandler | None = None) -> bytes:
        """The part, seen to be well-formed and free of document type and entity declarations."""
        data = self.read(part)
        try:
            defusedxml.sax.parseString(data, handler or ContentHandler(), forbid_dtd=True)
        except DefusedXmlException as error:
            sentence = gettext_noop(
                "“{name}”里有不安全的 XML 声明，为安全起见不接收。请用 Word/WPS 打开、另存一份再上传。"
            )
            raise Refused("unsafe_xml", sentence, field="file", name=self.name) from error
        except (SAXException, ValueError, LookupError, UnicodeError) as error:
            raise damaged(self.name, part) from error
        return data

    def _count(self, info: zipfile.ZipInfo, size: int, more: int) -> None:
        self._left -= more
        out_of_proportion = size > _RATIO_MATTERS_FROM and size > MOST_RATIO * max(info.compress_size, 1)
        if size > MOST_PART_BYTES or self._left < 0 or out_of_proportion:
            raise self._bomb()

    def _bomb(self) -> Refused:
        sentence = gettext_noop("“{name}”解压后大得不正常，为安全起见不接收。请用原来的软件打开、另存一份再上传。")
        return Refused("zip_bomb", sentence, field="file", name=self.name)
