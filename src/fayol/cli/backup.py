"""`fayol backup` and `fayol restore`: database, uploaded files and the secret key in one file.

A plain tar: `database.dump` (pg_dump's custom format), `uploads/…`, `secret.key`, and last `manifest.json` with the
versions and the SHA-256 of every other member, so that a broken or incomplete file is noticed before anything changes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

import click

from fayol.cli.house import in_the_house, require_migrated

FORMAT = 1
DUMP, SECRET, UPLOADS, MANIFEST = "database.dump", "secret.key", "uploads", "manifest.json"
CHUNK = 1024 * 1024  # bytes
LOCK_SECONDS = 10
HEAD_LINES = 30  # of a dump: its settings, before any data


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@in_the_house
def backup(file: Path) -> None:
    """Write everything into one file: database, uploaded files, secret key.

    Fayol may go on running. Keep the file as safe as the data themselves: it is readable by its owner only.
    """
    require_migrated()
    if file.exists():
        raise click.ClickException(f"{file} is there already; choose another name.")
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        members = _write(aside)
        aside.rename(file)
    finally:
        aside.unlink(missing_ok=True)
    click.echo(f"{file}: database and {members - 2} uploaded files, {file.stat().st_size / 1e6:.1f} MB.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Throw away what is in the database and among the uploads now.")
@in_the_house
def restore(file: Path, replace: bool) -> None:
    """Put a backup back.

    Checks the whole file first. Refuses where there are data already, unless --replace. Stop `serve` and `worker`
    before. The database changes in one step: it holds either all of the backup or what it held before.
    """
    from django.conf import settings

    media = Path(settings.MEDIA_ROOT)
    if not replace and (_has_tables() or (media.exists() and any(media.iterdir()))):
        raise click.ClickException("There are data here already. Use an empty database and FAYOL_HOME, or --replace.")
    with tempfile.TemporaryDirectory(dir=settings.ENVIRONMENT.home, prefix=".restore-") as folder:
        unpacked = Path(folder)
        manifest = _unpack(file, unpacked)
        _load(unpacked / DUMP)
        _exchange(unpacked / UPLOADS, media)
        _put_secret(unpacked / SECRET, settings.ENVIRONMENT.home / SECRET)
    from fayol.cli.database import migrate_now

    migrate_now()
    click.echo(f"Restored what was saved at {manifest['made_at']} by Fayol {manifest['fayol']}.")


# ── writing ────────────────────────────────────────────────────────────────


def _write(path: Path) -> int:
    """Number of members without the manifest. The database first: files are only ever added, so that every file that
    the dump speaks of is there when its turn comes."""
    from django.conf import settings

    sums: dict[str, str] = {}
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as tar:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
                dump = Path(folder) / DUMP
                _dump(dump)
                _add(tar, DUMP, dump, sums)
            _add(tar, SECRET, io.BytesIO(settings.SECRET_KEY.encode()), sums)
            for upload in sorted(p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()):
                _add(tar, f"{UPLOADS}/{upload.relative_to(settings.MEDIA_ROOT).as_posix()}", upload, sums)
            _add(tar, MANIFEST, io.BytesIO(json.dumps(_manifest(sums), indent=1).encode()), {})
        raw.flush()
        os.fsync(raw.fileno())
    return len(sums)


def _add(tar: tarfile.TarFile, name: str, source: Path | io.BytesIO, sums: dict[str, str]) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o600
    with source if isinstance(source, io.BytesIO) else source.open("rb") as content:
        info.size = content.seek(0, os.SEEK_END)
        content.seek(0)
        summed = _Summed(content)
        tar.addfile(info, summed)
    sums[name] = summed.digest.hexdigest()


class _Summed:
    """A file that knows the SHA-256 of what was read from it."""

    def __init__(self, content: IO[bytes]) -> None:
        self.content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.content.read(size)
        self.digest.update(part)
        return part


def _manifest(sums: dict[str, str]) -> dict[str, Any]:
    from importlib.metadata import version

    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder
    from django.utils import timezone

    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    return {
        "format": FORMAT,
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "fayol": version("fayol"),
        "postgresql": connection.pg_version // 10000,  # type: ignore[attr-defined]
        "migrations": applied,
        "sha256": sums,
    }


# ── reading ────────────────────────────────────────────────────────────────


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Everything out of the tar and checked. Refuses a file that is damaged, cut off, foreign, or of a newer Fayol."""
    sums: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        with tarfile.open(file) as tar:
            for name, content in _members(tar):
                if name == MANIFEST:
                    manifest = json.load(content)
                else:
                    sums[name] = _save(content, folder / name)
    except (tarfile.TarError, OSError, ValueError, KeyError) as error:
        raise click.ClickException(f"{file} is not a backup of Fayol, or it is damaged: {error}") from error
    if manifest.get("format") != FORMAT or DUMP not in sums or sums != manifest.get("sha256"):
        wrong = sorted(
            n for n in {*sums, *manifest.get("sha256", {})} if sums.get(n) != manifest.get("sha256", {}).get(n)
        )
        raise click.ClickException(
            f"{file} is damaged or incomplete ({', '.join(wrong[:3]) or 'no manifest'}); nothing changed."
        )
    _require_known(manifest)
    (folder / UPLOADS).mkdir(exist_ok=True)
    return manifest


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        path = PurePosixPath(member.name)
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or path.is_absolute() or ".." in path.parts:
            raise tarfile.TarError(f"unexpected member {member.name!r}")
        yield member.name, content


