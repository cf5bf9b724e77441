"""Paragraph styles of a Word document, with what they inherit."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(slots=True)
class Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    number: str | None = None
    depth: int | None = None
    hidden: bool = False


class Styles:
    """Paragraph styles with what they inherit."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default = ""
        for element in [] if root is None else root.iter(W + "style"):
            key = element.get(W + "styleId", "")
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
                self.default = key
            outline, number, depth = paragraph_settings(element.find(W + "pPr"))
            self._styles[key] = Style(
                val(element.find(W + "name")),
                val(element.find(W + "basedOn")),
                outline,
                number,
                depth,
                is_hidden(element.find(W + "rPr")),
            )

    def chain(self, key: str) -> list[tuple[str, Style]]:
        found: list[tuple[str, Style]] = []
        while key in self._styles and len(found) < 20:
            found.append((key, self._styles[key]))
            key = self._styles[key].based_on
        return found


def paragraph_settings(properties: etree._Element | None) -> tuple[int | None, str | None, int | None]:
    """Outline level (from 0), list and depth in it, as far as they are set here."""
    if properties is None:
        return None, None, None
    outline = number_of(properties.find(W + "outlineLvl"))
    numbering = properties.find(W + "numPr")
    if numbering is None:
        return outline, None, None
    number = numbering.find(W + "numId")
    return outline, None if number is None else val(number), number_of(numbering.find(W + "ilvl"))


def val(element: etree._Element | None) -> str:
    return "" if element is None else element.get(W + "val", "")


def number_of(element: etree._Element | None) -> int | None:
    text = val(element)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def is_hidden(properties: etree._Element | None) -> bool:
    if properties is None:
        return False
    vanish = properties.find(W + "vanish")
    return vanish is not None and vanish.get(W + "val", "1") not in ("0", "false", "off")
