from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "fayol.matters"
    label = "matters"
    verbose_name = "事项"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.matters import audit, listening, sponsoring, waiting
        from fayol.matters.plan import registering

        listening.register()
        audit.register()
        sponsoring.register()
        waiting.register()
        registering.register()
