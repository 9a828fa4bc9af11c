from django.apps import AppConfig


class RsokoConfig(AppConfig):
    name = "rsoko"
    verbose_name = "РСОКО"
