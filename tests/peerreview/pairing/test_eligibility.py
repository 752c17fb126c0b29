"""Each hard rule removes its pair and keeps the fact; nothing else does."""

from dataclasses import replace
from datetime import date

import pytest

from peerreview.pairing.eligibility import RULES, Context, PastReview, SameSystem, Standing, blockers, sift

MOOR = Standing(code="RMO", name="Moor", system="North", weak_services=frozenset({"Maternity"}))
HARBOUR = Standing(code="RHA", name="Harbour", overall=4, well_led=3, segment=1, system="South", room=2)
CONTEXT = Context(today=date(2026, 5, 1))
PAIR = ("RMO", "RHA")


def broken(trust: Standing = MOOR, helper: Standing = HARBOUR, context: Context = CONTEXT) -> dict[str, str]:
    return {blocker.rule.key: blocker.fact for blocker in blockers(trust, helper, context)}


def test_a_sound_pair_breaks_no_rule() -> None:
    assert broken() == {}


@pytest.mark.parametrize(
    ("helper", "rule", "fact"),
    [
        ({"code": "RMO", "name": "Moor"}, "same-trust", "Moor is the trust itself."),
        ({"overall": 1}, "overall", "Harbour is rated Inadequate overall."),
        ({"well_led": 1}, "well-led", "Harbour is rated Inadequate for well-led."),
        ({"well_led": None}, "well-led", "Harbour has no rating for well-led."),
        ({"segment": 4}, "oversight", "Harbour is in oversight segment 4."),
        ({"segment": 5}, "oversight", "Harbour is in oversight segment 5."),
        ({"in_programme": True}, "oversight", "Harbour is in the national improvement programme itself."),
        ({"room": 0}, "capacity", "Harbour has no places in this round."),
    ],
)
def test_a_helper_that_may_not_help(helper: dict[str, object], rule: str, fact: str) -> None:
    assert broken(helper=replace(HARBOUR, **helper)) == {rule: fact}  # type: ignore[arg-type]


def test_an_unrated_overall_and_an_unknown_segment_bar_nobody() -> None:
    assert broken(helper=replace(HARBOUR, overall=None, segment=None)) == {}


def test_a_struggling_trust_may_be_helped() -> None:
    worst = replace(MOOR, overall=1, well_led=1, segment=5, in_programme=True)
    assert broken(trust=worst) == {}


@pytest.mark.parametrize("kind", ["vetoes", "refusals"])
@pytest.mark.parametrize("lineage", [{}, {"RMO": "moors", "OLD": "moors"}])
def test_a_veto_or_a_refusal_keeps_its_words_and_follows_a_merger(kind: str, lineage: dict[str, str]) -> None:
    declared = ("OLD", "RHA") if lineage else PAIR
    context = replace(CONTEXT, lineage=lineage, **{kind: {declared: "Said in March."}})  # type: ignore[arg-type]
    assert list(broken(context=context).values()) == ["Said in March."]
    turned = replace(CONTEXT, **{kind: {("RHA", "RMO"): "The other way round."}})  # type: ignore[arg-type]
    assert broken(context=turned) == {}


@pytest.mark.parametrize(("kind", "rule"), [("conflicts", "conflict"), ("mergers", "merger")])
@pytest.mark.parametrize("declared", [PAIR, PAIR[::-1], ("OLD", "RHA"), ("RHA", "OLD")])
def test_a_conflict_or_a_merger_holds_either_way_round_and_through_lineage(
    kind: str, rule: str, declared: tuple[str, str]
) -> None:
    lineage = {"RMO": "moors", "OLD": "moors"}
    context = replace(CONTEXT, lineage=lineage, **{kind: {declared: "Shared chair."}})  # type: ignore[arg-type]
    assert broken(context=context) == {rule: "Shared chair."}
    assert broken(context=replace(context, lineage={})).get(rule) == ("Shared chair." if "RMO" in declared else None)


def test_a_predecessor_is_the_same_trust() -> None:
    context = replace(CONTEXT, lineage={"RMO": "one", "RHA": "one"})
    assert broken(context=context) == {"same-trust": "Harbour and Moor are one organisation through mergers."}


@pytest.mark.parametrize(
    ("ended_on", "barred"),
    [(None, True), (date(2026, 4, 30), True), (date(2025, 5, 2), True), (date(2025, 5, 1), False)],
)
def test_no_return_review_within_twelve_months(ended_on: date | None, barred: bool) -> None:
    returned = replace(CONTEXT, reviews=(PastReview("RHA", "RMO", ended_on),))
    assert ("reciprocal" in broken(context=returned)) is barred
    again = replace(CONTEXT, reviews=(PastReview("RMO", "RHA", ended_on),))
    assert broken(context=again) == {}


def test_a_review_that_ended_on_a_leap_day() -> None:
    reviews = (PastReview("RHA", "RMO", date(2024, 2, 29)),)
    assert "reciprocal" in broken(context=Context(today=date(2025, 2, 28), reviews=reviews))
    assert broken(context=Context(today=date(2025, 3, 1), reviews=reviews)) == {}


@pytest.mark.parametrize(
    ("offer", "barred"),
    [
        ({"offered_services": frozenset({"Maternity"})}, True),
        ({"offered_services": frozenset({"Surgery"})}, False),
        ({"offers_in_general": True}, True),
    ],
)
def test_a_warning_notice_bars_where_the_helper_would_help(offer: dict[str, object], barred: bool) -> None:
    noticed = replace(HARBOUR, warning_notices={"Maternity": "served 3 March 2026"}, **offer)  # type: ignore[arg-type]
    fact = "Harbour has an open warning notice where it would help: Maternity, served 3 March 2026."
    assert broken(helper=noticed) == ({"warning-notice": fact} if barred else {})


@pytest.mark.parametrize("switch", list(SameSystem))
def test_one_system_is_barred_only_where_the_round_avoids_it(switch: SameSystem) -> None:
    near = replace(HARBOUR, system="North")
    found = broken(helper=near, context=replace(CONTEXT, same_system=switch))
    assert found == ({"same-system": "Both are in North."} if switch is SameSystem.AVOID else {})
    nowhere = broken(replace(MOOR, system=None), replace(HARBOUR, system=None), replace(CONTEXT, same_system=switch))
    assert nowhere == {}


def test_a_removed_pair_keeps_every_reason_and_the_rest_stay_lawful() -> None:
    failing = replace(HARBOUR, code="RFA", name="Failing", overall=1, room=0)
    sifted = sift([MOOR], [HARBOUR, failing], CONTEXT)
    assert sifted.lawful == (PAIR,)
    assert [blocker.rule.key for blocker in sifted.blocked["RMO", "RFA"]] == ["overall", "capacity"]


def test_rules_are_named_once() -> None:
    assert len({rule.key for rule in RULES}) == len(RULES) == 12
