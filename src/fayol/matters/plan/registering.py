"""What the plan registers with the rest of the house."""

from __future__ import annotations

from fayol.matters.plan import audit, foreseeing, listening, messages, sweeps


def register() -> None:
    listening.register()
    messages.register()
    sweeps.register()
    audit.register()
    foreseeing.register()
