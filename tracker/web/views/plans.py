"""The plans a person may see, and one version of one: what it holds, how far it is, and every move of it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from tracker.people.roles import Can
from tracker.plans.lifecycle import PlanState
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan
from tracker.plans.plan_queries import plans_with_counts, progress_of
from tracker.web.exports import download_links, list_file
from tracker.web.paging import one_page
from tracker.web.plan_words import (
    PLANS,
    clock_words,
    plan_action_rows,
    plan_href,
    plan_tag,
    progress_words,
    shown_plan_event,
)
from tracker.web.ratings_words import long_day
from tracker.web.requests import SignedInRequest, needs


def find_plan(request: SignedInRequest, plan: str) -> ActionPlan:
    """The version of a plan, where the person may see it: otherwise there is none."""
    visible = ActionPlan.objects.visible_to(request.access).select_related(
        "trust", "inspection", "made_by", "approved_by", "replaces"
    )
    found = visible.filter(reference=plan.upper()).first()
    if found is None:
        raise Http404
    return found


@needs(Can.SEE_PLANS)
def plans(request: SignedInRequest) -> HttpResponse:
    """Every version of every plan the person may see, the newest first."""
    found = plans_with_counts(request.access).select_related("trust", "inspection")
    if file := list_file(request, PLANS, found, as_at=request.moment.today):
        return file
    shown, pages = one_page(found, request.GET)
    today = request.moment.today
    rows = [
        {
            "reference": plan.reference,
            "href": plan_href(plan),
            "trust": plan.trust.name,
            "inspection": plan.inspection.title,
            "clock": clock_words(plan.inspection.published_on, today, plan.submitted_on)
            if plan.state in (PlanState.DRAFT, PlanState.APPROVED)
            else "",
            "done": f"{plan.done} of {plan.held}",  # type: ignore[attr-defined]  # counted by the query
            "state": plan_tag(plan.state),
        }
        for plan in shown
    ]
    return render(
        request,
        "tracker/plans/plans.jinja",
        {
            "rows": rows,
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "downloads": download_links(request),
            "makes_actions": bool(request.access.trusts(Can.MAKE_ACTIONS)),
        },
    )


@needs(Can.SEE_PLANS)
def plan(request: SignedInRequest, plan: str) -> HttpResponse:
    found, today = find_plan(request, plan), request.moment.today
    held = Action.objects.visible_to(request.access).filter(plans=found)
    actions = list(held.select_related("owner", "service", "key_question", "site").order_by("reference"))
    versions = ActionPlan.objects.visible_to(request.access).filter(inspection_id=found.inspection_id)
    return render(
        request,
        "tracker/plans/plan.jinja",
        {
            "plan": found,
            "state": plan_tag(found.state),
            "published": long_day(found.inspection.published_on),
            "clock": clock_words(found.inspection.published_on, today, found.submitted_on),
            "progress": [progress_words(one) for one in progress_of(actions, today)],
            "rows": plan_action_rows(actions, today),
            "approved_rows": list(found.rows.all()),
            "versions": [
                {"text": f"Version {one.number}", "href": plan_href(one), "state": plan_tag(one.state),
                 "current": one.pk == found.pk}
                for one in versions.order_by("-number")
            ],
            "steps": next_plan_steps(request, found),
            "events": [shown_plan_event(event) for event in found.events.select_related("by")],
        },
    )  # fmt: skip


def next_plan_steps(request: SignedInRequest, plan: ActionPlan) -> list[dict[str, Any]]:
    """The steps this person may take with the version as it stands."""
    makes = request.access.may(Can.MAKE_ACTIONS, plan.trust_id)
    approves = request.access.may(Can.APPROVE_PLANS, plan.trust_id) and plan.made_by_id != request.access.person_id
    steps = []
    if plan.state == PlanState.DRAFT and approves:
        steps.append({"name": "approve_plan", "text": "Approve"})
    if plan.state == PlanState.APPROVED and makes:
        steps.append({"name": "submit_plan", "text": "Record that it went to CQC"})
    if plan.state == PlanState.SUBMITTED and makes:
        steps.append({"name": "accept_plan", "text": "Record that CQC accepted it"})
    if plan.state not in (PlanState.DRAFT, PlanState.SUPERSEDED) and makes and not hasattr(plan, "replaced_by"):
        steps.append({"name": "next_plan_version", "text": "Draft a new version"})
    return steps
