from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebConfig(AppConfig):
    name = "fayol.web"
    label = "web"
    verbose_name = "网页"

    def ready(self) -> None:
        """Every app may bring a `shell` module with its entries for the navigation and the search."""
        from fayol.web import finders, gauges  # noqa: F401  register what they find and count
        from fayol.web.formwords import speak

        speak()
        autodiscover_modules("shell")
