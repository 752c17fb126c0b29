"""Reading the ledger: what is planned, what became of it, what needs a person, who may stand in for whom."""

from datetime import date
from hashlib import sha256

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.models import Membership
from tracker.people.roles import GRANTS, PLACES, Can, Place, Role
from tracker.reminders.models import Absence, CalendarFeed, OutboxMessage, Reminder

State = Reminder.State
_ROLES_OF_THE_PLAN = [role for role in Role if PLACES[role] is Place.TRUST and Can.SEE_PLANS in GRANTS[role]]


def messages_visible_to(access: Access) -> QuerySet[OutboxMessage]:
    """A person's own messages; all of them for whoever looks after the service.  The newest first."""
    messages = OutboxMessage.objects.select_related("person")
    if access.may(Can.SEE_OPERATIONS):
        return messages
    return messages.filter(person_id=access.person_id) if access.person_id else messages.none()


def reminders_visible_to(access: Access) -> QuerySet[Reminder]:
    """A person's own reminders and those of the plans they see; all for whoever looks after the service."""
    reminders = Reminder.objects.select_related("person", "stands_in_for", "trust").order_by("-pk")
    if access.may(Can.SEE_OPERATIONS):
        return reminders
    return reminders.filter(Q(trust_id__in=access.trusts(Can.SEE_PLANS)) | Q(person_id=access.person_id))


def needing_a_person(access: Access) -> QuerySet[Reminder]:
    """Reminders set aside after too many attempts, and those of which nobody knows whether they were sent."""
    return reminders_visible_to(access).filter(state__in=[State.FAILED, State.UNKNOWN])


def settleable_by(access: Access) -> QuerySet[Reminder]:
    """Of those that need a person, those whose fate `access` may decide: whoever looks after the service."""
    needing = needing_a_person(access)
    return needing if access.may(Can.SEE_OPERATIONS) else needing.none()


def ledger_by_state(access: Access) -> dict[str, int]:
    """How many reminders stand in each state."""
    counted = reminders_visible_to(access).order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in State} | dict(counted)


def deputies_for(access: Access, today: date) -> QuerySet[User]:
    """Who may stand in for the person of `access`: others, active, with a role at a trust of theirs that sees its
    plan; for staff of a region, their colleagues there."""
    own = Membership.objects.in_force(today).filter(person_id=access.person_id)
    held = Membership.objects.in_force(today).filter(person=OuterRef("pk"))
    at_trust = held.filter(trust_id__in=access.home_trust_ids, role__in=_ROLES_OF_THE_PLAN)
    in_region = held.filter(role=Role.REGIONAL_STAFF, region__in=own.filter(role=Role.REGIONAL_STAFF).values("region"))
    others = User.objects.filter(is_active=True).exclude(memberships__in=own)
    return others.filter(Exists(at_trust) | Exists(in_region)).order_by("name", "pk")


def absences_of(access: Access) -> QuerySet[Absence]:
    """When the person of `access` is, was and will be away."""
    return Absence.objects.filter(person_id=access.person_id).select_related("deputy")


def calendar_feed_of(access: Access) -> CalendarFeed | None:
    """The calendar address the person of `access` has, if they have one."""
    return CalendarFeed.objects.filter(person_id=access.person_id, ended_at=None).first()


def person_of_calendar(secret: str) -> User | None:
    """Whose calendar stands under an address; nobody's when it was revoked, or its person's account is disabled."""
    standing = CalendarFeed.objects.filter(digest=digest_of(secret), ended_at=None, person__is_active=True)
    feed = standing.select_related("person").first()
    return feed.person if feed else None


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
