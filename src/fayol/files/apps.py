from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "fayol.files"
    label = "files"
    verbose_name = "附件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.files.store import sweep_orphans
        from fayol.worker.registry import register_sweep

        register_sweep("files.orphans", sweep_orphans, every_seconds=24 * 3600)
