"""The code that is drawn is the code of the address, whole and with its quiet zone."""

from __future__ import annotations

import re

import segno

from fayol.kernel.qr import QUIET, drawn, png

URL = "https://fayol.example.cn/a/Zm9vYmFyYmF6cXV4LTEyMzQ1Njc4OTBhYmNk/"


def test_the_path_fills_exactly_the_dark_modules_of_the_code_of_the_address() -> None:
    code = drawn(URL)
    dark = {
        (x + n, y)
        for x, y, length in (map(int, one) for one in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path))
        for n in range(length)
    }
    matrix = segno.make(URL, error="m", micro=False).matrix
    assert dark == {(x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, on in enumerate(row) if on}
    assert code.size == len(matrix) + 2 * QUIET


def test_the_picture_is_a_png() -> None:
    assert png(URL).startswith(b"\x89PNG\r\n")
