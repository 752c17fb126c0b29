"""The operations page and its figures for monitoring: true, for those they are for, and whatever is down."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.plan_factories import NOW, new_action
from tracker import tasks
from tracker.clock import real_moment
from tracker.people.scope import whole_service
from tracker.reminders.models import Reminder
from tracker.running.models import Pulse
from tracker.running.operations import feel_pulse

Part = Pulse.Part


def page(cast: Cast, as_user: Any) -> str:
    answer = as_user(cast.administrator).get("/operations")
    assert answer.status_code == 200
    return str(answer.content.decode())


def figures(**headers: str) -> dict[str, float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line.rsplit(" ", 1) for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def planned_long_ago(cast: Cast) -> None:
    action = new_action(cast)
    with whole_service():
        Reminder.objects.create(
            trust=cast.northborough, kind="action", object_id=action.pk, person=cast.lead, told="owner", stage="due",
            days=0, due_on=NOW.date(), send_on=NOW.date() - timedelta(days=900),
            planned_at=NOW - timedelta(days=900),
        )  # fmt: skip


def test_a_part_that_has_not_been_at_work_is_late_and_a_task_says_that_it_is(cast: Cast, as_user: Any) -> None:
    before = page(cast, as_user)
    assert before.count("Never") >= 4
    tasks.plan_reminders()
    assert page(cast, as_user).count("At work") == 1
    feel_pulse(Part.PLANNING, now=real_moment() - timedelta(minutes=6))
    after = page(cast, as_user)
    assert "6 minutes ago" in after
    assert "At work" not in after


def test_what_is_due_and_not_sent_is_seen_with_its_age(cast: Cast, as_user: Any, settings: Any) -> None:
    settings.METRICS_TOKEN = "told to nobody"
    planned_long_ago(cast)
    assert "The oldest that is due and not sent was planned" in page(cast, as_user)
    found = figures(Authorization="Bearer told to nobody")
    assert found['turnaround_reminders{state="planned"}'] == 1
    assert found["turnaround_oldest_unsent_seconds"] > 0
    assert found["turnaround_broker_up"] == 1
    assert {f'turnaround_queue_depth{{queue="{queue}"}}' for queue in ("import", "mail", "default")} <= found.keys()


def test_with_the_broker_down_the_page_says_so(cast: Cast, as_user: Any, settings: Any) -> None:
    settings.REDIS_URL, settings.METRICS_TOKEN = "unix:///nonexistent/socket", "told to nobody"
    assert "The broker is not reached" in page(cast, as_user)
    found = figures(Authorization="Bearer told to nobody")
    assert found["turnaround_broker_up"] == 0
    assert not [name for name in found if name.startswith("turnaround_queue_depth")]


@pytest.mark.parametrize("token", ["", "right"])
@pytest.mark.parametrize("told", ["", "Bearer ", "Bearer wrong", "right"])
def test_without_the_token_there_are_no_figures(cast: Cast, settings: Any, token: str, told: str) -> None:
    settings.METRICS_TOKEN = token
    assert Client().get("/metrics", headers={"Authorization": told}).status_code == 404
