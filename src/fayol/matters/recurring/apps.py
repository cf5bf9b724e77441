from django.apps import AppConfig


class RecurringConfig(AppConfig):
    name = "fayol.matters.recurring"
    label = "recurring"
    verbose_name = "常规工作"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.matters.recurring import audit, following, messages, sweeps

        audit.register()
        following.register()
        messages.register()
        sweeps.register()
