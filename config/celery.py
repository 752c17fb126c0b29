"""The Celery application.  Celery only pokes: every promise is a row in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
os.environ["DATABASE_POOL"] = "false"  # a pool does not survive a fork

app = Celery("turnaround")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["tracker", "peerreview"])
