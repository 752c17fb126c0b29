"""The words of an outcome say what the figures say, and no score is shown for a forbidden pair."""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from peerreview.pairing.eligibility import Context, Standing, sift
from peerreview.pairing.explaining import (
    NoLawfulHelper,
    Outcome,
    PairExplained,
    UnplacedExplained,
    band_words,
    explain_forbidden,
    explain_pair,
    explain_trust,
    firmness,
    price_words,
)
from peerreview.pairing.fit import Character, Fit, Helper, Weights, fit_of
from peerreview.pairing.geography import Journey
from peerreview.pairing.matching import (
    Alternative,
    Change,
    Move,
    Problem,
    all_alternatives,
    one_more_place,
    solve,
)
from peerreview.pairing.need import Cell, need_of

TODAY = date(2026, 5, 1)
WEIGHTS = Weights(dated=TODAY)
RECENT = date(2025, 3, 9)
NAMES = {"RMO": "Moor", "RDA": "Dale", "RFE": "Fen", "RHA": "Harbour", "RPO": "Port", "RQU": "Quay"}
CELLS = {
    "RMO": (Cell("Maternity", "Safe", 1), Cell("Surgery", "Caring", 2)),
    "RDA": (Cell("Maternity", "Safe", 2), Cell("Surgery", "Caring", 2)),
    "RFE": (Cell("Surgery", "Safe", 2),),
}
HELPERS = {
    "RHA": Helper(
        cells=(Cell("Maternity", "Safe", 4, RECENT), Cell("Surgery", "Caring", 3, RECENT)),
        character=Character(kind="acute", teaching=True),
        offered_services=frozenset({"Maternity"}),
    ),
    "RPO": Helper(cells=(Cell("Maternity", "Safe", 3, RECENT), Cell("Surgery", "Caring", 2, RECENT))),
}


def outcome(*, rooms: tuple[int, int] = (1, 1), pins: frozenset[tuple[str, str]] = frozenset()) -> Outcome:
    needs = {trust: need_of(cells) for trust, cells in CELLS.items()}
    trusts = [Standing(code=code, name=NAMES[code]) for code in CELLS]
    helpers = [
        Standing(code=code, name=NAMES[code], well_led=3, room=room) for code, room in zip(HELPERS, rooms, strict=True)
    ]
    helpers.append(Standing(code="RQU", name="Quay", overall=1, well_led=3, room=3))
    vetoes = {("RFE", helper): "Board of Fen, 3 March 2026." for helper in HELPERS}
    sifted = sift(trusts, helpers, Context(today=TODAY, vetoes=vetoes))
    fits: dict[tuple[str, str], Fit] = {
        (trust, helper): fit_of(
            needs[trust],
            Character(kind="acute"),
            HELPERS[helper],
            journey=Journey(95, estimated=True),
            weights=WEIGHTS,
            today=TODAY,
        )
        for trust, helper in sifted.lawful
    }
    problem = Problem(
        needs=tuple((code, need.score) for code, need in needs.items()),
        helpers=tuple((helper.code, helper.room) for helper in helpers),
        points={pair: fit.met(needs[pair[0]]) for pair, fit in fits.items()},
        pins=pins,
    )
    return Outcome(problem=problem, plan=solve(problem), fits=fits, blocked=sifted.blocked, names=NAMES)


def explained(found: Outcome, trust: str) -> PairExplained | UnplacedExplained | NoLawfulHelper:
    others = all_alternatives(found.problem, found.plan)[trust]
    return explain_trust(found, trust, others, one_more_place(found.problem, found.plan))


def test_a_pair_has_its_choice_three_reasons_and_one_against() -> None:
    found = outcome()
    moor = explained(found, "RMO")
    assert isinstance(moor, PairExplained)
    assert moor.helper == "RHA"
    assert (
        moor.headline == f"Harbour would meet {moor.met} of {moor.need} points of need: choice 1 of 2 lawful helpers."
    )
    assert moor.met == found.problem.points["RMO", "RHA"]
    assert len(moor.reasons) == 3
    assert moor.reasons[0].startswith("Cover of weak services (")
    assert "Maternity, Safe: Outstanding (9 March 2025), where the trust is Inadequate" in moor.reasons[0]
    assert moor.against == (
        "Own turnaround (0 of 150 points): it has turned none of the trust's weak ratings round itself."
    )
    assert "likeness of size" in moor.unknown
    assert [other.name for other in moor.why_not] == ["Port"]


def test_the_second_choice_is_said_to_be_the_second() -> None:
    dale = explained(outcome(), "RDA")
    assert isinstance(dale, PairExplained)
    assert (dale.helper, dale.choice, dale.lawful) == ("RPO", 2, 2)


