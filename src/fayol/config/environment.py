"""What the surroundings decide. The environment is read here and nowhere else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MEBIBYTE = 1024 * 1024
CHANNELS = ("FAYOL_CHANNELS", "FAYOL_WECOM_", "FAYOL_DINGTALK_", "FAYOL_FEISHU_", "FAYOL_WEBHOOK_", "FAYOL_SMS_")


class Misconfigured(Exception):
    """The surroundings are not as Fayol needs them; the message is a sentence for the one who runs it."""


@dataclass(frozen=True)
class Environment:
    """All settings an installation may choose; every one has a default that runs on a laptop."""

    home: Path
    database_url: str = ""  # empty: the embedded PostgreSQL in `home`
    url: str = ""  # the address people type; https:// switches on everything that needs https
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    demo: bool = False
    debug: bool = False
    max_upload: int = 50 * MEBIBYTE  # bytes, one file
    email_url: str = ""  # smtp://user:password@host:25, smtps:// or smtp+tls://; empty: written to the log
    email_from: str = ""
    mail_gather: int = 10  # minutes a message waits for others to the same person
    mail_in: str = field(default="", repr=False)  # imaps://user:password@host:993/INBOX; empty: no mailbox is read
    mail_reply: str = ""  # fayol+{token}@example.cn, where replies go; empty: letters cannot be answered by mail
    mail_authserv: str = ""  # whose Authentication-Results are believed; empty: nobody's are asked for
    link_days: int = 30  # how long a link answers without signing in
    log_level: str = "INFO"
    web_processes: int = 1
    secret_key: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)  # opens /metrics from other machines; empty: this machine only
    channels: Mapping[str, str] = field(default_factory=dict, repr=False)  # FAYOL_WECOM_… and the like, as written

    @property
    def https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def public_url(self) -> str:
        return self.url or f"http://{self.host}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        """Host names this installation answers to."""
        named = urlsplit(self.url).hostname if self.url else None
        return [*dict.fromkeys([*([named] if named else []), *self.allowed_hosts, "127.0.0.1", "localhost", "[::1]"])]


def default_home(environ: Mapping[str, str]) -> Path:
    """Where data lives when nobody says: below /var/lib for root, in the user's data folder otherwise."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/fayol")
    base = environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    return Path(base) / "fayol"


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """Raises Misconfigured for a value that cannot be meant."""
    home = environ.get("FAYOL_HOME", "")
    return Environment(
        home=Path(home).expanduser().absolute() if home else default_home(environ),
        database_url=environ.get("DATABASE_URL", "").strip(),
        url=_url(environ.get("FAYOL_URL", "").strip().rstrip("/")),
        host=environ.get("HOST", "").strip() or "127.0.0.1",
        port=_whole(environ, "PORT", 8000, 1, 65535),
        allowed_hosts=tuple(h.strip() for h in environ.get("ALLOWED_HOSTS", "").split(",") if h.strip()),
        demo=_flag(environ, "FAYOL_DEMO"),
        debug=_flag(environ, "FAYOL_DEBUG"),
        max_upload=_whole(environ, "FAYOL_MAX_UPLOAD", 50, 1, 2000) * MEBIBYTE,
        email_url=environ.get("FAYOL_EMAIL_URL", "").strip(),
        email_from=environ.get("FAYOL_EMAIL_FROM", "").strip(),
        mail_gather=_whole(environ, "FAYOL_MAIL_GATHER", 10, 0, 240),
        mail_in=environ.get("FAYOL_MAIL_IN", "").strip(),
        mail_reply=_reply(environ.get("FAYOL_MAIL_REPLY", "").strip()),
        mail_authserv=environ.get("FAYOL_MAIL_AUTHSERV", "").strip().lower(),
        link_days=_whole(environ, "FAYOL_LINK_DAYS", 30, 1, 365),
        log_level=environ.get("FAYOL_LOG", "INFO").strip().upper(),
        web_processes=_whole(environ, "FAYOL_WEB_PROCESSES", 1, 1, 64),
        secret_key=environ.get("FAYOL_SECRET_KEY", ""),
        metrics_token=environ.get("FAYOL_METRICS_TOKEN", "").strip(),
        channels={k: v.strip() for k, v in environ.items() if k.startswith(CHANNELS) and v.strip()},
    )


def make_home(home: Path) -> None:
    """The data folder, and what is missing above it. Others may pass through it (the embedded PostgreSQL runs as
    another user when we are root) but not list it; what lies inside is closed for itself. Existing folders keep their
    permissions."""
    missing = [folder for folder in [*reversed(home.parents), home] if not folder.exists()]
    try:
        for folder in missing:
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
    except OSError as error:
        raise Misconfigured(
            f"Cannot make the data folder {home}: {error.strerror}. "
            "Set FAYOL_HOME to a folder that this user may write."
        ) from error


def secret_key(env: Environment) -> str:
    """The installation's own secret: made once, kept in `home` readable by its owner only."""
    if env.secret_key:
        return env.secret_key
    path = env.home / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip() or _make_secret(path)
    except FileNotFoundError:
        return _make_secret(path)
    except OSError as error:
        raise Misconfigured(f"Cannot read the secret key {path}: {error.strerror}.") from error


def _make_secret(path: Path) -> str:
    """Written aside and linked into place, so that two processes starting at once agree on one key."""
    make_home(path.parent)
    try:
        aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(60) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            if path.exists() and not path.stat().st_size:
                path.unlink()
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Misconfigured(
            f"Cannot write the secret key into {path.parent}: {error.strerror}. "
            "Set FAYOL_HOME to a folder that this user may write."
        ) from error


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower()
    if value in ("", "0", "no", "false", "off"):
        return False
    if value in ("1", "yes", "true", "on"):
        return True
    raise Misconfigured(f"{name} must be 1 or 0, not {value!r}.")


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise Misconfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def _reply(value: str) -> str:
    local, at, domain = value.replace("{token}", "token").partition("@")
    if (value and not (local and at and domain)) or "{token}" in value.partition("@")[2]:
        raise Misconfigured(f"FAYOL_MAIL_REPLY must look like fayol+{{token}}@example.cn, not {value!r}.")
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise Misconfigured(f"FAYOL_URL must look like https://fayol.example.cn, not {value!r}.")
    return value
