"""What was closed opens again when it does not hold, once, and only for what is news."""

from datetime import UTC, date, datetime

import pytest

from tests.cast import Cast
from tests.measure_factories import STEADY, add_values, new_measure
from tests.plan_factories import NOW, access, finish, must_do, new_action, stored
from tracker.consequences.relapses import follow_up_relapses
from tracker.measures.models import Measure
from tracker.people.scope import scope_of, whole_service
from tracker.plans.measuring import link_measure
from tracker.plans.models import Action, ActionEvent

MADE, CLOSED = datetime(2025, 4, 2, 9, tzinfo=UTC), datetime(2025, 5, 6, 9, tzinfo=UTC)
MAY, JUNE = 16, 17  # of 2025: the measure's values end with April


@pytest.fixture
def measured(cast: Cast) -> tuple[Action, Measure]:
    """An action that was done in May 2025 and its measure, steady until April."""
    action, measure = new_action(cast, now=MADE, due_on=date(2025, 6, 2)), new_measure(cast, STEADY)
    with scope_of(access(cast.lead)) as by:
        link_measure(measure, by=by, now=NOW, action=action, started_on=date(2025, 4, 2))
    finish(action, cast, now=CLOSED)
    return action, measure


def test_a_closed_action_opens_again_when_its_measure_signals_concern(
    cast: Cast, measured: tuple[Action, Measure]
) -> None:
    action, measure = measured
    assert follow_up_relapses(now=NOW) == 0
    add_values(measure, cast, [90], start=JUNE)  # falls, of which fewer are better
    assert follow_up_relapses(now=NOW) == 1
    assert stored(action).status == "reopened"
    with whole_service():
        event = action.events.filter(kind=ActionEvent.Kind.REOPENED).get()
    assert event.by is None
    assert event.why == (
        "Its measure “Falls with harm” signals concern since 1 June 2025: what was done does not hold."
    )
    assert follow_up_relapses(now=NOW) == 0


def test_a_change_for_the_better_or_one_from_before_opens_nothing(cast: Cast, measured: tuple[Action, Measure]) -> None:
    action, measure = measured
    add_values(measure, cast, [10], start=JUNE)
    assert follow_up_relapses(now=NOW) == 0
    finish_again = new_action(cast, findings=[], now=MADE, due_on=date(2025, 6, 2))
    worse = new_measure(cast, [*STEADY, 90], name="Complaints")  # May 2025 begins before the sixth
    with scope_of(access(cast.lead)) as by:
        link_measure(worse, by=by, now=NOW, action=finish_again, started_on=date(2025, 4, 2))
    finish(finish_again, cast, now=CLOSED)
    assert follow_up_relapses(now=NOW) == 0
    assert stored(action).status == stored(finish_again).status == "done"


WORDS = "The trust must ensure that every patient in the emergency department is screened for sepsis."


def test_a_closed_action_opens_again_when_its_finding_comes_back(cast: Cast) -> None:
    first = must_do(cast, words=WORDS, published_on=date(2024, 5, 1), title="Inspection of 2024")
    action = new_action(cast, findings=[first], now=MADE, due_on=date(2025, 6, 2))
    finish(action, cast, now=CLOSED)
    assert follow_up_relapses(now=NOW) == 0
    again = must_do(cast, words=WORDS, published_on=date(2026, 5, 1), title="Inspection of 2026")
    assert follow_up_relapses(now=NOW) == 1
    assert stored(action).status == "reopened"
    with whole_service():
        event = action.events.filter(kind=ActionEvent.Kind.REOPENED).get()
    assert event.finding_id == again.pk
    assert event.why.startswith("Found again by “Inspection of 2026”, published 1 May 2026: ")
    assert follow_up_relapses(now=NOW) == 0
    finish(action, cast)  # closed anew after that report
    assert follow_up_relapses(now=NOW) == 0


@pytest.mark.parametrize(
    ("kinds", "named"),
    [(["MD"], "MD"), (["SD"], "SD"), (["SD", "MD"], "MD"), (["NO", "MD"], "NO"), (["WN"], "NO"), (["CO", "WN"], "CO")],
)
def test_an_action_is_named_for_the_most_serious_it_answers(cast: Cast, kinds: list[str], named: str) -> None:
    findings = [must_do(cast, words=f"The trust must do thing {kind}.", kind=kind) for kind in kinds]
    assert new_action(cast, findings=findings).reference == f"XN1-{named}-001"
