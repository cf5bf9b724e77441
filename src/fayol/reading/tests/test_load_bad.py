"""Every bad file is refused with its own code and one Chinese sentence; nothing else ever comes out."""

from __future__ import annotations

import io
import resource
import zipfile
from functools import cache
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fayol.kernel.errors import Refused
from fayol.reading.load import read, read_pasted
from fayol.reading.source import Source
from fayol.reading.tests import made

SAMPLES = Path(__file__).parents[5] / "shared" / "data" / "samples"
SENTENCE = "请各部门于11月底前报送年会节目。"


def refusal(data: bytes | Path, name: str, **options: int) -> Refused:
    with pytest.raises(Refused) as caught:
        read(data, name=name, **options)
    said = str(caught.value)
    assert said.endswith("。")
    assert "{" not in said
    return caught.value


def test_an_empty_file_is_refused_whatever_it_is_called() -> None:
    for name in ("a.docx", "a.pdf", "a.txt", "a.xlsx"):
        assert refusal(b"", name).code == "empty"
    assert refusal(b" \r\n\t", "a.txt").code == "empty"


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95, 0.999])
def test_a_file_that_was_cut_off_is_refused_as_damaged(share: float) -> None:
    whole = {"a.docx": made.word(SENTENCE * 200), "a.xlsx": made.sheet(*[["序号", SENTENCE]] * 200)}
    for name, data in whole.items():
        assert refusal(data[: int(len(data) * share)], name).code == "damaged"


def test_a_package_with_broken_xml_names_the_part() -> None:
    error = refusal(made.with_parts(made.word(SENTENCE), {"word/document.xml": b"<w:document><w:body>"}), "a.docx")
    assert error.code == "damaged"
    assert "word/document.xml" in str(error)


def test_a_changed_byte_is_noticed() -> None:
    data = bytearray(made.word(SENTENCE * 50))
    at = data.find(b"word/document.xml") + 200
    data[at] ^= 0xFF
    assert refusal(bytes(data), "a.docx").code == "damaged"


def test_text_called_docx_is_refused_as_damaged_and_a_pdf_called_docx_is_named() -> None:
    assert refusal(SENTENCE.encode(), "a.docx").code == "damaged"
    error = refusal(made.pdf(lambda c: made.write_lines(c, [(90, SENTENCE)])), "a.docx")
    assert error.code == "kind_disagrees"
    assert "PDF" in str(error)
    assert refusal(made.word(SENTENCE), "a.xlsx").code == "kind_disagrees"


def test_a_document_with_a_password_is_refused_with_what_to_do() -> None:
    for name, data in (("a.docx", made.word(SENTENCE)), ("a.xlsx", made.sheet(["序号"]))):
        error = refusal(made.encrypted(data), name)
        assert error.code == "password"
        assert "取消密码" in str(error)


@pytest.mark.parametrize("name", ["旧.doc", "旧.wps", "旧.rtf", "旧.odt"])
def test_old_word_and_wps_files_are_told_to_be_saved_as_docx(name: str) -> None:
    error = refusal(b"whatever", name)
    assert error.code == "old_format"
    assert ".docx" in str(error)


def test_an_old_file_with_a_new_name_is_recognised_by_its_content() -> None:
    assert refusal(olefile.MAGIC + b"\0" * 2000, "a.docx").code == "damaged"
    assert ".xlsx" in str(refusal(b"x", "旧.xls"))


def test_macros_are_refused_by_name_and_by_content() -> None:
    assert refusal(made.word(SENTENCE), "a.docm").code == "macros"
    assert refusal(made.with_parts(made.word(SENTENCE), {"word/vbaProject.bin": b"x"}), "a.docx").code == "macros"


def test_an_archive_and_an_unknown_kind_are_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("方案.docx", made.word(SENTENCE))
    assert refusal(archive.getvalue(), "资料.zip").code == "unknown_kind"
    assert refusal(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "图.png").code == "unknown_kind"


def test_a_file_of_300_mb_is_refused_on_its_size_alone(tmp_path: Path) -> None:
    big = tmp_path / "大.docx"
    with big.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refusal(big, "大.docx")
    assert error.code == "too_large"
    assert "300 MB" in str(error)
    assert "50 MB" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024
    assert refusal(b"x" * 2001, "a.txt", limit_bytes=2000).code == "too_large"


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "没有.docx", "没有.docx").code == "not_found"
    assert refusal(tmp_path, "目录.docx").code == "not_found"


# --------------------------------------------------------------------------------------------------- bombs


