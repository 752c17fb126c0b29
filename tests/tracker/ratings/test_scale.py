"""A word is read as CQC meant it, or not at all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ratings.scale import (
    DOMAIN_NAMES,
    KEY_QUESTIONS,
    Movement,
    Rating,
    ReadRating,
    State,
    is_known_domain,
    movement,
    read_domain,
    read_word,
    score_band,
)

GOOD = ReadRating(State.RATED, Rating.GOOD)
REQUIRES_IMPROVEMENT = ReadRating(State.RATED, Rating.REQUIRES_IMPROVEMENT)
NOT_RATED = ReadRating(State.NOT_RATED)
INSPECTED = ReadRating(State.INSPECTED_NOT_RATED)


def test_stored_codes_never_change() -> None:
    assert [(rating.name, rating.value) for rating in Rating] == [
        ("INADEQUATE", 1),
        ("REQUIRES_IMPROVEMENT", 2),
        ("GOOD", 3),
        ("OUTSTANDING", 4),
    ]
    assert [state.value for state in State] == list(range(1, 9))
    assert State.RATED == 1
    assert State.UNKNOWN == 8


@pytest.mark.parametrize(
    ("raw", "state", "rating"),
    [
        ("Outstanding", State.RATED, Rating.OUTSTANDING),
        ("Requires Improvement", State.RATED, Rating.REQUIRES_IMPROVEMENT),
        (" requires\u00a0 improvement\n", State.RATED, Rating.REQUIRES_IMPROVEMENT),
        ("INADEQUATE", State.RATED, Rating.INADEQUATE),
        ("Inspected but not rated", State.INSPECTED_NOT_RATED, None),
        ("Insufficient evidence to rate", State.INSUFFICIENT_EVIDENCE, None),
        ("No published rating", State.NO_PUBLISHED, None),
        ("No action", State.NO_ACTION, None),
        ("Not Rated", State.NOT_RATED, None),
        ("Not yet inspected", State.NOT_RATED, None),
        ("Unrated", State.NOT_RATED, None),
        ("Not applicable", State.NOT_RATED, None),
        ("Withdrawn", State.WITHDRAWN, None),
        ("", State.UNKNOWN, None),
    ],
)
def test_words_cqc_prints(raw: str, state: State, rating: Rating | None) -> None:
    assert read_word(raw) == ReadRating(state, rating, recognised=True)


@pytest.mark.parametrize("raw", ["Very good", "Good (provisional)", "Goood", "3", "Outstanding!"])
def test_an_unseen_word_is_never_forced_into_one_of_four(raw: str) -> None:
    assert read_word(raw) == ReadRating(State.UNKNOWN, None, recognised=False)


@given(st.text())
def test_reading_a_word_never_raises_and_rates_only_the_four(raw: str) -> None:
    read = read_word(raw)
    assert (read.rating is not None) == (read.state is State.RATED)
    if read.rating is not None:
        assert " ".join(raw.split()).casefold() == read.rating.words.casefold()


def test_domains() -> None:
    assert [read_domain(name) for name in DOMAIN_NAMES.values()] == list(DOMAIN_NAMES)
    assert read_domain("WELL-LED ") == "well_led"
    assert read_domain("Use of Resources") == "use_of_resources"
    assert KEY_QUESTIONS == ("safe", "effective", "caring", "responsive", "well_led")


def test_an_unseen_domain_is_kept_as_printed() -> None:
    assert read_domain(" Equity  in Access ") == "Equity in Access"
    assert not is_known_domain("Equity in Access")


@pytest.mark.parametrize(
    ("before", "after", "newer", "expected"),
    [
        (REQUIRES_IMPROVEMENT, GOOD, True, Movement.BETTER),
        (GOOD, REQUIRES_IMPROVEMENT, True, Movement.WORSE),
        (GOOD, GOOD, False, Movement.SAME),
        (GOOD, GOOD, True, Movement.RECONFIRMED),
        (None, GOOD, True, Movement.FIRST),
        (NOT_RATED, GOOD, True, Movement.FIRST),
        (GOOD, INSPECTED, True, Movement.LOST),
        (GOOD, None, False, Movement.ABSENT),
        (NOT_RATED, INSPECTED, True, Movement.RESTATED),
        (NOT_RATED, NOT_RATED, True, Movement.RECONFIRMED),
        (None, None, False, Movement.SAME),
    ],
)
def test_movement(before: ReadRating | None, after: ReadRating | None, newer: bool, expected: Movement) -> None:
    assert movement(before, after, newer=newer) is expected


@given(st.sampled_from(list(Rating)), st.sampled_from(list(Rating)))
def test_movement_backwards_is_the_opposite(one: Rating, other: Rating) -> None:
    there = movement(ReadRating(State.RATED, one), ReadRating(State.RATED, other), newer=True)
    back = movement(ReadRating(State.RATED, other), ReadRating(State.RATED, one), newer=True)
    assert (there, back) in {
        (Movement.BETTER, Movement.WORSE),
        (Movement.WORSE, Movement.BETTER),
        (Movement.RECONFIRMED, Movement.RECONFIRMED),
    }


@pytest.mark.parametrize(
    ("percentage", "rating"),
    [
        (100, Rating.OUTSTANDING),
        (88, Rating.OUTSTANDING),
        (87.5, Rating.OUTSTANDING),
        (87, Rating.GOOD),
        (63, Rating.GOOD),
        (62.4, Rating.REQUIRES_IMPROVEMENT),
        (39, Rating.REQUIRES_IMPROVEMENT),
        (38, Rating.INADEQUATE),
        (0, Rating.INADEQUATE),
    ],
)
def test_score_bands(percentage: float, rating: Rating) -> None:
    assert score_band(percentage) is rating


@pytest.mark.parametrize("percentage", [-1, 100.5, math.nan, math.inf])
def test_a_score_is_a_percentage(percentage: float) -> None:
    with pytest.raises(ValueError):
        score_band(percentage)
