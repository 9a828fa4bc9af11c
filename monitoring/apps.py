from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Мониторинг"

    def ready(self) -> None:
        """Hear of new results: procedures, which lies below, does not know who listens."""
        # Models may be imported only now, when all apps are loaded.
        from monitoring.services.computations import follow_import
        from procedures.listeners import AFTER_IMPORT

        AFTER_IMPORT.append(follow_import)