def _bomb(part: str, megabytes: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    base = made.word(SENTENCE) if part.startswith("word/") else made.sheet(["序号"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != part:
                new.writestr(info.filename, old.read(info.filename))
        with new.open(part, "w") as stream:
            stream.write(head)
            for _ in range(megabytes):
                stream.write(b" " * 1024 * 1024)
            stream.write(tail)
    return out.getvalue()


def test_a_zip_bomb_is_stopped_while_it_inflates() -> None:
    bomb = _bomb("word/document.xml", 200, b"<a>", b"</a>")
    assert len(bomb) < 1024 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb, "a.docx").code == "zip_bomb"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120 * 1024
    assert refusal(_bomb("xl/worksheets/sheet1.xml", 60), "a.xlsx").code == "zip_bomb"


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    bomb = bytearray(_bomb("xl/sharedStrings.xml", 60))
    at = bomb.rfind(b"PK\x01\x02")
    while bomb[at + 46 : at + 46 + 20] != b"xl/sharedStrings.xml":
        at = bomb.rfind(b"PK\x01\x02", 0, at)
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert refusal(bytes(bomb), "a.xlsx").code in ("damaged", "zip_bomb")


def test_too_many_entries_are_a_bomb_and_pictures_are_never_inflated() -> None:
    many = made.with_parts(made.word(SENTENCE), {f"word/media/{i}.png": b"" for i in range(6000)})
    assert refusal(many, "a.docx").code == "zip_bomb"
    large = made.with_parts(made.word(SENTENCE), {"word/media/1.bmp": b"\0" * 150 * 1024 * 1024})
    assert read(large, name="a.docx").text == SENTENCE


def test_declarations_of_entities_are_refused() -> None:
    laughs = (
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
        b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>&b;</w:body></w:document>"
    )
    assert refusal(made.with_parts(made.word(SENTENCE), {"word/document.xml": laughs}), "a.docx").code == "unsafe_xml"
    assert refusal(made.with_parts(made.sheet(["序号"]), {"xl/workbook.xml": laughs}), "a.xlsx").code == "unsafe_xml"


@pytest.mark.parametrize(("row", "cell"), [(1048576, b"XFD1048576"), (90000, b"ALK90000")])
def test_one_cell_far_out_does_not_take_all_memory(row: int, cell: bytes) -> None:
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="%d"><c r="%s"><v>1</v></c></row></sheetData></worksheet>' % (row, cell)
    )
    error = refusal(made.with_parts(made.sheet(["序号"]), {"xl/worksheets/sheet1.xml": xml}), "a.xlsx")
    assert error.code == "sheet_too_large"


def test_elements_nested_without_end_are_refused() -> None:
    deep = b"<w:tbl><w:tr><w:tc>" * 20000
    xml = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>" + deep
    xml += b"</w:tc></w:tr></w:tbl>" * 20000 + b"</w:body></w:document>"
    assert refusal(made.with_parts(made.word(SENTENCE), {"word/document.xml": xml}), "a.docx").code == "damaged"


# ------------------------------------------------------------------------------------------ nothing to read


def test_a_document_without_text_is_refused() -> None:
    assert refusal(made.word(), "a.docx").code == "no_text"
    assert refusal(made.sheet(), "a.xlsx").code == "no_text"
    assert refusal(b"\xef\xbb\xbf\xe3\x80\x80", "a.txt").code == "no_text"
    with pytest.raises(Refused, match="没有文字"):
        read_pasted(" \n ")


def test_a_scanned_pdf_is_refused_with_what_to_do() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(Image.new("L", (200, 300), 200))
    error = refusal(made.pdf(lambda c: c.drawImage(picture, 0, 0, 500, 700)), "扫描.pdf")
    assert error.code == "scanned"
    assert "OCR" in str(error)


def test_a_pdf_with_a_password_and_a_broken_one_are_refused() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    locked = made.pdf(lambda c: made.write_lines(c, [(90, SENTENCE)]), encrypt=StandardEncryption("secret"))
    assert refusal(locked, "a.pdf").code == "password"
    assert refusal(b"%PDF-1.7\n" + b"garbage " * 100, "a.pdf").code == "damaged"


def test_a_pdf_stream_that_inflates_without_end_is_stopped_in_its_own_process() -> None:
    import zlib

    packer = zlib.compressobj()
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(560)) + packer.flush()
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream"
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
             b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", content]  # fmt: skip
    pdf = b"%PDF-1.7\n"
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    start = len(pdf)
    pdf += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    pdf += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    assert refusal(pdf, "a.pdf").code == "too_complex"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal(bytes(range(256)) * 20, "a.txt").code == "not_text"


# ------------------------------------------------------------------------------------------------ property


