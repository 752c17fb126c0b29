"""What one person may do, worked out once for a request, a task or a command.

`Access.may` is the one function that answers permission questions; `Access.trusts` says for which trusts.
It holds no object's state and reads nothing after it was made, so a page that asks a hundred times costs
two queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from tracker.accounts.models import User
from tracker.people.models import Membership
from tracker.people.roles import GRANTS, PLACES, Can, Place, Role
from tracker.trusts.models import Trust


@dataclass(frozen=True)
class Access:
    """A person's permissions.  `trust_ids[can]` are the trusts for which they hold; a permission about
    no trust in particular (load ratings) is held when its key is there, whatever the set."""

    person_id: int | None
    roles: frozenset[Role]
    trust_ids: dict[Can, frozenset[int]] = field(default_factory=dict)
    home_trust_ids: tuple[int, ...] = ()  # trusts where the person holds a role, in name order
    home_trust_code: str = ""  # the first of them
    organisation: str = ""  # as shown beside the person's name

    def may(self, can: Can, trust_id: int | None = None) -> bool:
        """Whether the person may do `can`, for that trust when one is named."""
        held = self.trust_ids.get(can)
        return held is not None and (trust_id is None or trust_id in held)

    def trusts(self, can: Can) -> frozenset[int]:
        return self.trust_ids.get(can, frozenset())

    @property
    def confidential_trust_ids(self) -> frozenset[int]:
        """The trusts whose confidential rows the database shows: the row-security setting."""
        return self.trusts(Can.SEE_PLANS)


NOBODY = Access(person_id=None, roles=frozenset())


def access_of(user: User, today: date) -> Access:
    """The access of `user` today.  A disabled person has none."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    memberships = list(
        Membership.objects.in_force(today)
        .filter(person=user)
        .select_related("trust", "system", "region")
        .order_by("trust__name", "pk")
    )
    held: dict[Can, set[int]] = {}
    everywhere = _trusts_of(memberships)
    for membership in memberships:
        role = Role(membership.role)
        for can in GRANTS[role]:
            held.setdefault(can, set()).update(everywhere[membership.pk])
    return Access(
        person_id=user.pk,
        roles=frozenset(Role(membership.role) for membership in memberships),
        trust_ids={can: frozenset(ids) for can, ids in held.items()},
        home_trust_ids=tuple(dict.fromkeys(m.trust_id for m in memberships if m.trust_id is not None)),
        home_trust_code=next((m.trust.code for m in memberships if m.trust is not None), ""),
        organisation=", ".join(dict.fromkeys(_place(m) for m in memberships)),
    )


def _place(membership: Membership) -> str:
    place = membership.trust or membership.system or membership.region
    return str(place) if place is not None else "England"


def _trusts_of(memberships: Iterable[Membership]) -> dict[int, frozenset[int]]:
    """For each membership, the trusts it reaches."""
    reach: dict[int, frozenset[int]] = {}
    wide = [m for m in memberships if PLACES[Role(m.role)] is not Place.TRUST]
    register = list(Trust.objects.order_by().values_list("pk", "region_id", "system_id")) if wide else []
    for membership in memberships:
        place = PLACES[Role(membership.role)]
        if place is Place.TRUST and membership.trust_id is not None:
            reach[membership.pk] = frozenset({membership.trust_id})
        elif place is Place.SYSTEM:
            reach[membership.pk] = frozenset(pk for pk, _, system in register if system == membership.system_id)
        elif place is Place.REGION:
            reach[membership.pk] = frozenset(pk for pk, region, _ in register if region == membership.region_id)
        else:
            reach[membership.pk] = frozenset(pk for pk, _, _ in register)
    return reach


def everything() -> Access:
    """The service itself, at work in a task or a command: every trust, no person.

    For work that must see all tenants (plan reminders, follow up rating changes).  A page never uses it.
    """
    every = frozenset(Trust.objects.order_by().values_list("pk", flat=True))
    return Access(person_id=None, roles=frozenset(), trust_ids=dict.fromkeys(Can, every))
