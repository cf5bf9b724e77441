"""Style sheets, scripts and pictures: collected once, named by their content, compressed."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Where nothing has been collected yet (tests, a single command) files keep their plain names."""

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name


def collect() -> None:
    """Copies all static files to STATIC_ROOT unless exactly these are there already. Several processes may call it."""
    import fcntl

    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with open(root.parent / "static.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print_now = _fingerprint()
        stamp = root / ".collected"
        if stamp.exists() and stamp.read_text() == print_now:
            return
        shutil.rmtree(root, ignore_errors=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(print_now)


def _fingerprint() -> str:
    """Changes when any file is added, removed, or differs in size or time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            info = os.stat(storage.path(name))
            digest.update(f"{name}:{info.st_size}:{info.st_mtime_ns};".encode())
    return digest.hexdigest()
