"""The example deployment says what the settings say: no task is scheduled that nobody runs, or runs nowhere."""

import re
from pathlib import Path
from typing import Any

import yaml
from celery import current_app
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"])


def test_every_scheduled_task_exists_and_its_queue_is_worked_on() -> None:
    current_app.loader.import_default_modules()
    worker = services()["worker"]["command"]
    found = re.search(r"--queues (\S+)", worker)
    assert found is not None
    queues = set(found.group(1).split(","))
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in current_app.tasks, f"beat would call {entry['task']} ({name}), and there is none"
        route = settings.CELERY_TASK_ROUTES.get(entry["task"], {})
        assert route.get("queue", settings.CELERY_TASK_DEFAULT_QUEUE) in queues, name
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} >= {"tracker.tasks.seal_audit"}


def test_every_variable_of_the_example_is_explained() -> None:
    explained = (ROOT / "docs/production.md").read_text()
    for service in ("migrate", "web", "worker", "beat"):
        for name in services()[service]["environment"]:
            assert f"`{name}`" in explained, name


def test_the_web_server_shares_its_connections_and_the_worker_does_not() -> None:
    found = {name: one["environment"].get("DATABASE_POOL") for name, one in services().items() if "environment" in one}
    assert found["web"] == "1"
    assert found["worker"] is None
    assert found["beat"] is None
