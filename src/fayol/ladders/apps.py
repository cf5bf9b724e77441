from django.apps import AppConfig


class LaddersConfig(AppConfig):
    name = "fayol.ladders"
    label = "ladders"
    verbose_name = "催办阶梯"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.commitments.next_word import register_word_limit
        from fayol.ladders import audit, calls, listening, messages, sweeps
        from fayol.ladders.queries.shelf import pause_limit_of

        listening.register()
        register_word_limit(pause_limit_of)
        messages.register()
        sweeps.register()
        audit.register()
        calls.register()
