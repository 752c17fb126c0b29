"""What becomes of a form that was sent: saved, refused on its field with everything kept, or forbidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.urls import reverse

from tracker.problems import NotAllowed, Refused, Stale
from tracker.web.fields import CheckboxesField, TextField, VersionField
from tracker.web.refusals import FormAboutCare, FormKeyField, carry_out, theirs

KEY = "6f9f1f0e-0a64-4ad0-9d0e-6d1a8b0f4d11"
SENT = {"words": "Screening was late.", "wards": ["a", "b"], "version": "3", "form_key": KEY}


class WordsForm(FormAboutCare):
    words = TextField(label="Words")
    wards = CheckboxesField(label="Wards", choices=[("a", "Ward A"), ("b", "Ward B"), ("c", "Ward C")])
    version = VersionField()
    form_key = FormKeyField()


def send(save: Callable[[], HttpResponse], sent: dict[str, Any] | None = None) -> tuple[Any, WordsForm, Any]:
    request: Any = RequestFactory().post("/", SENT if sent is None else sent)
    form = WordsForm(request.POST)
    return carry_out(request, form, save), form, request


def refuse(refused: Refused) -> Callable[[], HttpResponse]:
    def save() -> HttpResponse:
        raise refused

    return save


def test_a_right_form_is_saved_once_and_answered_by_the_save() -> None:
    saved: list[str] = []

    def save() -> HttpResponse:
        saved.append("once")
        return redirect(reverse("today"))

    answer, _, request = send(save)
    assert (answer.status_code, saved) == (302, ["once"])
    assert not getattr(request, "refused", False)


def test_a_form_that_is_wrong_or_only_looked_at_saves_nothing() -> None:
    assert send(refuse(AssertionError("saved")), {**SENT, "words": ""})[0] is None  # type: ignore[arg-type]
    looked: Any = RequestFactory().get("/")
    assert carry_out(looked, WordsForm(), refuse(AssertionError("saved"))) is None  # type: ignore[arg-type]


def test_a_refusal_stands_on_its_field_and_keeps_what_was_typed_as_a_new_drawing() -> None:
    answer, form, request = send(refuse(Refused("Say more.", field="words")))
    assert answer is None
    assert request.refused, "nothing of the request may be kept"
    assert form.errors == {"words": ["Say more."]}
    assert (form["words"].value(), form["version"].value(), form["wards"].value()) == (
        "Screening was late.",
        "3",
        ["a", "b"],
    )
    assert form["form_key"].value() not in ("", None, KEY)
    assert theirs(form) == {}


def test_a_refusal_of_no_field_of_the_form_is_said_of_the_whole() -> None:
    assert send(refuse(Refused("Too late.", field="elsewhere")))[1].non_field_errors() == ["Too late."]


def test_somebody_else_having_saved_first_gives_their_version_and_loses_nothing() -> None:
    stands = {"version": "4", "words": "Theirs."}
    _, form, _ = send(refuse(Stale("Somebody saved first.", theirs=stands)))
    assert (form["version"].value(), form["words"].value()) == ("4", "Screening was late.")
    assert theirs(form) == stands


def test_what_a_person_may_not_do_is_forbidden() -> None:
    with pytest.raises(PermissionDenied):
        send(refuse(NotAllowed("No.")))