def _save(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while part := content.read(CHUNK):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def _require_known(manifest: dict[str, Any]) -> None:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in {**loader.disk_migrations, **loader.replacements}}
    if unknown := set(manifest["migrations"]) - known:
        raise click.ClickException(
            f"This backup is of Fayol {manifest['fayol']}, which knows what this one does not "
            f"({min(unknown)}). Update Fayol first; nothing changed."
        )


# ── database ───────────────────────────────────────────────────────────────


def _has_tables() -> bool:
    from django.db import connection

    return bool(connection.introspection.table_names())


def _dump(path: Path) -> None:
    _client("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={path}")


def _load(dump: Path) -> None:
    """In one transaction: first the old schema goes, then the backup comes, and on any error neither happened."""
    from django.db import connection

    connection.close()
    script = dump.with_suffix(".sql")
    with script.open("w", encoding="utf-8") as out:
        out.write(f"SET lock_timeout = '{LOCK_SECONDS}s';\nDROP SCHEMA IF EXISTS public CASCADE;\n")
    body = dump.with_suffix(".body")
    _client("pg_restore", "--no-owner", "--no-privileges", f"--file={body}", str(dump), connect=False)
    text_has_schema = _mentions_schema(body)
    with script.open("ab") as out, body.open("rb") as content:
        if not text_has_schema:
            out.write(b"CREATE SCHEMA public;\n")
        copy_script(content, out)
    body.unlink()
    _client("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            f"--file={script}")  # fmt: skip


def copy_script(content: IO[bytes], out: IO[bytes]) -> None:
    """Without `SET transaction_timeout = 0`, which pg_restore writes first and servers before PostgreSQL 17 refuse."""
    for _line in range(HEAD_LINES):
        line = content.readline()
        if not line.startswith(b"SET transaction_timeout"):
            out.write(line)
    shutil.copyfileobj(content, out, CHUNK)


def _mentions_schema(script: Path) -> bool:
    """pg_dump leaves `CREATE SCHEMA public` out where the schema is the one every database is born with."""
    with script.open(encoding="utf-8") as lines:
        return any(line.startswith("CREATE SCHEMA public") for line, _ in zip(lines, range(200), strict=False))


def _client(program: str, *arguments: str, connect: bool = True) -> None:
    from fayol.config.embedded_binaries import client_program

    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run(
        [client_program(program), *arguments], env=environment | (_connection() if connect else {}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        words = done.stderr.strip()
        if "lock timeout" in words:
            words = "the database is in use. Stop `fayol serve` and `fayol worker` first; nothing changed."
        raise click.ClickException(f"{program}: {words}")


def _connection() -> dict[str, str]:
    """For PostgreSQL's programs, through the environment: command lines are visible to everybody on the machine."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
    values = {variable: str(database[key]) for key, variable in names.items() if database.get(key)}
    options = database.get("OPTIONS", {})
    more = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    return values | {variable: str(options[key]) for key, variable in more.items() if key in options}


# ── files ──────────────────────────────────────────────────────────────────


def _exchange(new: Path, current: Path) -> None:
    old = current.with_name(f"{current.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if current.exists():
        current.rename(old)
    new.rename(current)
    shutil.rmtree(old, ignore_errors=True)


def _put_secret(saved: Path, path: Path) -> None:
    """Signed links that are out in the world go on working. A key given through FAYOL_SECRET_KEY stays what it is."""
    if saved.exists() and not os.environ.get("FAYOL_SECRET_KEY"):
        saved.chmod(0o600)
        saved.replace(path)
