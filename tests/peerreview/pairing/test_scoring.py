"""The quick score of a pair is the score its parts add up to."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.fit import SIZE_BANDS, Character, Helper, Rise, Weights, fit_of
from peerreview.pairing.geography import Journey
from peerreview.pairing.need import Cell, need_of
from peerreview.pairing.scoring import Scorer, helper_side, trust_side

TODAY = date(2026, 5, 1)
services = st.sampled_from(["Maternity", "Surgery", "Critical care"])
domains = st.sampled_from(["Safe", "Caring", "Well-led"])
days = st.integers(0, 4000).map(lambda age: TODAY - timedelta(days=age))
cells = st.lists(
    st.builds(
        Cell, services, domains, st.sampled_from([None, 1, 2, 3, 4]), st.none() | days, st.booleans(), st.booleans()
    ),
    max_size=12,
)
characters = st.builds(
    Character,
    kind=st.sampled_from([None, "acute", "community"]),
    size=st.none() | st.integers(0, 3000),
    size_band=st.sampled_from([None, *SIZE_BANDS]),
    teaching=st.sampled_from([None, True, False]),
    rural=st.sampled_from([None, True, False]),
    system=st.sampled_from([None, "Fells", "Downs"]),
)
rises = st.lists(st.builds(Rise, services, domains, st.integers(1, 4), st.integers(1, 4), days), max_size=5)
helpers = st.builds(
    Helper,
    cells=cells.map(tuple),
    character=characters,
    rises=rises.map(tuple),
    offered_services=st.frozensets(services, max_size=2),
    offers_in_general=st.booleans(),
    offers_known=st.booleans(),
)
weights = st.builds(Weights, dated=st.just(TODAY), cover=st.integers(1, 90), reach=st.integers(0, 90))


@given(cells, characters, helpers, st.none() | st.integers(0, 400), weights, st.sampled_from(SameSystem))
def test_the_quick_score_is_the_sum_of_the_parts_shown(
    ratings: list[Cell],
    character: Character,
    helper: Helper,
    minutes: int | None,
    weighed: Weights,
    same_system: SameSystem,
) -> None:
    need = need_of(ratings)
    journey = None if minutes is None else Journey(minutes, estimated=True)
    shown = fit_of(need, character, helper, journey=journey, weights=weighed, today=TODAY, same_system=same_system)
    quick = Scorer(weighed, same_system).score(trust_side(need, character), helper_side(helper, TODAY), minutes)
    assert quick == shown.score
