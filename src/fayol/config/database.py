"""DATABASE_URL, or the embedded PostgreSQL, to Django's DATABASES."""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from fayol.config import embedded
from fayol.config.environment import Environment, Misconfigured


def database_settings(env: Environment) -> dict[str, Any]:
    """One Django database. Names the embedded server by its socket and does not start it (the command line does)."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "ATOMIC_REQUESTS": False,
    }
    if not env.database_url:
        where = embedded.places(env.home)
        return common | {"NAME": "fayol", "USER": "postgres", "HOST": str(where.socket_dir), "PORT": "5432"}
    if not env.database_url.startswith(("postgres://", "postgresql://")):
        raise Misconfigured("DATABASE_URL must look like postgres://user:password@host:5432/fayol.")
    try:
        options = conninfo_to_dict(env.database_url)
    except ProgrammingError as error:
        raise Misconfigured(f"DATABASE_URL cannot be read: {error}".strip()) from error
    named = {key: str(options.pop(key, None) or "") for key in ("dbname", "user", "password", "host", "port")}
    if not named["dbname"]:
        raise Misconfigured("DATABASE_URL names no database; it must end in one, as in …:5432/fayol.")
    return common | {
        "NAME": named["dbname"],
        "USER": named["user"],
        "PASSWORD": named["password"],
        "HOST": named["host"],
        "PORT": named["port"],
        "OPTIONS": dict(options),
    }
