"""Form fields: what is typed comes back as typed, mistakes say what to do, every message leads to its control."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.web.page import Page
from tracker.web.fields import CheckboxesField, DateField, RadiosField, SelectField, TextField, VersionField
from tracker.web.forms_base import FilterForm, Form
from tracker.web.gallery import SampleForm, sample_form

SENT = {
    "title": "Sepsis screening",
    "reason": "Screening was late",
    "owner": "1",
    "must": "must",
    "agreed": "on",
    "due_day": "30",
    "due_month": "11",
    "due_year": "2026",
    "version": "4",
}


class DueForm(Form):
    due = DateField(label="Due date")


def due(day: str, month: str, year: str) -> DueForm:
    return DueForm(data={"due_day": day, "due_month": month, "due_year": year})


def drawn(form: Form) -> Page:
    return Page(form.error_summary() + "".join(f.as_field_group() for f in form.visible_fields()))


def test_a_right_form_gives_its_values_and_no_summary() -> None:
    form = SampleForm(data={**SENT, "questions": ["Safe", "Caring"]})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["due"] == date(2026, 11, 30)
    assert form.cleaned_data["questions"] == ["Safe", "Caring"]
    assert form.cleaned_data["version"] == 4
    assert form.error_summary().strip() == ""


def test_every_line_of_the_summary_leads_to_a_control_that_carries_its_message() -> None:
    form = sample_form(with_errors=True)
    page = drawn(form)
    links = [e for e in page.all("a") if "ul" in e.ancestors]
    assert [e.text for e in links] == [
        "Enter a title",
        "Select an owner",
        "Select whether this is a must do or a should do",
        "Confirm that the executive has agreed",
        "Due date must be a real date",
    ]
    controls = {e.get("id"): e for e in page.all("input", "select", "textarea")}
    for link in links:
        assert link.get("href").removeprefix("#") in controls
    assert "sent_title-error" in controls["sent_title"].get("aria-describedby")


def test_what_was_typed_is_kept_when_the_form_comes_back() -> None:
    page = drawn(
        SampleForm(data={**SENT, "title": "", "reason": "<b>kept</b>", "due_day": "31", "questions": ["Safe"]})
    )
    values = {e.get("name"): e.get("value") for e in page.all("input") if e.get("type") == "text"}
    assert values["due_day"] == "31"
    assert page.all("textarea")[0].text == "<b>kept</b>"
    assert page.all("b") == []
    assert [e.get("value") for e in page.all("input") if "checked" in e.attributes] == ["must", "Safe", "on"]
    assert [e.text for e in page.all("option") if "selected" in e.attributes] == ["Asha Patel"]


def test_every_control_has_a_label_and_every_group_a_legend() -> None:
    page = drawn(SampleForm())
    labelled = {e.get("for") for e in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        assert control.get("id") in labelled
    assert [e.text for e in page.all("legend")] == [
        "Must do or should do",
        "Key questions (optional)",
        "Due date",
    ]


def test_optional_fields_say_so_except_in_a_filter_where_all_are() -> None:
    class Search(FilterForm):
        name = TextField(label="Name", required=False)

    class Details(Form):
        name = TextField(label="Name", required=False)

    assert [e.text for e in drawn(Search()).all("label")] == ["Name"]
    assert [e.text for e in drawn(Details()).all("label")] == ["Name (optional)"]


def test_a_password_is_never_printed_back() -> None:
    class SignIn(Form):
        password = TextField(label="Password", kind="password")

    assert "hunter2" not in SignIn(data={"password": "hunter2"})["password"].as_field_group()


@pytest.mark.parametrize("field", ["owner", "must"])
def test_a_choice_that_was_never_offered_is_refused(field: str) -> None:
    form = SampleForm(data={**SENT, field: "99"})
    assert not form.is_valid()
    assert list(form.errors) == [field]


@given(st.dates(min_value=date(1000, 1, 1)))
def test_any_real_date_comes_back_as_itself(day: date) -> None:
    form = due(str(day.day), str(day.month), str(day.year))
    assert form.is_valid()
    assert form.cleaned_data["due"] == day


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_whatever_is_typed_gives_a_date_or_a_message_and_never_an_exception(day: str, month: str, year: str) -> None:
    form = due(day, month, year)
    assert form.is_valid() or all(str(text) for text in form.errors["due"])
    assert form["due"].as_field_group()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "", ""), "Enter due date"),
        (("30", "", ""), "Due date must include a month and year"),
        (("", "11", "2026"), "Due date must include a day"),
        (("31", "2", "2026"), "Due date must be a real date"),
        (("29", "2", "2027"), "Due date must be a real date"),
        (("٣", "2", "2026"), "Due date must be a real date"),
        (("-1", "2", "2026"), "Due date must be a real date"),
        (("1", "2", "26"), "Due date must include a year of four figures"),
    ],
)
def test_a_date_that_is_not_one_says_what_is_wrong(typed: tuple[str, str, str], said: str) -> None:
    assert due(*typed).errors["due"] == [said]


def test_a_date_shown_and_sent_back_has_not_changed() -> None:
    sent: dict[str, Any] = {"due_day": "3", "due_month": "5", "due_year": "2026"}
    assert not DueForm(data=sent, initial={"due": date(2026, 5, 3)}).has_changed()
    assert DueForm(data=sent, initial={"due": date(2026, 5, 4)}).has_changed()


def test_the_first_empty_part_of_a_date_takes_the_focus() -> None:
    assert due("3", "", "2026").error_list()[0]["href"] == "#id_due_month"


def test_errors_of_the_whole_form_and_of_hidden_fields_are_said_without_a_link() -> None:
    class Pair(Form):
        version = VersionField()

        def clean(self) -> None:
            raise_for = self.cleaned_data
            if raise_for is not None:
                self.add_error(None, "Somebody changed this since you opened it")

    lines = Pair(data={"version": "x"}).error_list()
    assert lines == [{"text": "Somebody changed this since you opened it"}, {"text": "Enter a whole number."}]


def test_hostile_labels_choices_and_messages_stay_text() -> None:
    bad = "<script>alert(1)</script>\"'>"

    class Hostile(Form):
        one = TextField(label=bad, help_text=bad, missing=bad)
        two = SelectField(label=bad, choices=[(bad, bad)])
        three = RadiosField(label=bad, choices=[(bad, bad)], hints={bad: bad})
        four = CheckboxesField(label=bad, choices=[(bad, bad)])

    assert drawn(Hostile(data={"one": "", "two": bad})).all("script") == []
