from django.apps import AppConfig


class AnswersConfig(AppConfig):
    name = "fayol.answers"
    label = "answers"
    verbose_name = "答复"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.answers import feet, listening, sweeps

        feet.register()
        listening.register()
        sweeps.register()
