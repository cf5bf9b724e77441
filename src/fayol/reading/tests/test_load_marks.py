from __future__ import annotations

import pytest
from docx.document import Document
from reportlab.pdfgen.canvas import Canvas

from fayol.kernel.errors import Refused
from fayol.reading.load import read, read_pasted
from fayol.reading.tests import made

BODY = "各部门要加强保密教育，涉及国家秘密、工作秘密的文件按规定管理，机密文件由机要室统一保管。"


def refused_as_classified(data: bytes, name: str) -> str:
    with pytest.raises(Refused) as caught:
        read(data, name=name)
    assert caught.value.code == "classified"
    assert "非涉密系统" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "mark",
    [
        "机密★1年", "秘密★", "绝密★长期", "机　密★１年", "机 密 ★ 10 年", "秘密☆5年", "秘密*3年", "机密", "【绝密】",
        "密级：秘密", "机密 1年", "秘密（10年）", "机\u200b密★1年", "000001\t机密★1年",
    ],
)  # fmt: skip
def test_a_marked_document_is_refused_and_the_sentence_says_why(mark: str) -> None:
    said = refused_as_classified(made.word(mark, "特急", "关于年会的通知", BODY), "通知.docx")
    assert "正文" in said
    refused_as_classified(f"{mark}\n关于年会的通知\n{BODY}".encode(), "通知.txt")


@pytest.mark.parametrize(
    "name",
    ["机密★1年 通知.docx", "【机密】年会.docx", "(秘密)年会.docx", "绝密-年会.docx", "年会_机密.docx", "机　密★.txt"],
)
def test_a_mark_in_the_file_name_is_refused_before_the_file_is_opened(name: str) -> None:
    assert "文件名" in refused_as_classified(b"", name)


@pytest.mark.parametrize("name", ["机密文件管理办法.docx", "国家秘密定密工作通知.docx", "保密教育.docx"])
def test_the_words_in_a_running_sentence_or_title_are_no_mark(name: str) -> None:
    source = read(made.word("机密级文件管理办法", BODY, "密级：公开", "商业秘密★5年", "工作秘密"), name=name)
    assert BODY in source.text


def test_a_mark_far_down_in_the_text_is_found() -> None:
    refused_as_classified(made.word(*[BODY] * 60, "附件密级为机密★20年。"), "a.docx")


def test_a_mark_in_a_header_a_text_box_a_table_or_deleted_text_is_found() -> None:
    def header(document: Document) -> None:
        document.sections[0].header.paragraphs[0].text = "机密★1年"

    def table(document: Document) -> None:
        document.add_table(rows=1, cols=2).cell(0, 1).text = "秘密★3年"

    assert "页眉" in refused_as_classified(made.word(BODY, then=header), "a.docx")
    refused_as_classified(made.word(BODY, then=table), "a.docx")
    for xml in (
        "<w:p><w:r><w:drawing><w:txbxContent><w:p><w:r><w:t>绝密★</w:t></w:r></w:p></w:txbxContent></w:drawing></w:r></w:p>",
        "<w:p><w:del w:id='1' w:author='a'><w:r><w:delText>机密★1年</w:delText></w:r></w:del></w:p>",
        "<w:p><w:r><w:t>机</w:t></w:r><w:r><w:t>密</w:t></w:r><w:r><w:tab/><w:t>★1年</w:t></w:r></w:p>",
    ):
        refused_as_classified(made.word_body(xml), "a.docx")


def test_a_mark_in_a_workbook_also_on_a_hidden_sheet_or_in_its_header_is_found() -> None:
    import openpyxl

    refused_as_classified(made.sheet(["序号", "密级"], [1, "秘密"]), "台账.xlsx")
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["序号", "事项"])
    head = page.oddHeader
    assert head is not None
    assert head.center is not None
    head.center.text = "机密★1年"
    refused_as_classified(made.saved(book), "台账.xlsx")
    head.center.text = ""
    hidden = book.create_sheet("备份")
    hidden.append(["机密★1年"])
    hidden.sheet_state = "hidden"
    refused_as_classified(made.saved(book), "台账.xlsx")


def test_a_mark_in_a_pdf_also_in_its_running_head_is_found() -> None:
    def two_pages(canvas: Canvas) -> None:
        for _ in range(2):
            made.write_lines(canvas, [(90, "机密★1年")], top=815)
            made.write_lines(canvas, [(90, BODY[:20])])
            canvas.showPage()

    refused_as_classified(made.pdf(two_pages), "a.pdf")


def test_pasted_text_with_a_mark_is_refused() -> None:
    with pytest.raises(Refused, match="非涉密系统"):
        read_pasted("秘密★5年\n会议纪要")
