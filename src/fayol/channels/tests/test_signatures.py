"""Signatures against vectors worked out outside this program, by the documents' own recipe, with openssl."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fayol.channels import dingtalk, feishu, webhook
from fayol.channels.dingtalk import robot
from fayol.channels.feishu import sending

AT = datetime(2025, 11, 18, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "stamp", "mark"),
    [
        # printf '1763428320000\nSEC0123456789abcdef' | openssl dgst -sha256 -hmac SEC0123456789abcdef -binary | base64
        (0, "1763428320000", "5O0ddyuLGYK0XQiiYhL2nzKoFBFS36/8tTr8qpZAYRw="),
        # the same with 1763428322000: holds a +, which an address must carry as %2B
        (2, "1763428322000", "VVFq2+zAw5ZF+dCMlGfHr8uYfLN4iLi8prpk4DwpomA="),
    ],
)
def test_dingtalk_signs_timestamp_and_secret_with_the_secret(second: int, stamp: str, mark: str) -> None:
    assert robot.sign("SEC0123456789abcdef", AT.replace(second=second)) == (stamp, mark)


def test_feishu_signs_nothing_with_timestamp_and_secret() -> None:
    # printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1599360473\ndemo' | xxd -p) -binary | base64
    at = datetime(2020, 9, 6, 2, 47, 53, tzinfo=UTC)
    assert sending.sign("demo", at) == ("1599360473", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=")


def test_the_two_cannot_be_taken_for_each_other() -> None:
    assert robot.sign("demo", AT)[1] != sending.sign("demo", AT)[1]
    assert len(robot.sign("demo", AT)[0]) == 13
    assert len(sending.sign("demo", AT)[0]) == 10
    assert dingtalk.PLATFORM != feishu.PLATFORM


def test_the_webhook_signs_timestamp_dot_body() -> None:
    # printf '1763428320.{"a":1}' | openssl dgst -sha256 -hmac hook-secret
    expected = "sha256=b0c485e4246912b1c1e775d1d4ca9399dda4140c6c4bca94e887931baf79098b"
    assert webhook.sign("hook-secret", "1763428320", b'{"a":1}') == expected
