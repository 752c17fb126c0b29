"""Reading plans: what a version holds and how far it is, and what to propose for an inspection."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from tracker.accounts.models import User
from tracker.findings.models import Finding, Inspection
from tracker.people.access import Access
from tracker.people.models import Membership
from tracker.people.roles import Role
from tracker.plans.deriving import Found, Held, Proposed, propose
from tracker.plans.lifecycle import CLAIMED, Status
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan, ActionPlanQuerySet
from tracker.plans.queries import people_of_the_plan


def plans_with_counts(access: Access) -> ActionPlanQuerySet:
    """The plans the person may see, each with how many actions it holds and how many of them are done."""
    done = Count("actions", filter=Q(actions__status__in=CLAIMED))
    held = Count("actions", filter=~Q(actions__status=Status.SET_ASIDE))
    return ActionPlan.objects.visible_to(access).annotate(held=held, done=done)


@dataclass(frozen=True)
class Progress:
    """How many of a kind of action stand where."""

    kind: str
    total: int
    done: int  # claimed done, verified or sustained
    verified: int  # of those, verified or sustained
    overdue: int


def progress_of(actions: list[Action], today: date) -> list[Progress]:
    """Of must-dos, should-dos and the trust's own, in that order; kinds without an action are left out."""
    found = []
    for kind in sorted({_kind(action) for action in actions}):
        own = [one for one in actions if _kind(one) == kind and one.status != Status.SET_ASIDE]
        if own:
            found.append(
                Progress(
                    kind,
                    total=len(own),
                    done=sum(one.status in CLAIMED for one in own),
                    verified=sum(one.status in (Status.VERIFIED, Status.SUSTAINED) for one in own),
                    overdue=sum(one.status not in CLAIMED and one.due_on < today for one in own),
                )
            )
    order = {"MD": 0, "NO": 1, "CO": 2, "SD": 3}
    return sorted(found, key=lambda one: order.get(one.kind, 9))


def proposed_for(inspection: Inspection, today: date) -> tuple[list[Proposed], dict[int, Finding]]:
    """What to propose for the inspection's findings that no action answers, and those findings by id.

    Ask within the scope of somebody who sees the plan: to others every finding looks unanswered."""
    findings = Finding.objects.filter(inspection=inspection).without_action().select_related("service", "site")
    by_id = {finding.pk: finding for finding in findings}
    people = set(people_of_the_plan(inspection.trust_id, today).values_list("pk", flat=True))
    earlier = Action.objects.filter(trust_id=inspection.trust_id, owner__in=people, executive__in=people)
    earlier = earlier.exclude(status=Status.SET_ASIDE).order_by("-made_at", "-pk")
    found = [
        Found(one.pk, one.kind, one.words, one.service_id, one.regulation, improve_by=one.improve_by)
        for one in by_id.values()
    ]
    rows = earlier.values_list("service_id", "owner_id", "executive_id")
    lead, executive = (
        _holder(inspection, Role.IMPROVEMENT_LEAD, today),
        _holder(inspection, Role.ACCOUNTABLE_EXECUTIVE, today),
    )
    proposed = propose(
        found, published_on=inspection.published_on, today=today, earlier=[Held(*row) for row in rows],
        lead_id=lead, executive_id=executive,
    )  # fmt: skip
    return proposed, by_id


def people_by_id(trust_id: int, today: date) -> dict[int, User]:
    """Who may own or sponsor the trust's actions, by id, in the order of their names."""
    return {person.pk: person for person in people_of_the_plan(trust_id, today)}


def _holder(inspection: Inspection, role: Role, today: date) -> int | None:
    held = Membership.objects.in_force(today).filter(trust_id=inspection.trust_id, role=role, person__is_active=True)
    return held.order_by("valid_from", "pk").values_list("person_id", flat=True).first()


def _kind(action: Action) -> str:
    return action.reference.split("-")[-2]
