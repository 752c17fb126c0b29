"""Makes the Celery application the current one wherever Django runs: web, worker, beat and commands."""

from django.apps import AppConfig

from config.celery import app


class TurnaroundConfig(AppConfig):
    name = "config"
    verbose_name = "Turnaround"
    celery = app
