from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "fayol.matters.flows"
    label = "flows"
    verbose_name = "模板"
    default_auto_field = "django.db.models.BigAutoField"
