"""The words, tones and numbers of plans on a page and in a file."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.urls import reverse

from tracker.plans.deriving import WRITTEN_PLAN_WITHIN, written_plan_due
from tracker.plans.lifecycle import PlanState
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan, PlanEvent
from tracker.plans.plan_queries import Progress
from tracker.reports.tables import CONFIDENTIAL_PLAN, Columns
from tracker.web.action_words import KIND_WORDS, action_href, days, due_note, moment_words, place_of_action, status_tag
from tracker.web.ratings_words import long_day, short_day

PLAN_TONES: Final = {
    PlanState.DRAFT: "grey",
    PlanState.APPROVED: "blue",
    PlanState.SUBMITTED: "yellow",
    PlanState.ACCEPTED: "green",
    PlanState.SUPERSEDED: "white",
}
_EVENT_WORDS: Final = {
    PlanState.DRAFT: "Drafted",
    PlanState.APPROVED: "Approved",
    PlanState.SUBMITTED: "Submitted to CQC",
    PlanState.ACCEPTED: "Accepted by CQC",
    PlanState.SUPERSEDED: "Superseded",
}


def plan_tag(state: str) -> dict[str, str]:
    return {"text": PlanState(state).label, "colour": PLAN_TONES[PlanState(state)]}


def plan_href(plan: ActionPlan) -> str:
    return reverse("plan", args=[plan.reference])


def clock_words(published_on: date, today: date, submitted_on: date | None = None) -> str:
    """How the 28 days for the written report of actions stand."""
    last = written_plan_due(published_on)
    within = f"{WRITTEN_PLAN_WITHIN.days} days"
    if submitted_on is not None:
        late = (submitted_on - last).days
        said = f"within the {within}" if late <= 0 else f"{days(late)} after the {within} had ended"
        return f"Sent to CQC on {long_day(submitted_on)}, {said}."
    left = (last - today).days
    if left < 0:
        return f"The {within} for the written plan ended on {long_day(last)}, {days(-left)} ago."
    if left == 0:
        return f"The {within} for the written plan end today, {long_day(last)}."
    return f"The written plan is due by {long_day(last)}, {within} from publication: {days(left)} left."


def progress_words(one: Progress) -> dict[str, Any]:
    """One kind's progress as a sentence."""
    kind = KIND_WORDS.get(one.kind, "Other").lower()
    late = f", {one.overdue} overdue" if one.overdue else ""
    return {
        "kind": kind[:1].upper() + kind[1:],
        "text": f"{one.done} of {one.total} done, {one.verified} of them verified{late}",
        "done": one.done,
        "total": one.total,
    }


def plan_action_rows(actions: Iterable[Action], today: date) -> list[dict[str, Any]]:
    """What a plan's page shows of each action it holds."""
    return [
        {
            "reference": action.reference,
            "href": action_href(action),
            "title": action.title,
            "place": place_of_action(action),
            "owner": str(action.owner),
            "due": short_day(action.due_on),
            "due_note": due_note(action, today),
            "status": status_tag(action.status),
        }
        for action in actions
    ]


def shown_plan_event(event: PlanEvent) -> dict[str, str]:
    new_version = event.state_after == PlanState.DRAFT and event.why
    return {
        "title": "New version drafted" if new_version else _EVENT_WORDS[PlanState(event.state_after)],
        "date": moment_words(event.at),
        "datetime": event.at.isoformat(),
        "by": str(event.by),
        "text": event.why,
    }


PLANS: Final = Columns[ActionPlan](
    title="Plans",
    stem="plans",
    values={
        "Plan": lambda plan: plan.reference,
        "Version": lambda plan: plan.number,
        "Trust code": lambda plan: plan.trust.code,
        "Trust": lambda plan: plan.trust.name,
        "Inspection": lambda plan: plan.inspection.title,
        "Published": lambda plan: plan.inspection.published_on,
        "Written plan due": lambda plan: written_plan_due(plan.inspection.published_on),
        "Status": lambda plan: PlanState(plan.state).label,
        "Actions": lambda plan: plan.held,  # type: ignore[attr-defined]  # counted by `plans_with_counts`
        "Done": lambda plan: plan.done,  # type: ignore[attr-defined]
        "Submitted": lambda plan: plan.submitted_on,
        "Accepted": lambda plan: plan.accepted_on,
    },
    licence=CONFIDENTIAL_PLAN,
)