@cache
def _made(name: str) -> bytes:
    """Made once: a package carries the time it was made at, so two of them are not the same bytes."""
    if name == "a.docx":
        return made.word(SENTENCE, "一、会务", SENTENCE)
    return made.sheet(["序号", "事项"], [1, SENTENCE])


def _only_refused(data: bytes, name: str) -> None:
    said = ""
    try:
        source: Source | None = read(data, name=name)
    except Refused as error:
        source, said = None, str(error)
    assert source or said


@given(st.binary(max_size=400), st.sampled_from(["a.docx", "a.xlsx", "a.txt", "a.md", "a", "a.doc", "a.zip"]))
@settings(max_examples=150, deadline=None)
def test_no_bytes_bring_out_anything_but_a_refusal(data: bytes, name: str) -> None:
    _only_refused(data, name)
    _only_refused(b"PK\x03\x04" + data, name)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_to_a_real_file_brings_out_anything_but_a_refusal(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["a.docx", "a.xlsx"]))
    whole = bytearray(_made(name))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _only_refused(bytes(whole[: data.draw(st.integers(1, len(whole)))]), name)


@given(st.text(max_size=300), st.sampled_from(["a.txt", "a.md"]))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    _only_refused(text.encode("utf-8", "surrogatepass"), name)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample documents are not beside the project")
def test_real_files_cut_at_any_place_are_refused_or_read() -> None:
    for path in sorted(SAMPLES.glob("*.*")):
        data = path.read_bytes()
        shares = (0.2, 0.7) if path.suffix == ".pdf" else (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99)
        for share in shares:
            _only_refused(data[: int(len(data) * share)], path.name)


# --------------------------------------------------------------------- small files that would take long or much

_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'


def _with_sheet(xml: bytes, **parts: bytes) -> bytes:
    named = {f"xl/{name}.xml": part for name, part in parts.items()}
    return made.with_parts(made.sheet(["序号", "事项"]), {"xl/worksheets/sheet1.xml": _SHEET % xml, **named})


def test_a_sheet_under_another_path_is_looked_through_too() -> None:
    base = made.sheet(["序号"])
    with zipfile.ZipFile(io.BytesIO(base)) as package:
        relations = package.read("xl/_rels/workbook.xml.rels").replace(
            b"/xl/worksheets/sheet1.xml", b"/xl/elsewhere.xml"
        )
    far = _SHEET % b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    moved = made.with_parts(base, {"xl/_rels/workbook.xml.rels": relations, "xl/elsewhere.xml": far})
    assert refusal(moved, "a.xlsx").code == "sheet_too_large"


def test_a_false_dimension_takes_no_memory() -> None:
    xml = b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData>'
    assert read(_with_sheet(xml), name="a.xlsx").text == "7"


def test_one_long_text_shown_in_every_cell_is_refused() -> None:
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    cells = b'<row><c t="s"><v>0</v></c></row>' * 2000
    data = _with_sheet(b"<sheetData>" + cells + b"</sheetData>", sharedStrings=strings % (b"x" * 100_000))
    assert refusal(data, "a.xlsx").code == "sheet_too_large"


def test_merged_ranges_laid_over_each_other_are_refused() -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="ZZ%d"><v>1</v></c></row>' % (i, i, i) for i in range(1, 900)
    )
    merges = b'<mergeCell ref="A1:ZZ899"/>' * 500
    data = _with_sheet(b"<sheetData>" + rows + b'</sheetData><mergeCells count="500">' + merges + b"</mergeCells>")
    assert refusal(data, "a.xlsx").code == "sheet_too_large"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "（" * 200_000), ("a.txt", "机" * 200_000), ("a.txt", "机 " * 200_000), ("a.txt", "1." * 200_000),
        ("a.md", "[" * 50_000), ("a.md", "*a" * 30_000), ("a.md", "`" * 50_000 + "a"), ("a.md", "> " * 20_000 + "a"),
        ("a.md", "| a " * 20_000 + "\n" + "|-" * 20_000), ("a.txt", "年" * 200_000), ("a.txt", "a|" * 100_000),
    ],
)  # fmt: skip
def test_text_made_to_keep_a_reader_busy_is_done_within_seconds(name: str, text: str) -> None:
    started = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    _only_refused(text.encode(), name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - started < 8


def test_a_paragraph_of_a_hundred_thousand_soft_breaks_is_read_within_seconds() -> None:
    space = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = b"<w:p><w:r>" + "<w:t>字</w:t><w:br/>".encode() * 100_000 + b"</w:r></w:p>"
    xml = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (space, body)
    data = made.with_parts(made.word(), {"word/document.xml": xml})
    started = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert read(data, name="a.docx").text.count("字") == 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - started < 8
