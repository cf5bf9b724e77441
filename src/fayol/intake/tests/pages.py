"""For tests: a review page as a browser sends it back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fayol.intake.models import Draft, IntakeDocument


class _Fields(HTMLParser):
    """Successful controls of the form with the given id (of the HTML standard, without buttons)."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside = form, False
        self.found: dict[str, list[str]] = {}
        self._select = self._text = ""
        self._chosen: list[str] = []
        self._first: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._add(name, given.get("value", ""))
        elif tag == "textarea":
            self._text = name
            self._add(name, "")
        elif tag == "select":
            self._select, self._chosen, self._first = name, [], []
        elif tag == "option" and self._select:
            (self._chosen if "selected" in given else self._first).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text:
            self.found[self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "select" and self._select:
            self._add(self._select, (self._chosen or self._first or [""])[0])
            self._select = ""
        elif tag == "form":
            self.inside = False

    def _add(self, name: str, value: str) -> None:
        self.found.setdefault(name, []).append(value)


def fields_of(page: str, form: str = "review") -> dict[str, Any]:
    parser = _Fields(form)
    parser.feed(page)
    return dict(parser.found)


def send(client: Client, url: str, **changed: Any) -> Any:
    """Open the page, change some fields (a double underscore stands for the hyphen), and send it."""
    data = fields_of(client.get(url).content.decode())
    data.update({name.replace("__", "-"): value for name, value in changed.items()})
    return client.post(url, data)


def upload(client: Client, data: bytes, name: str, **fields: Any) -> Any:
    return client.post("/intake/", {**fields, "file": SimpleUploadedFile(name, data)})


def draft_at(document: IntakeDocument, position: int) -> Draft:
    return Draft.objects.get(document=document, position=position)
