"""Proposing, publishing and setting aside a round, and running it again from what it kept."""

from typing import Any

import pytest

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.inputs import Limits, write_inputs
from peerreview.pairing.matching import canonical_bytes
from peerreview.pairing.models import PairingRound, ProposedPair, RoundEvent, RoundWorkings
from peerreview.pairing.operations import propose_round, publish_round, set_aside_round
from peerreview.pairing.queries import AlteredRound, prices, rerun_from_inputs
from peerreview.pairing.solving import outcome_of
from peerreview.pool.queries import read_pool
from tests.cast import make_person
from tests.peerreview.england import NOW, RECENT, TODAY, England, fact, large_england
from tracker.people.access import Access, access_of
from tracker.people.roles import Role
from tracker.problems import NotAllowed, Refused
from tracker.ratings.models import CurrentRating
from tracker.trusts.models import Succession, Trust

Small = tuple[England, dict[str, Trust]]


def propose(by: Access, name: str = "Winter 2026", **limits: Any) -> PairingRound:
    return propose_round(name=name, by=by, now=NOW, today=TODAY, limits=Limits(**limits))


def paired(made: PairingRound) -> dict[str, str | None]:
    return dict(made.pairs.values_list("trust__code", "helper__code"))


def barred(made: PairingRound, by: Access, trust: str) -> dict[str, list[tuple[str, str]]]:
    return {each.helper: list(each.reasons) for each in prices(made, by, trust).forbidden}


def test_a_round_pairs_everybody_who_needs_help_with_the_reasons(proposed: PairingRound) -> None:
    assert set(paired(proposed)) == {"ZNA", "ZNB"}
    assert set(paired(proposed).values()) <= {"ZHA", "ZHB"}
    for pair in proposed.pairs.all():
        said = pair.explanation
        assert 1 <= len(said["reasons"]) <= 3
        assert sum(part["points"] for part in said["parts"]) == pair.fit
        assert pair.fit is not None
        assert pair.need * pair.fit // 1000 == pair.need_met
        assert any("counted as a general offer" in fact for fact in said["unknown"])
    assert proposed.need_met == sum(pair.need_met for pair in proposed.pairs.all())


def test_the_same_inputs_give_the_same_plan_to_the_byte(db: None, by: Access) -> None:
    large_england(30, 8, services=["Surgery", "Maternity"], sites=1)
    made = propose(by)
    before = canonical_bytes(outcome_of(made.workings.inputs)[0].plan)
    outcome_of.cache_clear()
    assert rerun_from_inputs(made, by) == before
    CurrentRating.objects.all().delete()  # what was imported since does not matter
    outcome_of.cache_clear()
    assert rerun_from_inputs(made, by) == before


def test_the_order_in_which_ratings_were_written_is_no_input(england: Small) -> None:
    pool = read_pool(TODAY)
    assert pool is not None
    first = write_inputs(pool, Limits())
    rows = list(CurrentRating.objects.order_by("-pk"))
    CurrentRating.objects.all().delete()
    for row in rows:
        row.pk = None
    CurrentRating.objects.bulk_create(rows)
    again = read_pool(TODAY)
    assert again is not None
    assert write_inputs(again, Limits()) == first


def test_inputs_that_were_touched_are_never_read_as_the_rounds_own(proposed: PairingRound, by: Access) -> None:
    text = proposed.workings.inputs
    RoundWorkings.objects.update(inputs=text.replace('"room":2', '"room":1'))
    with pytest.raises(AlteredRound, match="not those it was made from"):
        rerun_from_inputs(proposed, by)
    RoundWorkings.objects.update(inputs=text)
    proposed.plan_sha256 = "0" * 64
    with pytest.raises(AlteredRound, match="earlier rules"):
        prices(proposed, by, "ZNA")


