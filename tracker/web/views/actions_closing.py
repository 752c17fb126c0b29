"""The steps by which an action is closed, or is not: verify, sustain, set aside, open again; and editing its texts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from tracker.people.roles import Can
from tracker.plans import closing, editing
from tracker.plans.closing_models import Evidence
from tracker.plans.lifecycle import MOVES, Status
from tracker.plans.models import Action
from tracker.plans.queries import why_may_not_verify
from tracker.plans.writing import may_move, may_work_on
from tracker.web.action_pages import find_action, step
from tracker.web.forms_base import Form
from tracker.web.forms_closing import EditForm, ReopenForm, SetAsideForm, SustainForm, VerifyForm
from tracker.web.ratings_words import long_day
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless


def may_verify(request: SignedInRequest, action: Action) -> bool:
    """Entitled, and another than those who own it or spoke of it."""
    person_id = request.access.person_id
    entitled = request.access.may(Can.VERIFY_ACTIONS, action.trust_id)
    return entitled and person_id is not None and not why_may_not_verify(action, person_id)


def next_steps(request: SignedInRequest, action: Action) -> list[dict[str, str]]:
    """The steps this person may take with the action as it stands, besides recording progress."""
    status, steps = Status(action.status), []
    if status == Status.DONE and may_verify(request, action):
        steps.append({"text": "Verify that it is done", "name": "verify_action"})
    if status == Status.VERIFIED and may_verify(request, action):
        steps.append({"text": "Say that it has held", "name": "sustain_action"})
    if may_work_on(action, request.access):
        steps.append({"text": "Edit the texts", "name": "edit_action"})
    closed = status not in (Status.DONE, Status.REOPENED) and (status, Status.REOPENED) in MOVES
    if closed and may_move(action, request.access, Status.REOPENED):  # a done one by recording progress
        steps.append({"text": "Open it again", "name": "reopen_action"})
    if (status, Status.SET_ASIDE) in MOVES and request.access.may(Can.MAKE_ACTIONS, action.trust_id):
        steps.append({"text": "Set it aside", "name": "set_action_aside"})
    return steps


@needs(Can.SEE_PLANS)
def verify_action(request: SignedInRequest, reference: str) -> HttpResponse:
    """Somebody other than the owner says that it is done.  Who may not is told why."""
    found = find_action(request, reference)
    refuse_unless(request.access.may(Can.VERIFY_ACTIONS, found.trust_id) and request.access.person_id is not None)
    relied_on = Evidence.objects.visible_to(request.access).filter(action=found).current().readable()
    form = VerifyForm(
        request.POST or None,
        evidence=relied_on.filter(dated_on__gte=found.delivered_on) if found.delivered_on else relied_on.none(),
        initial={"version": found.version},
    )

    def save() -> HttpResponse:
        closing.verify_action(found, by=request.access, now=request.moment.now, **form.given)
        return _gone(request, found, "verified. It now has to hold")

    if why := why_may_not_verify(found, request.access.person_id or 0):
        refuse_unless(request.method != "POST")
        return render(request, "tracker/actions/not_yours.jinja", {"action": found, "why": why})
    return carry_out(request, form, save) or step(
        request, found, form, title=f"Verify {found.reference}", button="Verify",
        intro="Verify only what you or a patient or carer have seen, where it happens if you can.",
        facts=_claimed(found),
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def sustain_action(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    refuse_unless(request.access.may(Can.VERIFY_ACTIONS, found.trust_id))
    form = SustainForm(request.POST or None, initial={"version": found.version})

    def save() -> HttpResponse:
        closing.sustain_action(found, by=request.access, now=request.moment.now, **form.given)
        return _gone(request, found, "complete and embedded")

    return carry_out(request, form, save) or step(
        request, found, form, title=f"Say that {found.reference} has held", button="Save", facts=_claimed(found)
    )


@needs(Can.SEE_PLANS)
def set_action_aside(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    refuse_unless(request.access.may(Can.MAKE_ACTIONS, found.trust_id))
    form = SetAsideForm(request.POST or None, initial={"version": found.version})

    def save() -> HttpResponse:
        closing.set_action_aside(found, by=request.access, now=request.moment.now, **form.given)
        return _gone(request, found, "set aside. It stays in the plan with its reason")

    return carry_out(request, form, save) or step(
        request, found, form, title=f"Set {found.reference} aside", button="Set aside",
        intro="Work on it stops, nobody is reminded of it, and it can be opened again.",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def reopen_action(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    refuse_unless(may_move(found, request.access, Status.REOPENED))
    form = ReopenForm(request.POST or None)

    def save() -> HttpResponse:
        closing.reopen_action(found, by=request.access, now=request.moment.now, **form.given)
        return _gone(request, found, "open again")

    return carry_out(request, form, save) or step(
        request, found, form, title=f"Open {found.reference} again", button="Open again", facts=_claimed(found)
    )


@needs(Can.SEE_PLANS)
def edit_action(request: SignedInRequest, reference: str) -> HttpResponse:
    """The action's texts.  What somebody else changed meanwhile stands; where both changed one, both are shown."""
    found = find_action(request, reference)
    refuse_unless(may_work_on(found, request.access))
    form = EditForm(request.POST or None, initial={**editing.texts_of(found), "version": found.version})

    def save() -> HttpResponse:
        given = form.given
        rest = {name: given.pop(name) for name in ("version", "nhs_number_checked")}
        editing.edit_action(found, by=request.access, now=request.moment.now, texts=given, **rest)
        return _gone(request, found, "saved")

    answer = carry_out(request, form, save)
    return answer or step(request, found, form, title=f"Edit {found.reference}", button="Save", both=_clashes(form))


def _clashes(form: Form) -> list[dict[str, str]]:
    """Both texts of each field that two people changed; the form takes on what else has been changed since."""
    clash = form.refused
    if not isinstance(clash, editing.Clash):
        return []
    sent: MultiValueDict[str, Any] = form.data.copy()  # type: ignore[attr-defined]
    for name, text in clash.merged.items():
        sent[name] = text
    form.data = sent
    return [
        {"label": label, "by": clash.theirs["by"], "theirs": clash.theirs[name], "mine": clash.merged[name]}
        for name, label in editing.LABELS.items()
        if name in clash.theirs
    ]


def _claimed(action: Action) -> list[tuple[str, str]]:
    """What was said when it was done, and by whom it was verified."""
    facts = [("Owner", str(action.owner))]
    if action.delivered_on:
        facts.append(("Delivered, the owner says", long_day(action.delivered_on)))
    if action.verified_on:
        facts.append(("Verified", f"{long_day(action.verified_on)} by {action.verified_by}"))
    return facts


def _gone(request: SignedInRequest, action: Action, said: str) -> HttpResponse:
    messages.success(request, f"{action.reference} is {said}.")
    return redirect("action", action.reference)
