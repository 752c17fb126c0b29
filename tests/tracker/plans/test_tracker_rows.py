"""Trackers as trusts keep them: what each column and cell is read as, and what is said of what cannot be."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tracker.plans.tracker_rows import (
    Column,
    Known,
    TrackerRow,
    UnreadableTracker,
    guess_columns,
    read_pasted,
    read_rows,
)

patiently = examples(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly

TODAY = date(2026, 1, 12)
PASTED = (
    "Improvement tracker, January\n"
    "Ref\tMD/SD\tCore service\tRegulation\tCQC requirement\tAction\tExec lead\tAction owner\tOriginal due\tRevised due"
    "\tBRAG\tEvidence\tAssurance / forum\n"
    "MD01\tMust\tMedicine\t18(1)\tEnough nurses at night\tRecruit 24 nurses\tDr Ann Lee\tBo Marsh\t31/03/2026"
    "\t30/06/2026\tAmber\tStaffing reports\tNursing Board\n"
    "MD02\tMust\tUEC\t12(2)(a)\tTriage in 15 minutes\tNew triage model\tAnn Lee\t\t28/02/2026\t\tGreen\t\t\n"
    'SD01\tShould\tWard 9\t\tFewer cancelled operations\t"Theatre\nprogramme"\tAnn Lee\tNobody Known\t01/01/2026\t'
    "\tPuce\t\t\n"
    "SD01\tShould\tTrust-wide\t\tLearning\tShare learning\tAnn Lee\t\tend of May 2026\t\tBlue\tSlides\t\n"
)
KNOWN = Known(
    people={"ann lee": 1, "bo marsh": 2},
    services={"medical care": 10, "urgent and emergency services": 11},
    references=frozenset({"md99"}),
    lead_id=2,
    executive_id=1,
)


def read(text: str = PASTED, known: Known = KNOWN) -> list[TrackerRow]:
    sheet = read_pasted(text)
    columns = guess_columns(sheet.headings)
    rows = [
        {column.value: cell for column, cell in zip(columns, row, strict=True) if column is not None}
        for row in sheet.rows
    ]
    return read_rows(rows, known, TODAY)


def test_the_headings_of_a_board_paper_are_known() -> None:
    assert guess_columns(read_pasted(PASTED).headings) == [
        Column.REFERENCE, Column.KIND, Column.SERVICE, Column.REGULATION, Column.REQUIREMENT, Column.TITLE,
        Column.EXECUTIVE, Column.OWNER, Column.ORIGINAL_DUE, Column.DUE, Column.STATUS, Column.EVIDENCE, Column.FORUM,
    ]  # fmt: skip


def test_a_right_row_is_read_whole() -> None:
    row = read()[0]
    assert (row.title, row.requirement, row.reference) == ("Recruit 24 nurses", "Enough nurses at night", "MD01")
    assert (row.kind, row.service_id, row.owner_id, row.executive_id) == ("MD", 10, 2, 1)
    assert (row.due_on, row.original_due_on, row.status) == (date(2026, 6, 30), date(2026, 3, 31), "at_risk")
    assert row.notes == ["Regulation: 18(1)", "Evidence: Staffing reports", "Assurance or forum: Nursing Board"]
    assert not row.errors


def test_each_wrong_cell_says_what_to_do() -> None:
    _, no_owner, wrong, twice = read()
    assert no_owner.errors == {"owner": "A must-do needs an owner. Select one."}
    assert set(wrong.errors) == {"owner", "service", "due", "status"}
    assert wrong.errors["due"] == "This date has passed. Enter the day by which it will be done."
    assert wrong.original_due_on == date(2026, 1, 1)
    assert wrong.title == "Theatre programme"
    assert set(twice.errors) == {"reference"}
    assert (twice.owner_id, twice.due_on, twice.service_id) == (2, date(2026, 5, 31), None)
    assert twice.said_complete
    assert twice.status == "on_track"


def test_a_reference_that_is_there_already_is_named() -> None:
    assert "already" in read(PASTED.replace("MD02", "MD99"))[1].errors["reference"]


@pytest.mark.parametrize(
    ("said", "status", "complete"),
    [
        ("Not started", "not_started", False), ("RED - overdue", "off_track", False), ("Amber", "at_risk", False),
        ("In progress", "on_track", False), ("Closed", "on_track", True), ("Not complete", "on_track", False),
        ("GREEN", "on_track", False), ("Blue", "on_track", True), ("Off track", "off_track", False),
    ],
)  # fmt: skip
def test_statuses_in_the_words_of_trusts(said: str, status: str, complete: bool) -> None:
    row = read(PASTED.replace("Amber", said))[0]
    assert (row.status, row.said_complete) == (status, complete)


def test_what_a_trust_said_of_a_heading_goes_before_the_guess() -> None:
    headings = ["Ref", "Action", "Lead", "Comments"]
    assert guess_columns(headings, {"lead": "executive", "ref": ""}) == [None, Column.TITLE, Column.EXECUTIVE, None]


@pytest.mark.parametrize("text", ["", "nothing\nhere", "Action,Owner,Due\n", "Ref\tOwner\n1\tAnn"])
def test_what_is_no_table_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UnreadableTracker, match=r"\."):
        read_pasted(text)


def test_commas_and_semicolons_do_as_well() -> None:
    for mark in ",;":
        assert read_pasted(mark.join(["Action", "Owner"]) + "\n" + mark.join(["Wash", "Ann"])).rows == (
            ("Wash", "Ann"),
        )


CELLS = st.sampled_from(["", "Must", "MD01", "Ann Lee", "31/02/2026", "Blue", "Surgery"]) | st.text(max_size=8)


@patiently
@given(st.lists(st.dictionaries(st.sampled_from([c.value for c in Column]), CELLS, max_size=6), max_size=4))
def test_any_cells_at_all_are_read_or_said_to_be_wrong(rows: list[dict[str, str]]) -> None:
    for row in read_rows(rows, KNOWN, TODAY):
        if not row.errors:
            assert row.title
            assert row.owner_id
            assert row.executive_id
            assert row.due_on is not None
            assert row.due_on >= TODAY


@patiently
@given(st.text(alphabet='Action\tOwner,;"\n 1é', max_size=200))
def test_any_text_is_a_table_or_is_refused(text: str) -> None:
    try:
        sheet = read_pasted(text)
    except UnreadableTracker:
        return
    assert all(len(row) == len(sheet.headings) for row in sheet.rows)


def test_marks_and_line_ends_of_other_machines_make_no_difference() -> None:
    assert read_pasted("\ufeff" + PASTED.replace("\n", "\r\n")) == read_pasted(PASTED)
