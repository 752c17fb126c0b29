"""Keeping measures: who may, what stands, what history keeps, and what others are told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from tests.cast import Cast
from tests.measure_factories import STEADY, add_values, month, new_measure, standing, stored_measure
from tests.plan_factories import NOW, access, finish, new_action
from tracker.measures.models import Measure, MeasureValue, Rebase
from tracker.measures.operations import (
    NewValue,
    change_measure,
    make_measure,
    recalculate_limits,
    record_values,
    withdraw_recalculation,
)
from tracker.measures.queries import charted, concerns_since, history_of, holding_since
from tracker.measures.verdict import Verdict
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.measuring import did_action_work, link_measure, links_of, measures_of, unlink_measure
from tracker.plans.measuring_models import ActionMeasure
from tracker.problems import NotAllowed, Refused, Stale

pytestmark = pytest.mark.django_db
WORSE = [*STEADY, 70]


def record(measure: Measure, cast: Cast, *values: NewValue, by: Any = None, **other: Any) -> Any:
    with scope_of(access(by or cast.lead)) as who:
        return record_values(measure, by=who, now=NOW, values=values, **{"source": "typed", **other})


def test_a_measure_says_what_its_values_say(cast: Cast) -> None:
    measure = new_measure(cast, WORSE, target=Decimal(60))
    assert (measure.variation, measure.signal, measure.points) == ("concern", "outside", 17)
    assert (measure.latest_on, measure.latest_value, measure.concern_since) == (month(16), 70, month(16))
    assert measure.assurance == "hit_or_miss"


@pytest.mark.parametrize(
    ("role", "at"),
    [
        (Role.CHIEF_EXECUTIVE, "XN1"),
        (Role.ACCOUNTABLE_EXECUTIVE, "XN1"),
        (Role.IMPROVEMENT_LEAD, "XE1"),
        (Role.REGIONAL_STAFF, ""),
        (Role.NATIONAL_STAFF, ""),
    ],
)
def test_only_the_trusts_lead_adds_and_changes_measures(cast: Cast, role: Role, at: str) -> None:
    measure = new_measure(cast, STEADY)
    with scope_of(access(cast.person(role, at))) as by:
        with pytest.raises(NotAllowed):
            make_measure(cast.northborough, by=by, now=NOW, name="Mine", owner=cast.lead, direction="up")
        with pytest.raises(NotAllowed):
            change_measure(measure, by=by, now=NOW, version=1, name="Mine")
        with pytest.raises(NotAllowed):
            recalculate_limits(measure, by=by, now=NOW, on=month(8), why="Because")


def test_the_owner_records_values_and_others_do_not(cast: Cast) -> None:
    measure = new_measure(cast)  # owned by the executive
    assert record(measure, cast, NewValue(month(0), Decimal(5)), by=cast.executive).added == 1
    with pytest.raises(NotAllowed):
        record(measure, cast, NewValue(month(1), Decimal(5)), by=cast.person(Role.CHIEF_EXECUTIVE, "XN1"))
    with pytest.raises(NotAllowed):
        record(measure, cast, NewValue(month(1), Decimal(5)), by=cast.other_lead)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Patient 943 476 5919"}, "name"),
        ({"direction": "sideways"}, "direction"),
        ({"frequency": "year"}, "frequency"),
        ({"direction": "neither", "target": Decimal(5)}, "target"),
        ({"target": Decimal("1e12")}, "target"),
        ({"target": Decimal("NaN")}, "target"),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        new_measure(cast, **given)
    assert refused.value.field == field


def test_a_measure_belongs_to_people_and_sites_of_its_trust(cast: Cast) -> None:
    with pytest.raises(Refused, match="holds no role"):
        new_measure(cast, owner=cast.other_lead)
    cast.general.trust = cast.ashford
    cast.general.save()
    with pytest.raises(Refused, match="site of this trust"):
        new_measure(cast, site=cast.general)


def test_the_same_form_makes_one_measure(cast: Cast) -> None:
    key = uuid4()
    assert new_measure(cast, form_key=key).pk == new_measure(cast, form_key=key).pk
    with pytest.raises(Refused, match="already made"):
        new_measure(cast, form_key=key, name="Another")


def test_the_same_values_sent_twice_change_nothing(cast: Cast) -> None:
    measure = new_measure(cast)
    first, again = add_values(measure, cast, [1, 2, 3]), add_values(measure, cast, [1, 2, 3])
    assert (first.added, again.added, again.unchanged) == (3, 0, 3)
    with whole_service():
        assert MeasureValue.objects.count() == 3


def test_another_value_for_a_period_needs_a_yes_and_a_reason_and_keeps_the_old(cast: Cast) -> None:
    measure = new_measure(cast, [1, 2, 3])
    with pytest.raises(Refused, match="has the value 2 already"):
        record(measure, cast, NewValue(month(1), Decimal(9)))
    with pytest.raises(Refused, match="Say why"):
        record(measure, cast, NewValue(month(1), Decimal(9), replace=True))
    done = record(measure, cast, NewValue(month(1), Decimal(9), replace=True), why="Late incident reports")
    assert (done.added, done.replaced) == (0, 1)
    assert standing(measure) == [(month(0), 1), (month(1), 9), (month(2), 3)]
    with scope_of(access(cast.lead)):
        corrections = [entry for entry in history_of(measure) if entry.title == "Values corrected"]
        assert corrections[0].words == "February 2024: 2 to 9 (Late incident reports)."


def test_a_value_taken_back_leaves_a_gap_and_can_be_given_anew(cast: Cast) -> None:
    measure = new_measure(cast, [1, 2, 3])
    record(measure, cast, NewValue(month(1), None, replace=True), why="Counted twice")
    assert standing(measure) == [(month(0), 1), (month(2), 3)]
    with scope_of(access(cast.lead)):
        assert charted(stored_measure(measure)).series[1] == (month(1), None)
    record(measure, cast, NewValue(month(1), Decimal(4), replace=True), why="Counted again")
    assert standing(measure)[1] == (month(1), 4)


def test_periods_to_come_or_given_twice_are_refused_and_nothing_is_kept(cast: Cast) -> None:
    measure = new_measure(cast)
    with pytest.raises(Refused, match="future"):
        record(measure, cast, NewValue(month(0), Decimal(1)), NewValue(date(2026, 12, 1), Decimal(1)))
    with pytest.raises(Refused, match="twice"):
        record(measure, cast, NewValue(date(2025, 1, 1), Decimal(1)), NewValue(date(2025, 1, 31), Decimal(2)))
    assert standing(measure) == []


def test_the_database_itself_keeps_one_value_a_period_and_never_changes_one(cast: Cast) -> None:
    measure = new_measure(cast, [1])
    with whole_service():
        value = MeasureValue.objects.get()
        twice = {
            "trust": cast.northborough, "measure": measure, "period": value.period, "value": 2, "source": "typed",
            "batch": uuid4(), "at": NOW, "by": cast.lead,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            MeasureValue.objects.create(**twice)
        with pytest.raises(IntegrityError), transaction.atomic():
            MeasureValue.objects.create(**twice, supersedes=value)  # no reason
        with pytest.raises(DatabaseError), transaction.atomic():
            MeasureValue.objects.update(value=7)
        with pytest.raises(DatabaseError), transaction.atomic():
            Measure.objects.update(trust=cast.elsewhere)


def test_a_change_is_kept_with_before_and_after_and_a_stale_one_is_told(cast: Cast) -> None:
    measure = new_measure(cast, STEADY)
    with scope_of(access(cast.lead)) as by:
        later = NOW + timedelta(hours=1)
        changed = change_measure(measure, by=by, now=later, version=1, direction="up", target=Decimal("39.5"))
        assert changed.version == 2
        assert history_of(changed)[0].words == "Direction: down to up. Target: none to 39.5."
        assert stored_measure(measure).assurance == "hit_or_miss"
        with pytest.raises(Stale) as stale:
            change_measure(measure, by=by, now=NOW, version=1, name="Other")
        assert stale.value.theirs["direction"] == "up"
        with pytest.raises(Refused, match="frequency stays"):
            change_measure(measure, by=by, now=NOW, version=2, frequency="week")


def test_limits_are_recalculated_for_a_reason_and_the_old_ones_stay(cast: Cast) -> None:
    measure = new_measure(cast, [*STEADY, *[68, 72] * 4])
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="Say what changed"):
            recalculate_limits(measure, by=by, now=NOW, on=month(16), why=" ")
        with pytest.raises(Refused, match="There are 6 values before"):
            recalculate_limits(measure, by=by, now=NOW, on=month(6), why="New ward")
        with pytest.raises(Refused, match="There are 6 values from"):
            recalculate_limits(measure, by=by, now=NOW, on=month(18), why="New ward")
        rebase = recalculate_limits(measure, by=by, now=NOW, on=date(2025, 5, 20), why="New ward opened")
        with pytest.raises(Refused, match="already"):
            recalculate_limits(measure, by=by, now=NOW, on=month(16), why="New ward")
        first, second = charted(stored_measure(measure)).analysis.segments
        assert first.limits is not None
        assert second.limits is not None
        assert (rebase.on, first.limits.mean, second.limits.mean) == (month(16), 50, 70)
        assert stored_measure(measure).variation == "common_cause"

        with pytest.raises(Refused, match="Say why"):
            withdraw_recalculation(rebase, by=by, now=NOW, why="")
        later = NOW + timedelta(hours=1)
        withdraw_recalculation(rebase, by=by, now=later, why="The ward closed again")
        assert len(charted(stored_measure(measure)).analysis.segments) == 1
        with pytest.raises(Refused, match="withdrawn already"):
            withdraw_recalculation(rebase, by=by, now=NOW, why="Again")
        assert Rebase.objects.count() == 2
        titles = [entry.title for entry in history_of(measure)]
        assert titles[0] == "Recalculation withdrawn"
        assert "Limits recalculated" in titles


def test_another_trust_sees_nothing_behind_either_wall(cast: Cast) -> None:
    measure = new_measure(cast, STEADY)
    with scope_of(access(cast.other_lead)) as by:
        assert not Measure.objects.visible_to(by).exists()
        assert not Measure.objects.exists()
        assert not MeasureValue.objects.exists()
        with pytest.raises(NotAllowed):
            record_values(measure, by=by, now=NOW, values=[NewValue(month(0), Decimal(1))], source="typed")
    with scope_of(access(cast.national)) as by:
        assert Measure.objects.visible_to(by).count() == 1


def test_what_terms_of_reference_share_is_shared_with_all_that_belongs_to_it(cast: Cast) -> None:
    measure, other = new_measure(cast, [1, 2]), new_measure(cast, [3], name="Other")
    scope = uuid4()
    with whole_service():
        Measure.objects.filter(pk=measure.pk).update(shared_scopes=[scope])
    with scope_of(access(cast.other_lead)):
        from_the_scope(scope)
        assert list(Measure.objects.all()) == [measure]
        assert MeasureValue.objects.count() == 2
        assert other.pk
        with pytest.raises(DatabaseError), transaction.atomic():
            MeasureValue.objects.create(
                trust=cast.northborough, measure=measure, period=month(5), value=2, source="typed", batch=uuid4(),
                at=NOW, by=cast.other_lead,
            )  # fmt: skip


def from_the_scope(scope: Any) -> None:
    """What a request that holds the scope would set."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('turnaround.scopes', %s, true)", ["{" + str(scope) + "}"])


