from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fayol.config.environment import Misconfigured, read_environment, secret_key


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    env = read_environment({"FAYOL_HOME": str(tmp_path / "new")})
    first = secret_key(env)
    assert len(first) >= 60
    assert secret_key(env) == first
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_the_secret_is_not_shown_when_the_environment_is_printed() -> None:
    assert "hush" not in repr(read_environment({"FAYOL_SECRET_KEY": "hush"}))


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "80x"), ("PORT", "0"), ("FAYOL_DEMO", "perhaps"), ("FAYOL_URL", "fayol.example.cn")]
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        read_environment({name: value})
