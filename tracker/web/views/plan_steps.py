"""The steps of a plan: approved by somebody else, sent to CQC, accepted, and drafted anew."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tracker.people.roles import Can
from tracker.plans import planning
from tracker.plans.plan_models import ActionPlan
from tracker.web.forms_plans import DatedPlanStepForm, PlanStepForm
from tracker.web.plan_words import plan_href
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless
from tracker.web.views.plans import find_plan


@needs(Can.SEE_PLANS)
def approve_plan(request: SignedInRequest, plan: str) -> HttpResponse:
    found = find_plan(request, plan)
    refuse_unless(request.access.may(Can.APPROVE_PLANS, found.trust_id))
    refuse_unless(found.made_by_id != request.access.person_id)
    return _step(
        request, found, PlanStepForm, planning.approve_plan, needed=Can.APPROVE_PLANS,
        title=f"Approve {found.reference}", asks="On what grounds you approve it", button="Approve the plan",
        intro="The words of every action, its owner and its date are kept as they are now.", done="approved",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def submit_plan(request: SignedInRequest, plan: str) -> HttpResponse:
    return _step(
        request, find_plan(request, plan), DatedPlanStepForm, planning.submit_plan, needed=Can.MAKE_ACTIONS,
        title="Record that the plan went to CQC", asks="How it was sent, and to whom", button="Save",
        intro="Turnaround sends nothing to CQC: record what you sent.", done="recorded as sent to CQC",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def accept_plan(request: SignedInRequest, plan: str) -> HttpResponse:
    return _step(
        request, find_plan(request, plan), DatedPlanStepForm, planning.accept_plan, needed=Can.MAKE_ACTIONS,
        title="Record that CQC accepted the plan", asks="How CQC told you", button="Save",
        intro="", done="recorded as accepted",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def next_plan_version(request: SignedInRequest, plan: str) -> HttpResponse:
    found = find_plan(request, plan)
    return _step(
        request, found, PlanStepForm, planning.draft_next_version, needed=Can.MAKE_ACTIONS,
        title=f"Draft a new version of {found.reference}", asks="Why there is a new version", button="Draft it",
        intro="It holds what this version holds and every action made for the inspection since. This version stays "
        "in force until the new one is approved, and is kept after.", done="drafted",
    )  # fmt: skip


def _step(
    request: SignedInRequest,
    found: ActionPlan,
    form_class: type[PlanStepForm],
    operation: Callable[..., ActionPlan],
    *,
    needed: Can,
    title: str,
    asks: str,
    button: str,
    intro: str,
    done: str,
) -> HttpResponse:
    refuse_unless(request.access.may(needed, found.trust_id))
    form = form_class(request.POST or None, initial={"on": request.moment.today})
    form.ask(asks)

    def save() -> HttpResponse:
        moved = operation(found, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{moved.reference} {done}.")
        return redirect(plan_href(moved))

    context = {"form": form, "plan": found, "title": title, "button_text": button, "intro": intro}
    return carry_out(request, form, save) or render(request, "tracker/plans/step.jinja", context)
