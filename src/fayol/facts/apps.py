from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "fayol.facts"
    label = "facts"
    verbose_name = "事实"
    default_auto_field = "django.db.models.BigAutoField"