def test_a_concern_is_told_from_the_period_it_began_and_only_while_it_lasts(cast: Cast) -> None:
    measure = new_measure(cast, WORSE)
    new_measure(cast, STEADY, name="Steady")
    with scope_of(access(cast.lead)) as by:
        visible = Measure.objects.visible_to(by)
        (concern,) = concerns_since(visible, month(16))
        assert (concern.measure, concern.since, concern.rule, concern.upwards) == (measure, month(16), "outside", True)
        assert concerns_since(visible, month(17)) == []  # it had begun before
        assert holding_since(measure, month(12)).concern is not None
    add_values(measure, cast, [50], start=17)
    with scope_of(access(cast.lead)) as by:
        assert concerns_since(Measure.objects.visible_to(by), month(0)) == []


def test_a_measure_holds_for_so_many_values_without_concern(cast: Cast) -> None:
    measure = new_measure(cast, STEADY)
    with scope_of(access(cast.lead)):
        held = holding_since(measure, month(10))
        assert (held.points, held.for_periods(6), held.for_periods(7)) == (6, True, False)


def test_a_measure_tells_whether_its_action_worked(cast: Cast) -> None:
    measure = new_measure(cast, [*STEADY, *[44] * 6])
    action = finish(new_action(cast), cast)
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="today or in the past"):
            link_measure(measure, by=by, now=NOW, action=action, started_on=date(2026, 12, 1))
        link = link_measure(measure, by=by, now=NOW, action=action, started_on=month(16))
        with pytest.raises(Refused, match="already"):
            link_measure(measure, by=by, now=NOW, action=action, started_on=month(16))
        assert list(measures_of(action, by)) == [measure]
        assert [judged.verdict for _, judged in did_action_work(action, by)] == [Verdict.TOO_EARLY]
    add_values(measure, cast, [44], start=22)
    with scope_of(access(cast.lead)) as by:
        ((told, judged),) = did_action_work(action, by)
        assert (told, judged.verdict, judged.since) == (measure, Verdict.BETTER, month(16))
        unlink_measure(link, by=by, now=NOW)
        assert not links_of(measure, by).exists()
        with pytest.raises(Refused, match="removed already"):
            unlink_measure(link, by=by, now=NOW)
        assert ActionMeasure.objects.count() == 1


def test_an_action_of_another_trust_is_not_linked_and_nobody_else_links(cast: Cast) -> None:
    measure, action = new_measure(cast, STEADY), new_action(cast)
    for person in (cast.other_lead, cast.executive, cast.national):
        with scope_of(access(person)) as by, pytest.raises(NotAllowed):
            link_measure(measure, by=by, now=NOW, action=action, started_on=month(2))
    action.trust = cast.ashford
    with scope_of(access(cast.lead)) as by, pytest.raises(Refused, match="same trust"):
        link_measure(measure, by=by, now=NOW, action=action, started_on=month(2))
