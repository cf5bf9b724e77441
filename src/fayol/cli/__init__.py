"""`fayol …`: every command in a module that is loaded only when it is called, so that each starts fast."""

from __future__ import annotations

import importlib
import sys

import click

COMMANDS = {
    "demo": ("running", "Show everything with the example organisation."),
    "serve": ("running", "Run the web server."),
    "worker": ("running", "Run what happens by itself: reminders, deadlines, deliveries."),
    "migrate": ("database", "Bring the database to this version."),
    "mail-in": ("mail", "Take replies by mail in: a letter from standard input, or a mailbox."),
    "status": ("database", "Say whether everything runs and what is late."),
    "verify": ("database", "Prove that no recorded fact was changed afterwards."),
    "backup": ("backup", "Write everything into one file."),
    "restore": ("backup", "Put a backup back."),
    "intake": ("intake", "Read the assignments out of a document."),
    "ledger": ("exchange", "Take a supervision ledger in, or write it out."),
    "calendar": ("calendar", "Take the holiday notice of a year in."),
    "org": ("exchange", "Take units, people and posts in."),
    "account": ("accounts", "Give a person a sign-in, or a new password."),
    "createadmin": ("accounts", "Make the first administrator of a new installation."),
    "manage": ("database", "Django's own commands, for developers."),
}


class House(click.Group):
    """Knows all commands by name and one line; imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fayol.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Expected trouble is a sentence and exit code 1; only what nobody foresaw keeps its traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if sentence := expected(error):
                raise click.ClickException(sentence) from error
            raise


def expected(error: BaseException) -> str:
    """The sentence for trouble that is no fault of the program; empty for all else."""
    from fayol.config.environment import Misconfigured
    from fayol.kernel.errors import Refused

    if isinstance(error, Misconfigured | Refused):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    if "django" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import OperationalError, ProgrammingError

        if isinstance(error, ImproperlyConfigured):
            return str(error)
        if isinstance(error, OperationalError):
            return f"The database does not answer: {str(error).strip()}"
        if isinstance(error, ProgrammingError) and "does not exist" in str(error):
            return "The database is not at this version. Run: fayol migrate"
    return ""


@click.group(cls=House, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="fayol", message="%(version)s")
def main() -> None:
    """Fayol 横桥: the office's system for getting departments to do things together.

    Data lives in FAYOL_HOME (for root /var/lib/fayol, else ~/.local/share/fayol), with a PostgreSQL of its own;
    DATABASE_URL=postgres://user:password@host/fayol uses a server instead. All settings: docs/running/settings.md.
    """
