"""When a finding is an earlier one come back; and how far two coders agree."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.findings.agreement import agreement
from tracker.findings.recurrence import Known, find_recurrence, shared

EARLIER = Known(
    1, date(2019, 5, 1), "surgery", "XN101", frozenset({("RA2014", "12")}),
    "The trust must ensure that the five steps to safer surgery are followed and recorded.",
)  # fmt: skip
LATER = replace(
    EARLIER,
    id=2,
    published_on=date(2022, 5, 1),
    words="The trust must ensure the five steps to safer surgery are followed.",
)


def test_the_same_thing_found_again_recurs_and_says_why() -> None:
    found = find_recurrence(LATER, [EARLIER, LATER])
    assert found is not None
    assert found.earlier == 1
    assert found.why == "The same service, regulation 12, 83% of the words shared"


@pytest.mark.parametrize(
    "other",
    [
        {"service": "maternity"},
        {"site": "XN102"},
        {"regulations": frozenset({("RA2014", "17")})},
        {"regulations": frozenset({("RA2010", "12")})},
        {"words": "The trust must store medicines safely."},
        {"published_on": date(2022, 5, 1)},
        {"published_on": date(2023, 5, 1)},
    ],
)
def test_another_place_regulation_matter_or_time_does_not(other: dict[str, object]) -> None:
    assert find_recurrence(LATER, [replace(EARLIER, **other)]) is None  # type: ignore[arg-type]


def test_of_several_the_latest_of_the_most_similar_is_named() -> None:
    middle = replace(EARLIER, id=3, published_on=date(2020, 5, 1))
    found = find_recurrence(LATER, [middle, EARLIER])
    assert found is not None
    assert found.earlier == 3


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_share_of_words_is_a_share_whichever_comes_first(one: str, other: str) -> None:
    assert 0 <= shared(one, other) == shared(other, one) <= 1


def test_kappa_of_a_worked_example() -> None:
    # Two coders, ten decisions: both yes 4, both no 3, one yes 3.  Observed 0.7; chance 0.6 x 0.5 + 0.4 x 0.5 = 0.5.
    first = {n: (["A"] if n < 6 else []) for n in range(10)}
    second = {n: (["A"] if n < 4 or n == 9 else []) for n in range(10)}
    found = agreement(first, second, ["A"])
    assert found is not None
    assert (found.findings, found.agreed, found.kappa) == (10, 0.7, pytest.approx(0.4))


def test_kappa_says_nothing_where_nothing_can_be_said() -> None:
    assert agreement({1: ["A"]}, {2: ["A"]}, ["A"]) is None
    same = agreement({1: []}, {1: []}, ["A"])
    assert same is not None
    assert same.kappa is None


@given(st.dictionaries(st.integers(0, 5), st.sets(st.sampled_from("ABC")), min_size=1))
def test_a_coder_agrees_with_themself(coding: dict[int, set[str]]) -> None:
    found = agreement(coding, coding, "ABC")
    assert found is not None
    assert found.kappa is None or found.kappa == pytest.approx(1.0)
