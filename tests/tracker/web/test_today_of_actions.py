"""Today's counts are those of the lists they lead to."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.plan_factories import access, finish, must_do, new_action
from tests.tracker.web.test_actions_pages import page, rows_of
from tracker.clock import Moment, moment
from tracker.people.roles import Role
from tracker.people.scope import scope_of
from tracker.plans.extending import ask_extension
from tracker.plans.operations import record_progress
from tracker.plans.talking import comment_on_action, watch_action


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Actions done, asked about, spoken of, watched; and some that are late, because time has passed."""
    now, today = moment().now, moment().today
    findings = [must_do(cast)]
    early = now - timedelta(days=40)
    late = [new_action(cast, findings=findings, now=early, due_on=Moment(early).today) for _ in range(3)]
    done, asked, spoken, watched = (
        new_action(cast, findings=findings, now=now, due_on=today + timedelta(days=5)) for _ in range(4)
    )
    finish(done, cast, now=now)
    with scope_of(access(cast.executive, today)) as by:
        watch_action(watched, by=by, now=now - timedelta(hours=1), watch=True)
        watch_action(late[0], by=by, now=now + timedelta(hours=1), watch=True)
    with scope_of(access(cast.lead, today)) as by:
        comment_on_action(spoken, by=by, now=now, words=f"@{cast.executive.name}: look.")
        record_progress(watched, by=by, now=now, words="Begun.", status="on_track", version=1)
        ask_extension(
            asked, by=by, now=now, due_wanted=today + timedelta(days=60), reason="x", impact="x", interim_control="x"
        )
    return cast


@pytest.mark.parametrize(
    "role", [Role.IMPROVEMENT_LEAD, Role.ACCOUNTABLE_EXECUTIVE, Role.APPROVER, Role.NATIONAL_STAFF]
)
def test_each_count_is_that_of_the_list_it_leads_to(busy: Cast, as_user: Any, role: Role) -> None:
    client = as_user(busy.people.get((role, "XN1")) or busy.person(role))
    text = client.get("/").content.decode()
    sections = re.findall(r"<h2[^>]*>([^<]+) \((\d+)\)</h2>.*?<a href=\"(/actions\?[^\"]+)\">", text, re.DOTALL)
    assert sections
    for title, count, href in sections:
        assert len(rows_of(page(client, href.replace("&amp;", "&")))) == int(count), title


def test_an_executive_is_told_what_waits_for_them(busy: Cast, as_user: Any) -> None:
    text = as_user(busy.executive).get("/").content.decode()
    told = ("Done actions to verify (1)", "Later due dates to decide on (1)", "Comments that name you (1)")
    for words in (*told, "Changed in what you watch (1)"):
        assert words in text


def test_national_staff_see_what_their_trusts_must_do_and_have_not(busy: Cast, as_user: Any) -> None:
    assert "Overdue must-dos of your trusts (3)" in as_user(busy.national).get("/").content.decode()
    assert "Overdue must-dos of your trusts (3)" not in as_user(busy.other_lead).get("/").content.decode()
