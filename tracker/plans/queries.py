"""Reading plans: what a person owes today, who may be given an action, what happened to one."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.accounts.models import User
from tracker.measures.queries import holding_since
from tracker.people.access import Access
from tracker.people.models import Assignment, Membership
from tracker.people.roles import GRANTS, PLACES, Can, Place, Role
from tracker.plans.closing_models import EvidenceKind
from tracker.plans.forecast import Kept
from tracker.plans.lifecycle import CLAIMED, Status
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action, ActionEvent, ActionQuerySet, ProgressUpdate
from tracker.plans.sustaining import Holding

DUE_SOON = timedelta(days=14)

_ROLES_OF_THE_PLAN = [role for role in Role if PLACES[role] is Place.TRUST and Can.SEE_PLANS in GRANTS[role]]


def people_of_the_plan(trust_id: int, today: date) -> QuerySet[User]:
    """Those who may own or sponsor the trust's actions: active, with a role there that sees its plan.

    A peer mentor holds a role at the trust and sees nothing of its plan, so could not work on an action."""
    held = Membership.objects.in_force(today).filter(
        person=OuterRef("pk"), trust_id=trust_id, role__in=_ROLES_OF_THE_PLAN
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


def last_claim(action: Action) -> ProgressUpdate | None:
    """The update by which it was last said to be done."""
    return action.updates.filter(status_after=Status.DONE).order_by("-pk").first()


def why_may_not_verify(action: Action, person_id: int) -> str:
    """Why this person, though entitled, must leave it to another; empty when they need not.

    The database holds the same (`verification_by_another`)."""
    if person_id == action.owner_id:
        return "You own this action, so somebody else verifies it."
    owned = Assignment.objects.filter(
        object_kind="action", object_id=action.pk, duty=Assignment.Duty.OWNER, person_id=person_id
    )
    if owned.exists():
        return "You owned this action, so somebody else verifies it."
    if action.updates.filter(Q(by=person_id) | Q(on_behalf_of=person_id)).exists():
        return "You recorded progress on this action, or it was recorded for you, so somebody else verifies it."
    return ""


def to_verify(access: Access) -> ActionQuerySet:
    """Done actions that this person may verify."""
    person_id = access.person_id
    if person_id is None:
        return Action.objects.none()
    owned = Assignment.objects.filter(
        object_kind="action", object_id=OuterRef("pk"), duty=Assignment.Duty.OWNER, person_id=person_id
    )
    spoken = ProgressUpdate.objects.filter(Q(by=person_id) | Q(on_behalf_of=person_id), action=OuterRef("pk"))
    done = Action.objects.filter(status=Status.DONE, trust_id__in=access.trusts(Can.VERIFY_ACTIONS))
    return done.exclude(owner_id=person_id).exclude(Exists(owned)).exclude(Exists(spoken))


def holding_of(action: Action) -> Holding:
    """What is known of a verified action since it was verified."""
    if action.verified_on is None:
        raise ValueError(f"{action.reference} is not verified")
    audits = action.evidence.current().readable().filter(kind__in=[EvidenceKind.AUDIT, EvidenceKind.DATA])
    newest = audits.order_by("-dated_on").values_list("dated_on", flat=True).first()
    links = ActionMeasure.objects.filter(action=action).in_force().select_related("measure")
    held = {link.measure.name: holding_since(link.measure, action.verified_on) for link in links}
    return Holding(
        action.verified_on,
        points=min((one.points for one in held.values()), default=None),
        concern=next((name for name, one in held.items() if one.concern is not None), ""),
        reaudited_on=newest,
    )


def record_of(trust_id: int) -> list[Kept]:
    """The trust's own record: what it finished, when that was promised, for when, and when it was delivered."""
    finished = Action.objects.filter(trust_id=trust_id, status__in=CLAIMED).order_by("delivered_on")
    return [
        Kept(made_at.date(), promised_for, delivered_on)
        for made_at, promised_for, delivered_on in finished.values_list("made_at", "original_due_on", "delivered_on")
        if delivered_on is not None
    ]


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
    changes: dict[str, list[str]] = field(default_factory=dict)  # before and after, by what changed
    finding_id: int | None = None


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
                event.on_behalf_of,
                status_before=event.status_before,
                status_after=event.status_after,
                rating_change_id=event.rating_change_id,
                changes=event.changes,
                finding_id=event.finding_id,
            ),
        )
        for event in events.filter(progress=None).select_related("by", "on_behalf_of")
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
