from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "fayol.notices"
    label = "notices"
    verbose_name = "通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.notices import answers, audience_rules, audit, invitations, messages, sweeps

        answers.register()
        audience_rules.register()
        messages.register()
        sweeps.register()
        audit.register()
        invitations.register()
