"""Reading reports: the five shapes, whole and damaged, in invented texts; and what holds for any text whatever."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.demonstration.report_damage import DAMAGES
from tracker.demonstration.report_texts import SHAPES, Shape, write_report
from tracker.findings.causes import Sure
from tracker.findings.report_headings import Form
from tracker.findings.report_reading import Reading, Role
from tracker.findings.report_text import read_report

FOLDER = Path(__file__).parent / "reports"
SITE = "Tarnmouth Infirmary"


def read(name: str, published_on: date) -> Reading:
    return read_report((FOLDER / f"{name}.txt").read_text(), published_on=published_on, sites=[SITE])


def told(reading: Reading) -> list[tuple[str, str, list[str]]]:
    return [
        (i.form.name, i.reading, [f"{c.instrument.value} {c.number}{c.paragraph}" for c in i.regulations])
        for i in reading.items
    ]


def test_a_quality_report_with_every_damage() -> None:
    reading = read("quality_report_2016", date(2016, 11, 2))
    assert told(reading) == [
        ("MUST", "Ensure that staff who look after children have the right level of safeguarding training.", []),
        ("MUST", "Ensure that the emergency trolley on each ward is checked every day.", []),
        ("SHOULD", "Review how quickly letters reach general practitioners after a follow-up appointment.", []),
        ("SHOULD", "Consider a quiet room for bereaved families.", []),
        (
            "REQUIREMENT",
            "Regulation13HSCA(RA)Regulations2014Safeguarding service users from abuse and improper treatment Not all "
            "staff had safeguarding training at the right level. Regulation 13 (1), (2)",
            ["RA2014 13(1)", "RA2014 13(2)"],
        ),
        (
            "WARNING",
            "Section 29A HSCA Warning notice: quality of healthcare Theatre lists were run without the team brief. "
            "The trust must put this right by 28 February 2017.",
            [],
        ),
    ]
    assert reading.items[-1].due_on == date(2017, 2, 28)
    assert reading.items[0].sure is Sure.LIKELY  # its bullet stood apart


def test_a_trust_report_by_site_and_service() -> None:
    reading = read("trust_report_2019", date(2019, 5, 2))
    assert [(i.form.name, i.place.trust_wide, i.place.site_name, i.place.service) for i in reading.items] == [
        ("MUST", True, "", ""),
        ("MUST", False, SITE, "surgery"),
        ("MUST", False, SITE, "surgery"),
        ("SHOULD", False, SITE, "surgery"),
        ("MUST", False, SITE, "surgery"),
    ]
    assert reading.items[2].reading == (
        "The service must ensure that: • theatre equipment is serviced; and • faults are reported. Regulation 15(1)(e)"
    )
    odd = reading.items[4]
    assert (odd.reading, odd.sure) == ("The trust must review the access of Outpatients to records.", Sure.DOUBTFUL)
    assert "Its own words say must; the heading above says should." in odd.doubts
    # three legal requirements and the odd one are four: the report's own count agrees
    assert (reading.claims[0].number, reading.differences) == (4, ())


def test_items_run_together_on_one_line() -> None:
    midwives = "The trust must ensure that midwives are released for training. Regulation 18(2)(a)"
    triage = (
        "The service must ensure that women who call triage are answered within 15 minutes (Regulation 12(2)(a)(b))."
    )
    assert told(read("maternity_report_2023", date(2023, 3, 3))) == [
        ("MUST", midwives, ["RA2014 18(2)(a)"]),
        ("MUST", triage, ["RA2014 12(2)(a)", "RA2014 12(2)(b)"]),
        ("SHOULD", "The service should make its leaflets easier to read.", []),
        ("SHOULD", "The service should offer tours of the unit.", []),
    ]


def test_an_assessments_breaches_are_known_by_their_titles() -> None:
    reading = read("assessment_2025", date(2025, 6, 3))
    assert told(reading) == [("BREACH", "staffing", ["RA2014 18"]), ("BREACH", "person-centred care", ["RA2014 9"])]
    assert [(score.statement, score.score) for score in reading.scores] == [("Kindness, compassion and dignity", 3)]
    assert reading.action_plan_requested
    assert {i.place.service for i in reading.items} == {"urgent_emergency"}
    assert [span.item for span in reading.spans if span.role is Role.AGAIN] == [0]


def test_a_pasted_tracker() -> None:
    reading = read("tracker_2026", date(2026, 1, 5))
    assert told(reading) == [
        ("MUST", "Patients are triaged on arrival", ["RA2014 12(2)(a)"]),
        ("SHOULD", "Fewer cancelled operations", []),
    ]
    assert [i.place.service for i in reading.items] == ["urgent_emergency", "surgery"]


def test_warning_notices_have_a_day_each_and_conditions_are_told_apart() -> None:
    reading = read("letters_2019", date(2019, 1, 10))
    assert [(i.form, i.due_on) for i in reading.items] == [
        (Form.WARNING, date(2019, 2, 28)),
        (Form.WARNING, date(2019, 3, 31)),
        (Form.CONDITION, None),
        (Form.CONDITION, None),
    ]


def test_before_april_2015_the_regulations_of_2010_are_meant() -> None:
    reading = read("older_report_2014", date(2014, 7, 1))
    assert [regulations for _, _, regulations in told(reading)] == [["RA2010 22"], ["RA2010 13"], []]
    assert [i.form.name for i in reading.items] == ["MUST", "MUST", "SHOULD"]


def test_the_reports_own_count_is_held_against_ours() -> None:
    text = "We found five legal requirements.\nAction the trust MUST take to improve\n• The trust must staff wards.\n"
    assert read_report(text).differences == ("The report says “five legal requirements”; 1 must-dos were read.",)


def test_a_summary_that_is_said_again_is_marked_as_a_repeat() -> None:
    part = "Action the trust MUST take to improve\nSurgery\n• The trust must mark the site of each operation.\n"
    reading = read_report(part + "Our findings\nWe saw good care.\n" + part)
    assert [item.repeats for item in reading.items] == [None, 0]
    assert reading.count(Form.MUST) == 1


def test_free_sentences_count_only_where_there_is_no_list() -> None:
    letter = "Dear chief executive,\nThe trust must keep fire doors shut.\nThe trust should paint them.\nYours\n"
    assert [(i.form.name, i.sure) for i in read_report(letter).items] == [
        ("MUST", Sure.LIKELY),
        ("SHOULD", Sure.LIKELY),
    ]
    listed = "Action the trust MUST take to improve\n• The trust must keep doors shut.\nOur findings\n" + letter
    assert len(read_report(listed).items) == 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("damage", ["", *DAMAGES])
def test_every_shape_is_read_whole_and_damaged(shape: Shape, damage: str) -> None:
    for seed in range(5):
        report = write_report(
            shape, Random(seed), trust="Tarnmouth NHS Foundation Trust", site=SITE, on=date(2019, 9, 19)
        )
        text = DAMAGES[damage](report.text, Random(seed)) if damage else report.text
        reading = read_report(text, published_on=date(2019, 9, 19), sites=[SITE])
        expected = [(one.kind, " ".join(one.words.split()), list(one.regulations)) for one in report.expected]
        found = [(i.form.value, i.reading, [f"{c.number}{c.paragraph}" for c in i.regulations]) for i in reading.items]
        assert found == expected


PIECES = st.sampled_from(
    [
        "Action the trust MUST take to improve:", "Action the hospital SHOULD take to improve", "Areas for improvement",
        "• Ensure staff are trained.", "•", "1", "2.", "1. The trust must wash hands. Regulation 12(2)(h)", "Surgery",
        "The trust should ensure that lists are kept", "in line with the", "Trust-wide", "Regulated activity",
        "Regulation 18 HSCA (RA) Regulations 2014 Staffing", "How the regulation was not being met: nobody came.",
        "Requirement notices", "7 Marle General Hospital Quality Report 14/06/2016", "Marle General Hospital",
        "We found 2 breaches of the legal regulations in relation to staffing and good governance.", "Score: 2",
        "Ref\tMD/SD\tCQC requirement", "MD1\tMust\tKeep doors shut", "Section 29A Warning Notice", "", "\f", "  ",
        "Enforcement actions", "The trust must:", "• a\t• b", "\u00ad", "staﬀ", "We told five legal requirements.",
    ]
)  # fmt: skip
ANY_TEXT = st.lists(st.one_of(PIECES, PIECES, st.text(max_size=40)), max_size=25).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", " ", "\r", "\u2028"]).map(lambda end: end.join(lines))
)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_nothing_is_lost_and_nothing_invented(text: str) -> None:
    reading = read_report(text, published_on=date(2019, 9, 19))
    assert "".join(text[span.start : span.end] for span in reading.spans) == text
    assert [span.start for span in reading.spans[1:]] == [span.end for span in reading.spans[:-1]]
    for item in reading.items:
        own = [span for span in reading.spans if span.role is Role.ITEM and span.item == item.number]
        assert item.words == "".join(text[span.start : span.end] for span in own).strip()
        assert [(span.start, span.end) for span in own] == [(span.start, span.end) for span in item.spans]
    assert reading == read_report(text, published_on=date(2019, 9, 19))
