from __future__ import annotations

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "fayol.organisation"
    label = "organisation"
    verbose_name = "组织"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.organisation import listening, sweeps

        sweeps.register()
        listening.register()
