"""What rating changes do to actions: once, whoever runs it and however often."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from tests.cast import Cast, make_cast
from tests.factories import rated_domain, rated_service, rating_change, undo
from tests.plan_factories import NOW, access, finish, must_do, new_action, stored
from tracker.consequences.models import Consequence
from tracker.consequences.operations import FollowedUp, follow_up_changes
from tracker.consequences.queries import consequences_of
from tracker.people.scope import enter, scope_of, whole_service
from tracker.plans.models import Action, ActionEvent
from tracker.plans.queries import timeline
from tracker.ratings.models import ChangeBookmark, RatingChange
from tracker.trusts.models import Site, SiteSuccession

NOTHING = FollowedUp()


def fall(cast: Cast, service: str = "surgery", domain: str = "safe", **other: Any) -> RatingChange:
    """Surgery at Northborough General, Safe, falls from Good, unless `other` says otherwise."""
    given: dict[str, Any] = {"site": cast.general, **other}
    trust = given.pop("trust", cast.northborough)
    return rating_change(trust, rated_service(service), rated_domain(domain), **given)


def test_a_done_action_opens_again_with_the_reason_in_words(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    change = fall(cast)
    assert follow_up_changes(now=NOW) == FollowedUp(reopened=1)
    again = stored(action)
    assert (again.status, again.done_on, again.version) == ("reopened", None, 3)
    words = "Surgery at Northborough General Hospital, Safe: Good -> Requires improvement, published 3 May 2026"
    with scope_of(access(cast.lead)) as by:
        entry = timeline(action, by)[0]
        assert (entry.kind, entry.words, entry.by, entry.rating_change_id) == ("reopened", words, None, change.pk)
        assert [(one.kind, one.words) for one in consequences_of(action, by)] == [("reopened", words)]


def test_an_open_action_is_told_and_not_moved(cast: Cast) -> None:
    action = new_action(cast)
    fall(cast)
    assert follow_up_changes(now=NOW) == FollowedUp(warned=1)
    after = stored(action)
    assert (after.status, after.version) == ("not_started", 1)
    with whole_service():
        assert action.events.first().kind == ActionEvent.Kind.NOTED  # type: ignore[union-attr]


def test_two_falls_at_once_open_the_action_once(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    fall(cast)
    fall(cast, domain="overall")
    assert follow_up_changes(now=NOW) == FollowedUp(reopened=1, warned=1)


def test_following_up_again_does_nothing_even_with_the_bookmark_set_back(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    fall(cast)
    follow_up_changes(now=NOW)
    assert follow_up_changes(now=NOW) == NOTHING
    finish(action, cast)
    ChangeBookmark.objects.update(last_change_id=0)
    assert follow_up_changes(now=NOW) == NOTHING
    assert stored(action).status == "done"


@pytest.mark.parametrize(
    "other",
    [
        {"service": "maternity"},
        {"domain": "caring"},
        {"site": None},  # the trust as a whole: the action names one hospital
        {"before": 2, "after": 3},
        {"before": 2, "after": 1, "kind": "corrected"},
        {"kind": "reconfirmed", "before": 2, "after": 2},
        {"undoing": True},
        {"published_on": date(2026, 2, 2)},  # the very report the action answers, listed late
    ],
)
def test_what_the_action_does_not_answer_for_leaves_it_alone(cast: Cast, other: dict[str, Any]) -> None:
    action = new_action(cast)
    finish(action, cast)
    fall(cast, **other)
    assert follow_up_changes(now=NOW) == NOTHING
    assert stored(action).status == "done"


def test_another_trusts_or_another_sites_fall_leaves_it_alone(cast: Cast) -> None:
    new_action(cast)
    fall(cast, trust=cast.ashford, site=None)
    fall(cast, site=Site.objects.create(cqc_id="XN102", name="Northborough Royal", trust=cast.northborough))
    assert follow_up_changes(now=NOW) == NOTHING


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ({}, {"domain": "overall"}),
        ({"key_question": None}, {"domain": "caring"}),
        ({"site": None}, {}),
        ({"site": None}, {"site": None}),
        ({}, {"published_on": None}),
    ],
)  # fmt: skip
def test_an_action_that_names_less_answers_for_more(cast: Cast, place: dict[str, Any], change: dict[str, Any]) -> None:
    new_action(cast, findings=[must_do(cast, **place)])
    fall(cast, **change)
    assert follow_up_changes(now=NOW) == FollowedUp(warned=1)


def test_an_action_for_two_services_answers_for_each_of_its_findings(cast: Cast) -> None:
    medicine = must_do(cast, words="So must medicine.", service=rated_service("medicine"), site=None)
    new_action(cast, findings=[must_do(cast), medicine])
    fall(cast, service="maternity")
    fall(cast, service="medicine", site=None)
    fall(cast, service="surgery", domain="caring")
    assert follow_up_changes(now=NOW) == FollowedUp(warned=1)


@pytest.mark.parametrize("carried_on", [[(0, 1)], [(1, 0)], [(0, 1), (1, 2)], [(2, 1), (1, 0)], [(0, 1), (2, 1)]])
def test_a_hospital_that_registered_anew_is_the_same_hospital(cast: Cast, carried_on: list[tuple[int, int]]) -> None:
    names = [("XN1NW", "Northborough General (new)"), ("XN1TH", "Northborough General (third)")]
    again = [Site.objects.create(cqc_id=cqc_id, name=name, trust=cast.northborough) for cqc_id, name in names]
    sites = [cast.general, *again]
    for before, after in carried_on:
        SiteSuccession.objects.create(predecessor=sites[before], successor=sites[after], source="by hand")
    finish(named := new_action(cast, findings=[], service=rated_service("surgery"), site=cast.general), cast)
    finish(found := new_action(cast, findings=[must_do(cast), must_do(cast, service=None)]), cast)
    fall(cast, site=sites[len(carried_on)])
    assert follow_up_changes(now=NOW) == FollowedUp(reopened=2)
    assert {stored(named).status, stored(found).status} == {"reopened"}


WHOLE: dict[str, Any] = {"service": None, "key_question": None, "site": None}


@pytest.mark.parametrize("from_finding", [False, True])
@pytest.mark.parametrize(
    ("place", "change", "answers"),
    [
        ({}, {"site": None, "domain": "overall"}, True),
        ({}, {"site": None, "domain": "well_led"}, True),
        ({"key_question": "well_led"}, {"site": None, "domain": "well_led"}, True),
        ({"key_question": "well_led"}, {"site": None, "domain": "overall"}, True),
        ({"key_question": "well_led"}, {"site": None, "domain": "caring"}, False),
        ({}, {"domain": "overall"}, False),  # one hospital's rating is not the trust's
        ({}, {"site": None, "service": "maternity"}, False),
        ({"site": "general"}, {"domain": "overall"}, True),  # the hospital as a whole
        ({"site": "general"}, {"site": None, "domain": "overall"}, False),
    ],
)  # fmt: skip
def test_the_trust_as_a_whole_answers_for_the_trusts_own_rating(
    cast: Cast, place: dict[str, Any], change: dict[str, Any], answers: bool, from_finding: bool
) -> None:
    named = {**WHOLE, **place}
    named["key_question"] = rated_domain(named["key_question"]) if named["key_question"] else None
    named["site"] = cast.general if named["site"] else None
    if from_finding:
        new_action(cast, findings=[must_do(cast, **named)])
    else:
        new_action(cast, findings=[], **named)
    fall(cast, **{"service": "overall", **change})
    assert follow_up_changes(now=NOW) == (FollowedUp(warned=1) if answers else NOTHING)


def test_an_action_for_two_services_does_not_answer_for_the_trust_as_a_whole(cast: Cast) -> None:
    medicine = must_do(cast, words="So must medicine.", service=rated_service("medicine"), site=None)
    assert new_action(cast, findings=[must_do(cast), medicine]).service is None
    fall(cast, service="overall", domain="overall", site=None)
    assert follow_up_changes(now=NOW) == NOTHING


def test_a_withdrawn_change_is_noted_and_closes_nothing(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    change = fall(cast)
    follow_up_changes(now=NOW)
    undo(change)
    assert follow_up_changes(now=NOW) == FollowedUp(withdrawn=1)
    assert follow_up_changes(now=NOW) == NOTHING
    assert stored(action).status == "reopened"
    with scope_of(access(cast.lead)) as by:
        assert "The rating change that reopened this was withdrawn" in timeline(action, by)[0].words


def test_a_change_withdrawn_before_anybody_looked_opens_nothing(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    undo(fall(cast))
    assert follow_up_changes(now=NOW) == NOTHING
    assert stored(action).status == "done"


def test_undoing_another_import_of_the_same_cell_withdraws_nothing(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    fall(cast)
    undo(fall(cast, before=2, after=3))
    assert follow_up_changes(now=NOW) == FollowedUp(reopened=1)


def test_a_change_applied_again_after_its_undoing_counts_again(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    undo(fall(cast))
    fall(cast)
    assert follow_up_changes(now=NOW) == FollowedUp(reopened=1)


def test_a_long_absence_is_read_in_batches_and_in_order(cast: Cast) -> None:
    new_action(cast)
    for month in range(1, 6):
        fall(cast, published_on=date(2026, 5, month))
        fall(cast, service="maternity")
    assert follow_up_changes(now=NOW, batch=2) == FollowedUp(warned=5)
    with whole_service():
        told = list(Consequence.objects.order_by("pk").values_list("rating_change_id", flat=True))
    assert told == sorted(told)
    assert ChangeBookmark.objects.get().last_change_id == RatingChange.objects.order_by("-pk")[0].pk


def test_other_trusts_see_no_consequence_by_either_wall(cast: Cast) -> None:
    action, other = new_action(cast), access(cast.other_lead)
    fall(cast)
    follow_up_changes(now=NOW)
    with whole_service() as all_seeing:
        assert consequences_of(action, all_seeing).count() == 1
        assert consequences_of(action, other).count() == 0
        enter(other)
        assert consequences_of(action, all_seeing).count() == 0


@pytest.fixture
def fallen_while_nobody_looked(committed: str) -> Action:
    cast = make_cast()
    with transaction.atomic():
        action = new_action(cast)
        finish(action, cast)
        fall(cast)
    return action


def test_two_runs_at_once_write_one_consequence(fallen_while_nobody_looked: Action) -> None:
    ready, results = threading.Barrier(4), []

    def run() -> None:
        ready.wait()
        try:
            results.append(follow_up_changes(now=NOW + timedelta(hours=1)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.reopened for result in results) == 1
    assert len(results) == 4
    with whole_service():
        assert Consequence.objects.count() == 1
        assert ActionEvent.objects.filter(kind="reopened").count() == 1


def test_a_run_cut_off_in_the_middle_leaves_nothing_and_the_next_does_it_all(committed_cast: Cast) -> None:
    first, second = new_action(committed_cast), new_action(committed_cast, findings=[must_do(committed_cast)])
    fall(committed_cast)
    holding, let_go = threading.Event(), threading.Event()

    def hold_the_second() -> None:
        with whole_service():
            Action.objects.select_for_update().get(pk=second.pk)
            holding.set()
            let_go.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold_the_second)
    holder.start()
    holding.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    with pytest.raises(OperationalError, match="lock timeout"):
        follow_up_changes(now=NOW)
    let_go.set()
    holder.join()
    with whole_service():
        assert first.events.filter(kind="noted").count() == 0
    assert follow_up_changes(now=NOW) == FollowedUp(warned=2)


def test_it_is_refused_inside_another_transaction(committed_cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        follow_up_changes(now=NOW)
