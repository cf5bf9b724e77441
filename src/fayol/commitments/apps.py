from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "fayol.commitments"
    label = "commitments"
    verbose_name = "任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.commitments import answers, audit, cards, following, listening, messages, sweeps

        listening.register()
        audit.register()
        messages.register()
        cards.register_card()
        sweeps.register()
        following.register()
        answers.register()