def test_a_live_pair_says_that_it_stands() -> None:
    found = outcome(pins=frozenset({("RMO", "RPO")}))
    moor = explained(found, "RMO")
    assert isinstance(moor, PairExplained)
    assert moor.headline.endswith("It is live or accepted, so it stays.")
    assert moor.why_not[0].alternative.here > 0  # what releasing it would gain is shown, and not applied


def test_why_not_says_here_over_all_the_band_and_who_moves() -> None:
    change = Change(
        met=-42, kept=-1, bands=((4, 1), (3, -1)), moves=(Move("RMO", "RHA", "RPO"), Move("RDA", "RPO", None))
    )
    assert price_words(outcome(), Alternative("RMO", "RPO", -34, change)) == (
        "-34 here, -42 over all, one more trust left in band 4, one fewer proposal of the last round kept "
        "(moves Dale from Port to nobody)"
    )


def test_why_not_of_an_equal_plan_and_of_pinned_places() -> None:
    equal = Change(met=0, kept=0, bands=(), moves=(Move("RMO", "RHA", "RPO"),))
    found = outcome()
    assert price_words(found, Alternative("RMO", "RPO", 0, equal)) == (
        "no change here, no change over all, equal over all: the draw of the round decided"
    )
    assert price_words(found, Alternative("RMO", "RPO", 9, None)) == "every place it has is pinned, or it has none"


def test_a_forbidden_pair_shows_rule_and_fact_and_no_score() -> None:
    barred = explain_forbidden(outcome(), "RFE", "RHA")
    assert barred.headline == "Harbour cannot be paired with Fen."
    assert barred.reasons == (("A person's veto stands until it is lifted", "Board of Fen, 3 March 2026."),)
    quay = explain_forbidden(outcome(), "RMO", "RQU")
    assert quay.reasons[0][1] == "Quay is rated Inadequate overall."
    assert not re.search(r"points|\d\s*%", repr(quay))
    with pytest.raises(KeyError):
        explain_forbidden(outcome(), "RMO", "RHA")


def test_an_unplaced_trust_is_told_who_holds_its_places_and_what_one_more_would_do() -> None:
    found = outcome(rooms=(1, 0))
    (left,) = [trust for trust in found.plan.unplaced if trust != "RFE"]
    alone = explained(found, left)
    assert isinstance(alone, UnplacedExplained)
    winner = next(trust for trust in ("RMO", "RDA") if trust != left)
    assert f"Harbour (one place) helps {NAMES[winner]}." in alone.holders
    assert "Port has no places." not in alone.holders  # a helper without a place is barred, not lawful
    gain = one_more_place(found.problem, found.plan)[0].change.met
    assert alone.one_more_place == (
        f"One more place at Harbour would find it a helper, and meet {gain} more points over all."
    )
    wider = replace(found.problem, helpers=(("RHA", 2), ("RPO", 0), ("RQU", 3)))
    assert solve(wider).met - found.plan.met == gain


def test_a_trust_without_a_lawful_helper_is_said_so_with_the_limit_to_relax() -> None:
    fen = explained(outcome(), "RFE")
    assert isinstance(fen, NoLawfulHelper)
    assert fen.headline == "Fen has no lawful helper among three helpers."
    assert fen.barred_by == (
        "A person's veto stands until it is lifted: bars 2.",
        "A helper is not rated Inadequate overall: bars 1.",
    )
    assert fen.to_relax[0] == "A person's veto stands until it is lifted: alone bars two helpers."


def test_a_pair_is_not_explained_where_there_is_none() -> None:
    with pytest.raises(ValueError, match="Nobody is proposed"):
        explain_pair(outcome(), "RFE", ())


def test_a_band_in_words() -> None:
    assert band_words(outcome().problem, 4) == "band 4 (400 to 499 points of need left)"


def test_firmness_repeats_and_shows_what_depends_on_weights() -> None:
    found = outcome()
    shares = firmness(found.problem, found.fits, WEIGHTS, runs=20)
    assert shares == firmness(found.problem, found.fits, WEIGHTS, runs=20)
    assert shares["RMO", "RHA"] + shares.get(("RMO", "RPO"), 0) == 100
    pinned = replace(found.problem, pins=frozenset({("RMO", "RPO")}))
    assert firmness(pinned, found.fits, WEIGHTS, runs=20)["RMO", "RPO"] == 100


def test_a_shaken_weight_moves_by_a_fifth_at_most_and_is_drawn_not_constant() -> None:
    drawn = [WEIGHTS.shaken(str(draw)) for draw in range(50)]
    for moved, (key, weight) in product(drawn, WEIGHTS.parts.items()):
        assert 80 * weight <= moved.parts[key] <= 120 * weight
    assert len({moved.cover for moved in drawn}) > 10
