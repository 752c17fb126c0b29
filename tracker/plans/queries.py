"""Reading plans: what a person owes today, who may be given an action, what happened to one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.models import Membership
from tracker.people.roles import GRANTS, PLACES, Can, Place, Role
from tracker.plans.lifecycle import Status
from tracker.plans.models import Action, ActionEvent, ProgressUpdate

DUE_SOON = timedelta(days=14)

_ROLES_OF_THE_PLAN = [role for role in Role if PLACES[role] is Place.TRUST and Can.SEE_PLANS in GRANTS[role]]


def people_of_the_plan(trust_id: int, today: date) -> QuerySet[User]:
    """Those who may own or sponsor the trust's actions: active, with a role there that sees its plan.

    A peer mentor holds a role at the trust and sees nothing of its plan, so could not work on an action."""
    held = Membership.objects.in_force(today).filter(
        person=OuterRef("pk"), trust_id=trust_id, role__in=_ROLES_OF_THE_PLAN
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


@dataclass(frozen=True)
class OwedToday:
    """What one person owes, by why it matters now.  An action stands in the first list that fits it, and each
    list is one queryset: its count is that queryset's `.count()`, so the two cannot differ."""

    reopened: QuerySet[Action]
    overdue: QuerySet[Action]
    due_soon: QuerySet[Action]  # due today or within 14 days

    @property
    def every(self) -> dict[str, QuerySet[Action]]:
        return {"reopened": self.reopened, "overdue": self.overdue, "due_soon": self.due_soon}


def owed_today(access: Access, today: date) -> OwedToday:
    """What the person of `access` owes today; nothing for the service itself, which is nobody."""
    own = Action.objects.visible_to(access).select_related("trust", "service", "key_question", "site")
    own = own.none() if access.person_id is None else own.owned_by(access.person_id)
    rest = own.exclude(status=Status.REOPENED)
    return OwedToday(
        reopened=own.filter(status=Status.REOPENED),
        overdue=rest.overdue(today),
        due_soon=rest.due_by(today + DUE_SOON).filter(due_on__gte=today),
    )


@dataclass(frozen=True)
class Entry:
    """One thing that happened to an action.  `by` is null where the service acted by itself; `rating_change_id`
    names the change of rating that made it."""

    at: datetime
    kind: str  # a value of ActionEvent.Kind
    words: str
    by: User | None
    on_behalf_of: User | None = None
    status_before: str = ""
    status_after: str = ""
    rating_change_id: int | None = None


def timeline(action: Action, access: Access) -> list[Entry]:
    """Everything that happened to the action, the newest first: updates, moves, and what rating changes led to.

    An update's own event says again when and by whom, so it lends its kind and is not listed twice."""
    trusts = access.trusts(Can.SEE_PLANS)
    updates = ProgressUpdate.objects.filter(action=action, trust_id__in=trusts)
    events = ActionEvent.objects.filter(action=action, trust_id__in=trusts)
    entries = [
        (
            event.at,
            event.pk,
            Entry(
                event.at,
                event.kind,
                event.why,
                event.by,
                status_before=event.status_before,
                status_after=event.status_after,
                rating_change_id=event.rating_change_id,
            ),
        )
        for event in events.filter(progress=None).select_related("by")
    ]
    entries += [
        (
            update.at,
            update.event.pk,
            Entry(
                update.at,
                update.event.kind,
                update.words,
                update.by,
                update.on_behalf_of,
                status_before=update.status_before,
                status_after=update.status_after,
            ),
        )
        for update in updates.select_related("by", "on_behalf_of", "event")
    ]
    return [entry for _, _, entry in sorted(entries, key=lambda one: one[:2], reverse=True)]
