"""A named cast: two trusts that matter, a third that must never see anything, and a person for each role."""

from dataclasses import dataclass
from datetime import date

from tracker.accounts.models import User
from tracker.people.models import Membership
from tracker.people.roles import PLACES, Place, Role
from tracker.trusts.models import Region, Site, System, Trust

PASSWORD = "the long password of the cast"


@dataclass
class Cast:
    north: Region
    south: Region
    fells: System
    downs: System
    northborough: Trust  # struggling
    ashford: Trust  # has turned itself round
    elsewhere: Trust  # the other region's; sees nothing of the two above
    general: Site  # Northborough General
    people: dict[tuple[Role, str], User]

    def person(self, role: Role, at: str = "") -> User:
        """The person who holds `role`: at the trust with the code `at`, or at the place there is one of."""
        return self.people[role, at]

    @property
    def lead(self) -> User:
        return self.person(Role.IMPROVEMENT_LEAD, "XN1")

    @property
    def executive(self) -> User:
        return self.person(Role.ACCOUNTABLE_EXECUTIVE, "XN1")

    @property
    def other_lead(self) -> User:
        return self.person(Role.IMPROVEMENT_LEAD, "XE1")

    @property
    def national(self) -> User:
        return self.person(Role.NATIONAL_STAFF)

    @property
    def administrator(self) -> User:
        return self.person(Role.SYSTEM_ADMINISTRATOR)


def make_person(name: str, role: Role, **place: object) -> User:
    email = name.lower().replace(" ", ".").replace("(", "").replace(")", "") + "@example.nhs.test"
    user = User.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(person=user, role=role, valid_from=date(2020, 1, 1), **place)
    return user


def make_cast() -> Cast:
    north = Region.objects.create(code="YN", name="Northern England")
    south = Region.objects.create(code="YS", name="Southern England")
    fells = System.objects.create(code="QF1", name="Fells and Coast", kind="ICS", region=north)
    downs = System.objects.create(code="QD1", name="Downs and Weald", kind="ICS", region=south)
    acute = Trust.Type.GENERAL_ACUTE
    northborough = Trust.objects.create(
        code="XN1",
        name="Northborough Hospitals NHS Trust",
        type=acute,
        region=north,
        system=fells,
        latitude=54.6,
        longitude=-2.8,
    )
    ashford = Trust.objects.create(
        code="XA1",
        name="Ashmere NHS Foundation Trust",
        type=acute,
        region=north,
        system=fells,
        latitude=54.4,
        longitude=-2.6,
    )
    elsewhere = Trust.objects.create(
        code="XE1",
        name="Elsewhere and District NHS Trust",
        type=acute,
        region=south,
        system=downs,
        latitude=51.0,
        longitude=0.3,
    )
    general = Site.objects.create(cqc_id="XN101", name="Northborough General Hospital", trust=northborough)
    people: dict[tuple[Role, str], User] = {}
    for role in Role:
        place = PLACES[role]
        if place is Place.TRUST:
            for trust in (northborough, ashford, elsewhere):
                people[role, trust.code] = make_person(f"{role.label} {trust.code}", role, trust=trust)
        elif place is Place.SYSTEM:
            people[role, ""] = make_person(f"{role.label} Fells", role, system=fells)
        elif place is Place.REGION:
            people[role, ""] = make_person(f"{role.label} North", role, region=north)
            people[role, "YS"] = make_person(f"{role.label} South", role, region=south)
        else:
            people[role, ""] = make_person(role.label, role)
    return Cast(north, south, fells, downs, northborough, ashford, elsewhere, general, people)