def test_a_helper_takes_no_more_trusts_than_the_round_allows(england: Small, by: Access) -> None:
    Trust.objects.filter(code="ZHB").update(closed=TODAY)
    assert sorted(map(str, paired(propose(by, room=1)).values())) == ["None", "ZHA"]
    assert set(paired(propose(by, "Again", room=2)).values()) == {"ZHA"}


def test_the_trust_with_more_need_left_goes_first_where_helpers_are_short(england: Small, by: Access) -> None:
    Trust.objects.filter(code="ZHB").update(closed=TODAY)
    assert paired(propose(by, room=1)) == {"ZNA": "ZHA", "ZNB": None}


def test_every_alternative_has_a_price_and_every_barred_helper_a_rule_and_a_fact(england: Small, by: Access) -> None:
    fact(england[1]["ZHB"], "segment", "4")
    made = propose(by)
    assert set(paired(made).values()) == {"ZHA"}
    assert barred(made, by, "ZNA") == {
        "ZHB": [
            (
                "A helper is not in the worst oversight segments or the programme",
                "Highfield NHS Foundation Trust is in oversight segment 4.",
            )
        ]
    }
    assert prices(made, by, "ZNA").why_not == ()


def test_a_kin_by_merger_and_a_merger_to_come_bar_a_pair(england: Small, by: Access) -> None:
    trusts = england[1]
    Succession.objects.create(predecessor=trusts["ZHA"], successor=trusts["ZNA"], on=RECENT)
    Succession.objects.create(predecessor=trusts["ZNB"], successor=trusts["ZHB"], on=TODAY.replace(year=2027))
    made = propose(by)
    assert paired(made) == {"ZNA": "ZHB", "ZNB": "ZHA"}
    assert "one organisation through mergers" in barred(made, by, "ZNA")["ZHA"][0][1]
    assert "on 23 November 2027." in barred(made, by, "ZNB")["ZHB"][0][1]


def test_a_round_may_avoid_pairs_within_one_system_and_says_who_is_left(england: Small, by: Access) -> None:
    made = propose(by, same_system=SameSystem.AVOID)
    assert set(paired(made).values()) == {None}
    pair = made.pairs.get(trust__code="ZNA")
    assert pair.explanation["what"] == "no_lawful_helper"
    assert "no lawful helper among two helpers" in pair.explanation["headline"]
    assert "This round avoids pairs within one system: alone bars two helpers." in made.workings.limits["ZNA"]


def test_a_trust_rated_below_good_with_no_weakness_to_match_on_is_listed_and_not_matched(
    england: Small, by: Access
) -> None:
    others, _trusts = england
    bare = Trust.objects.create(code="ZZZ", name="Bare NHS Trust", type="ambulance")
    others.rate(bare, "Overall", "overall", (RECENT, 2))
    others.save()
    pair = propose(by).pairs.get(trust=bare)
    assert (pair.helper, pair.need) == (None, 0)
    assert "none of its services or key questions has a rating" in pair.explanation["headline"]


def test_an_unknown_or_inherited_rating_of_a_helper_covers_nothing(england: Small, by: Access) -> None:
    CurrentRating.objects.filter(trust__code="ZHA", service__name="Surgery").update(inherited="Y")
    Trust.objects.filter(code="ZHB").update(closed=TODAY)
    pair = propose(by).pairs.get(trust__code="ZNA")
    cover = next(part for part in pair.explanation["parts"] if part["key"] == "cover")
    assert "Surgery, Safe: the helper has no rating of its own" in cover["unknown"]
    assert not any("Surgery" in said for said in cover["facts"])


def test_the_pairs_of_the_last_round_speak_for_themselves(proposed: PairingRound, by: Access) -> None:
    before = {(trust, helper) for trust, helper in paired(proposed).items() if helper}
    again = propose(by, "Spring 2027")
    assert {tuple(pair) for pair in outcome_of(again.workings.inputs)[0].problem.previous} == before
    set_aside_round(again, by=by, now=NOW, why="Too soon.")
    set_aside_round(proposed, by=by, now=NOW, why="Too soon.")
    assert outcome_of(propose(by, "Third").workings.inputs)[0].problem.previous == frozenset()


