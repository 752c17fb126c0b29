"""Regulations as printed, read into (instrument, number, paragraph)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.findings.causes import BY_CODE, FIRST_LAYER, Sure, suggest_causes
from tracker.findings.regulations import TITLES, Instrument, read_citations, read_titles


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("(Regulation 12(2)(g))", ["RA2014 12(2)(g)"]),
        ("Regulation 11 and Regulation 13(5)", ["RA2014 11", "RA2014 13(5)"]),
        ("Regulation 12(1)(2)(a)(b)", ["RA2014 12(1)", "RA2014 12(2)(a)", "RA2014 12(2)(b)"]),
        ("Regulation 12 (1), (2) (a) and (e)", ["RA2014 12(1)", "RA2014 12(2)(a)", "RA2014 12(2)(e)"]),
        ("Regulation 17 (1) (2) (a) (b)", ["RA2014 17(1)", "RA2014 17(2)(a)", "RA2014 17(2)(b)"]),
        ("Regulations 12, 17 and 18", ["RA2014 12", "RA2014 17", "RA2014 18"]),
        ("Regulation 12(2)(a)(i)(ii)", ["RA2014 12(2)(a)(i)", "RA2014 12(2)(a)(ii)"]),
        ("Regulation 12(2)(g)(h)(i)", ["RA2014 12(2)(g)", "RA2014 12(2)(h)", "RA2014 12(2)(i)"]),
        ("Regulation 18 HSCA (RA) Regulations 2014 Staffing. Regulation 18(1)", ["RA2014 18(1)"]),
        ("Regulation 22 HSCA 2008 (Regulated Activities) Regulations 2010", ["RA2010 22"]),
        ("Regulation 18 CQC (Registration) Regulations 2009", ["REG2009 18"]),
        ("Regulation 18: notification of other incidents", ["REG2009 18"]),
        ("Regulation 20A", ["RA2014 20A"]),
        ("in 2014 there were 12 (twelve) wards", []),
    ],
)  # fmt: skip
def test_what_is_printed_is_read(printed: str, read: list[str]) -> None:
    found = read_citations(printed, published_on=date(2019, 1, 1))
    assert [f"{c.instrument.value} {c.number}{c.paragraph}" for c in found] == read


def test_the_day_of_the_report_decides_where_nothing_is_printed() -> None:
    for day, instrument in (
        (date(2015, 3, 31), Instrument.ACTIVITIES_2010),
        (date(2015, 4, 1), Instrument.ACTIVITIES_2014),
    ):
        assert [c.instrument for c in read_citations("Regulation 12", published_on=day)] == [instrument]


def test_a_column_of_its_own_needs_no_word() -> None:
    assert [str(c) for c in read_citations("12(2)(a), 17", bare=True)] == ["Regulation 12(2)(a)", "Regulation 17"]
    assert read_citations("12(2)(a), 17") == []


@given(
    st.sampled_from(sorted(TITLES[Instrument.ACTIVITIES_2014])),
    st.lists(st.sampled_from("abcdefg"), unique=True, max_size=4),
    st.sampled_from(["", " "]),
)
def test_number_and_letters_come_back_however_they_are_spaced(number: str, letters: list[str], gap: str) -> None:
    printed = f"Regulation {number}{gap}(2)" + "".join(f"{gap}({letter})" for letter in letters)
    expected = [f"(2)({letter})" for letter in letters] or ["(2)"]
    assert [(c.number, c.paragraph) for c in read_citations(printed)] == [(number, one) for one in expected]


def test_titles_are_found_in_prose_the_longest_first() -> None:
    text = "in relation to fit and proper persons: directors, safe care\nand treatment and sta\ufb03ng"
    found = read_titles(text)
    assert [c.number for c, _, _ in found] == ["5", "12", "18"]
    assert [text[start:end] for _, start, end in found][1] == "safe care\nand treatment"


def test_causes_quote_the_phrase_that_suggests_them() -> None:
    words = "The trust must ensure there are enough midwives, and that learning from incidents is shared."
    found = {one.code: one for one in suggest_causes(words)}
    assert {"STF", "LRN"} <= found.keys()
    assert all(one.phrase in words for one in found.values())
    assert found["STF"].sure is Sure.CLEAR
    assert suggest_causes("The trust must paint the fence.") == []


def test_there_are_two_layers_of_causes() -> None:
    assert (len(FIRST_LAYER), len(BY_CODE)) == (15, 21)
