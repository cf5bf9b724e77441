"""`fayol mail-in` as a mail server calls it."""

from __future__ import annotations

import pytest

from fayol.cli.tests.conftest import House

pytestmark = pytest.mark.slow


def test_a_letter_from_standard_input_is_kept_once_and_without_a_mailbox_nothing_is_fetched(house: House) -> None:
    letter = "From: someone@example.cn\nMessage-ID: <1@example.cn>\nSubject: x\n\nwords\n"
    for _time in range(2):
        done = house("mail-in", stdin=letter)
        assert (done.returncode, done.stdout.split(":")[0]) == (0, "foreign"), done.stderr
    assert house("mail-in", stdin="").stdout.startswith("unreadable")
    none = house("mail-in", "--fetch")
    assert none.returncode == 1
    assert "没有设收信邮箱" in none.stderr
