from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import psycopg
import pytest

from fayol.cli.backup import copy_script
from fayol.cli.tests.conftest import House
from fayol.config import embedded

pytestmark = pytest.mark.slow

UNITS = "SELECT official_name FROM organisation_unit"


def ask(house: House, sql: str) -> list[object]:
    with embedded.running(house.home) as where, psycopg.connect(where.url) as connection:
        return [row[0] for row in connection.execute(sql.encode())]


def do(house: House, sql: str) -> None:
    with embedded.running(house.home) as where, psycopg.connect(where.url) as connection:
        connection.execute(sql.encode())


@pytest.fixture(scope="module")
def full_house(house: House) -> House:
    done = house("createadmin", "许宁", "--username", "xuning", "--password-stdin", stdin="a-long-word-42\n")
    assert done.returncode == 0, done.stderr
    uploads = house.home / "uploads" / "ab"
    uploads.mkdir(parents=True)
    (uploads / "abcdef").write_bytes(os.urandom(300_000))
    return house


def test_a_backup_restored_elsewhere_holds_database_files_and_secret(
    full_house: House, empty_house: House, tmp_path: Path
) -> None:
    file = tmp_path / "fayol.backup"
    done = full_house("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = empty_house("restore", str(file))
    assert done.returncode == 0, done.stderr
    assert ask(empty_house, "SELECT username FROM organisation_account") == ["xuning"]
    assert ask(empty_house, "SELECT verb FROM facts_fact ORDER BY id") == ask(
        full_house, "SELECT verb FROM facts_fact ORDER BY id"
    )
    for name in ("uploads/ab/abcdef", "secret.key"):
        assert (empty_house.home / name).read_bytes().strip() == (full_house.home / name).read_bytes().strip()
    assert empty_house("verify").returncode == 0
    with pytest.raises(psycopg.errors.IntegrityError, match="append-only"):
        do(empty_house, "DELETE FROM facts_fact")


def test_a_restore_over_data_is_refused_and_with_replace_goes_back_to_the_backup(
    full_house: House, tmp_path: Path
) -> None:
    file = tmp_path / "fayol.backup"
    full_house("backup", str(file))
    do(full_house, "UPDATE organisation_account SET username = 'changed'")
    (full_house.home / "uploads" / "later").write_text("later")
    done = full_house("restore", str(file))
    assert done.returncode == 1
    assert "There are data here already" in done.stderr
    assert ask(full_house, "SELECT username FROM organisation_account") == ["changed"]
    done = full_house("restore", str(file), "--replace")
    assert done.returncode == 0, done.stderr
    assert ask(full_house, "SELECT username FROM organisation_account") == ["xuning"]
    assert not (full_house.home / "uploads" / "later").exists()
    assert (full_house.home / "uploads" / "ab" / "abcdef").exists()


@pytest.mark.parametrize("damage", ["cut off", "one byte", "not a backup"])
def test_a_damaged_backup_is_refused_before_anything_changes(full_house: House, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "fayol.backup"
    full_house("backup", str(file))
    whole = file.read_bytes()
    at = whole.index(b"PGDMP") + 5000
    file.write_bytes(
        {"cut off": whole[: len(whole) // 2], "one byte": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
         "not a backup": b"PK\x03\x04 hello"}[damage]
    )  # fmt: skip
    done = full_house("restore", str(file), "--replace")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert ask(full_house, "SELECT username FROM organisation_account") == ["xuning"]


def test_a_restore_while_somebody_uses_the_database_is_refused_and_changes_nothing(
    full_house: House, tmp_path: Path
) -> None:
    file = tmp_path / "fayol.backup"
    full_house("backup", str(file))
    with embedded.running(full_house.home) as where, psycopg.connect(where.url) as busy:
        busy.execute("SELECT * FROM organisation_account FOR UPDATE")
        done = full_house("restore", str(file), "--replace")
        assert done.returncode == 1
        assert "database is in use" in done.stderr
    assert ask(full_house, "SELECT username FROM organisation_account") == ["xuning"]


def test_a_backup_of_a_newer_postgresql_asks_an_older_one_for_nothing_it_does_not_know() -> None:
    head = b"SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSET client_encoding = 'UTF8';\n"
    data = b"COPY t (words) FROM stdin;\n" + b"row\n" * 50 + b"SET transaction_timeout = 0;\n\\.\n"
    out = io.BytesIO()
    copy_script(io.BytesIO(head + data), out)
    assert out.getvalue() == head.replace(b"SET transaction_timeout = 0;\n", b"") + data


def test_a_backup_does_not_overwrite_a_file(full_house: House, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("mine")
    done = full_house("backup", str(file))
    assert done.returncode == 1
    assert file.read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["precious"]
