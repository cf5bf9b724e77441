from __future__ import annotations

from typing import Any

from fayol.intake.models import Draft, IntakeDocument
from fayol.intake.source import Line, SourceView, Table

TEXT = "分工方案\n由财务部、行政部<配合>，尽快办理。\n甲\t乙"


def document(*blocks: list[Any]) -> IntakeDocument:
    plain = [
        ["title", 0, 4, 0, None, None, None, 1, 1],
        ["paragraph", 5, 22, 0, None, None, None, 1, 1],
        ["cell", 23, 24, 0, 0, 0, 0, 1, 2],
        ["cell", 25, 26, 0, 0, 1, 0, 1, 1],
    ]
    return IntakeDocument(text=TEXT, blocks=list(blocks) or plain)


def draft(position: int, *spans: tuple[int, int], marks: list[dict[str, Any]] | None = None) -> Draft:
    return Draft(pk=position, position=position, spans=[list(s) for s in spans], marks=marks or [])


def mark(start: int, end: int, kind: str = "lead", word: str = "牵头", base: str = "lead") -> dict[str, Any]:
    return {"s": start, "e": end, "k": kind, "t": word, "b": base}


def lines(view: SourceView) -> list[str]:
    return [str(part.html) for part in view.parts() if isinstance(part, Line)]


def test_a_sentence_carries_its_number_and_its_marks_and_nothing_is_html() -> None:
    assert TEXT[6:9] == "财务部"
    row = draft(1, (5, 22), marks=[mark(6, 9), mark(10, 13)])
    html = lines(SourceView(document(), [row], needy=[]))[1]
    assert html.startswith('<span class="fy-sent" id="s1" data-n="1"><a href="#a1" aria-label="第1条任务">1</a>由')
    assert '<mark class="fy-mark" data-k="lead" data-t="牵头">财务部、行政部</mark>' in html
    assert "&lt;配合&gt;" in html


def test_a_question_is_drawn_as_what_it_was_about_once_it_is_decided() -> None:
    row = draft(1, (5, 22), marks=[mark(6, 9, "ask", "并列，谁牵头？")])
    asking = lines(SourceView(document(), [row], needy=[1]))[1]
    assert 'data-k="ask" data-t="并列，谁牵头？"' in asking
    assert "data-ask" in asking
    settled = lines(SourceView(document(), [row], needy=[]))[1]
    assert 'data-k="lead" data-t="牵头"' in settled
    assert "data-ask" not in settled


def test_drafts_that_share_a_place_stand_side_by_side_and_overlaps_are_cut() -> None:
    html = lines(SourceView(document(), [draft(1, (5, 14)), draft(2, (5, 14)), draft(3, (10, 22))], needy=[]))[1]
    assert html.count("<a href=") == 3
    assert html.count('class="fy-sent"') == 2
    assert 'data-n="1 2"' in html


def test_cells_become_a_table_with_what_they_span() -> None:
    parts = SourceView(document(), [draft(1, (23, 26))], needy=[]).parts()
    table = parts[-1]
    assert isinstance(table, Table)
    assert [[(rows, columns) for _html, rows, columns, _wide in row] for row in table.rows] == [[(1, 2)], [(1, 1)]]
    assert 'id="s1"' in table.rows[0][0][0]
    assert 'id="s1"' not in table.rows[1][0][0]
    assert "fy-sent" in table.rows[1][0][0]


def test_every_character_of_a_short_document_is_shown_in_order() -> None:
    row = draft(1, (5, 22), marks=[mark(6, 9), mark(8, 13, "support", "配合", "support")])
    shown = "".join(lines(SourceView(document(), [row], needy=[])))
    plain = "".join(part for part in _texts(shown) if part != "1")
    assert plain == TEXT[:4] + TEXT[5:22]


def _texts(html: str) -> list[str]:
    from html.parser import HTMLParser

    found: list[str] = []

    class Text(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Text().feed(html)
    return found
