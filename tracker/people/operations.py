"""Making people and giving them roles."""

from datetime import date, datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.models import Membership
from tracker.people.roles import PLACES, Can, Place, Role
from tracker.problems import NotAllowed, Refused
from tracker.trusts.models import Region, System, Trust


@transaction.atomic
def add_person(email: str, *, name: str, job_title: str = "", password: str, by: Access, now: datetime) -> User:
    """A person who may sign in.  Raises Refused when somebody already has the address."""
    if not by.may(Can.MANAGE_PEOPLE):
        raise NotAllowed("Only a system administrator can add people.")
    if User.objects.filter(email=email.lower()).exists():
        raise Refused(f"Somebody already signs in with {email}. Give that person the role.", field="email")
    return User.objects.create_user(email, password, name=name, job_title=job_title, joined_at=now)


@transaction.atomic
def give_role(
    person: User,
    role: Role,
    *,
    by: Access,
    now: datetime,
    since: date,
    trust: Trust | None = None,
    system: System | None = None,
    region: Region | None = None,
) -> Membership:
    """The person holds `role` from the day `since`, at the kind of organisation the role belongs to."""
    if not by.may(Can.MANAGE_PEOPLE):
        raise NotAllowed("Only a system administrator can give roles.")
    given = {Place.TRUST: trust, Place.SYSTEM: system, Place.REGION: region}
    wanted = PLACES[role]
    named = {place for place, organisation in given.items() if organisation is not None}
    if named != ({wanted} if wanted is not Place.NATION else set()):
        raise Refused(f"{role.label} is a role at a {wanted.value}: choose one.", field=wanted.value)
    return Membership.objects.create(
        person=person, role=role, trust=trust, system=system, region=region, valid_from=since
    )