@pytest.mark.parametrize(
    ("name", "said"), [("  ", "Enter a name for the round."), ("x" * 101, "Shorten the name to 100 characters")]
)
def test_a_round_without_a_fit_name_is_refused(england: Small, by: Access, name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        propose(by, name)


def test_with_nobody_in_need_or_nobody_to_help_the_refusal_says_which(england: Small, by: Access) -> None:
    Trust.objects.filter(code__startswith="ZH").update(closed=TODAY)
    with pytest.raises(Refused, match="nobody to help"):
        propose(by)
    Trust.objects.filter(code__startswith="ZN").update(closed=TODAY)
    with pytest.raises(Refused, match="nobody needs a helper"):
        propose(by)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.NATIONAL_STAFF, Role.CONVENOR)])
def test_nobody_else_proposes_publishes_or_sets_aside(
    proposed: PairingRound, trusts: dict[str, Trust], role: Role
) -> None:
    where: dict[str, Any] = {}
    if role in (Role.REGIONAL_STAFF, Role.SYSTEM_STAFF):
        trust = trusts["ZNA"]
        where = {"region": trust.region} if role is Role.REGIONAL_STAFF else {"system": trust.system}
    elif role not in (Role.LAY_REVIEWER, Role.RESIDENT_DOCTOR_REVIEWER, Role.SYSTEM_ADMINISTRATOR):
        where = {"trust": trusts["ZNA"]}
    access = access_of(make_person(role.label, role, **where), TODAY)
    with pytest.raises(NotAllowed):
        propose(access)
    with pytest.raises(NotAllowed):
        publish_round(proposed, by=access, now=NOW)
    with pytest.raises(NotAllowed):
        set_aside_round(proposed, by=access, now=NOW, why="Because.")
    proposed.refresh_from_db()
    assert proposed.state == PairingRound.State.PROPOSED


def test_what_was_done_with_a_round_is_on_record_and_is_done_once(proposed: PairingRound, by: Access) -> None:
    publish_round(proposed, by=by, now=NOW)
    with pytest.raises(Refused, match="can no longer be done"):
        publish_round(proposed, by=by, now=NOW)
    set_aside_round(proposed, by=by, now=NOW, why="Merged.")
    with pytest.raises(Refused, match="can no longer be done"):
        publish_round(proposed, by=by, now=NOW)
    events = RoundEvent.objects.filter(pairing_round=proposed).values_list("state", "by", "why")
    assert list(events) == [
        (
            "proposed",
            by.person_id,
            "Each helper takes at most 2 trusts; pairs within one integrated care system are allowed and shown; "
            "weights dated 1 November 2026.",
        ),
        ("published", by.person_id, ""),
        ("set_aside", by.person_id, "Merged."),
    ]
    assert not ProposedPair.objects.filter(published=True).exists()


def test_a_whole_country_is_paired_lawfully_and_nobody_is_lost(db: None, by: Access) -> None:
    large_england(250, 60, services=["Surgery", "Maternity", "Medical care"], sites=1)
    made = propose(by)
    pairs = list(made.pairs.values_list("trust__code", "helper__code", "need", "need_met"))
    assert len({trust for trust, *_ in pairs}) == 250
    helpers = [helper for _, helper, *_ in pairs if helper]
    assert len(helpers) == 120  # sixty helpers with two places each, and more trusts than places
    assert max(helpers.count(helper) for helper in set(helpers)) == 2
    assert made.need_met == sum(met for *_, met in pairs)
    assert made.need_total == sum(need for *_, need, _ in pairs)
    left_out = [need - met for _, helper, need, met in pairs if helper is None]
    assert max(need - met for *_, need, met in pairs) <= max(left_out) + 99
