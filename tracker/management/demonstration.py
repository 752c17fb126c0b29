"""Fills an empty database with the demonstration England, step by step; each step knows when it is done.

The files come from the generator (`tracker.demonstration`), and go in by the doors real ones use: the
register's loader, the importer, the operations of findings and plans.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.demonstration.bulk_file import write_as_at
from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England
from tracker.demonstration.register import SOURCE, write_register
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding, record_inspection
from tracker.management.demonstration_plans import prepare_plans
from tracker.people.access import Access, access_of
from tracker.people.operations import add_person, give_role
from tracker.people.roles import PLACES, Place, Role
from tracker.plans.evidencing import NewEvidence
from tracker.plans.operations import make_action, record_progress
from tracker.ratings.importer import agree_to_import, apply_import, run_import
from tracker.ratings.models import ImportEvent, RatedDomain, RatedService, RatingImport
from tracker.ratings.receiving import receive_import, source_by_hand
from tracker.trusts.importer import SiteJoin, SiteRow, join_sites, load_register
from tracker.trusts.models import ReferenceSource, Region, System, Trust
from tracker.trusts.register import read_register

PASSWORD = "demonstration only"  # noqa: S105  printed at every start; the demonstration listens on loopback only
Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """Somebody who can sign in to the demonstration."""

    name: str
    email: str
    role: Role
    at: str = ""  # the code of a trust, system or region


def cast_of_people() -> list[Part]:
    """One person for each role; the trust roles at the struggling trust, a lead and a mentor at the helper's."""
    struggling, helper = CAST.struggling.code, CAST.successful.code
    return [
        Part("Ngozi Adeyemi", "lead@demo.test", Role.IMPROVEMENT_LEAD, struggling),
        Part("Margaret Thornley", "chief@demo.test", Role.CHIEF_EXECUTIVE, struggling),
        Part("Daniel Okafor", "executive@demo.test", Role.ACCOUNTABLE_EXECUTIVE, struggling),
        Part("Harriet Blunt", "board@demo.test", Role.BOARD_SIGNATORY, struggling),
        Part("Imran Saleh", "approver@demo.test", Role.APPROVER, struggling),
        Part("Rhiannon Pryce", "mentor@demo.test", Role.PEER_MENTOR, helper),
        Part("Oliver Tansley", "otherlead@demo.test", Role.IMPROVEMENT_LEAD, helper),
        Part("Joyce Amponsah", "lay@demo.test", Role.LAY_REVIEWER),
        Part("Dr Ewan Meikle", "resident@demo.test", Role.RESIDENT_DOCTOR_REVIEWER),
        Part("Priya Raman", "system@demo.test", Role.SYSTEM_STAFF, "system"),
        Part("Graham Holt", "region@demo.test", Role.REGIONAL_STAFF, CAST.struggling.region_code),
        Part("Catherine Moss", "national@demo.test", Role.NATIONAL_STAFF),
        Part("Stephen Ibe", "second@demo.test", Role.NATIONAL_STAFF),
        Part("Lucy Farrar", "convenor@demo.test", Role.CONVENOR),
        Part("Tom Wexley", "admin@demo.test", Role.SYSTEM_ADMINISTRATOR),
    ]


def made_by_the_demonstration() -> bool:
    return ReferenceSource.objects.filter(source=SOURCE).exists()


def holds_something_else() -> bool:
    """Whether the database has content the demonstration did not make."""
    return not made_by_the_demonstration() and (Trust.objects.exists() or RatingImport.objects.exists())


def prepare_register(england: England, folder: Path, moment: Moment) -> None:
    write_register(england, folder)
    load_register(read_register(folder), folder=folder, now=moment.now)
    join_sites(
        [SiteRow(site.id, site.name, site.trust_code, site.postcode) for site in england.sites],
        [SiteJoin(s.predecessor, s.successor, s.on, s.reason) for s in england.site_successions],
        source=SOURCE,
    )


def prepare_people(by: Access, moment: Moment) -> None:
    """The cast of people, and the second factor of nobody: the demonstration signs in with a password."""
    for part in cast_of_people():
        if User.objects.filter(email=part.email).exists():
            continue
        person = add_person(part.email, name=part.name, password=PASSWORD, by=by, now=moment.now)
        place = PLACES[part.role]
        trust = Trust.objects.get(code=part.at) if place is Place.TRUST else None
        region = Region.objects.get(code=part.at) if place is Place.REGION else None
        system = _system_of(CAST.struggling.code) if place is Place.SYSTEM else None
        since = date(2025, 4, 1)
        give_role(person, part.role, by=by, now=moment.now, since=since, trust=trust, system=system, region=region)


def _system_of(code: str) -> System:
    system = Trust.objects.select_related("system").get(code=code).system
    if system is None:
        raise LookupError(f"{code} belongs to no system")
    return system


def prepare_ratings(england: England, folder: Path, moment: Moment, say: Say) -> None:
    """The archive's files, then the first month; the other months lie ready to be loaded by a person.

    Files years apart differ in more than a fifth of their ratings, so the circuit-breaker holds them, here as
    anywhere, and a second person agrees.  The archive's first file names no providers and is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    source = source_by_hand()
    for as_at in (*england.archive[1:], england.months[0]):
        known = RatingImport.objects.filter(as_at=as_at).first()
        if known is not None and known.events.filter(kind=ImportEvent.Kind.APPLIED).exists():
            continue  # applied once: what a person did with it since is theirs
        for path in write_as_at(england, as_at, folder / f"{as_at:%Y-%m}.xlsx", "xlsx"):
            say(f"Loading CQC's file of {as_at:%B %Y} ...")
            received, _ = receive_import(
                path, name=path.name, as_at=as_at, keep=RatingImport.Keep.NHS, source=source, by=None, now=moment.now
            )
            loaded = run_import(received, by=None, now=moment.now)
            if loaded.state == RatingImport.State.HELD:
                second = User.objects.get(email="second@demo.test")
                why = "Older files, loaded for the history: years lie between them."
                agreed = agree_to_import(loaded, by=second, now=moment.now, why=why)
                apply_import(agreed, by=second, now=moment.now)
    for as_at in england.months[1:]:
        target = folder / f"{as_at:%Y-%m}.xlsx"
        if not target.exists():
            write_as_at(england, as_at, target, "xlsx")


MUST_DOS = (
    ("Surgery", "safe", "Regulation 12(1)(2)(a)(b)",
     "The trust must ensure that the five steps to safer surgery are followed and recorded for every patient.",
     "Follow and record the five steps to safer surgery", -12),
    ("Urgent and emergency services", "safe", "Regulation 12(2)(a)",
     "The trust must ensure that patients are assessed within 15 minutes of arrival in the emergency department.",
     "Assess every patient within 15 minutes of arrival", 5),
    ("Maternity", "safe", "Regulation 18(1)",
     "The trust must ensure that there are enough midwives with the right skills on every shift.",
     "Fill midwifery vacancies and check skill mix each shift", 40),
)  # fmt: skip
SHOULD_DO = "The trust should consider how it shares learning from incidents with night staff."


def prepare_thread(moment: Moment) -> None:
    """An inspection's findings and the first actions, recorded by the trust's own lead."""
    trust = Trust.objects.get(code=CAST.struggling.code)
    if Inspection.objects.filter(trust=trust).exists():
        return
    lead = User.objects.get(email="lead@demo.test")
    executive = User.objects.get(email="executive@demo.test")
    by = access_of(lead, moment.today)
    published = CAST.struggling_inspected_on
    inspection = record_inspection(
        trust, by=by, now=moment.now, published_on=published, title=f"Inspection report, {published:%B %Y}"
    )
    domains = {domain.key: domain for domain in RatedDomain.objects.all()}
    for service, question, regulation, words, title, days in MUST_DOS:
        about = RatedService.objects.filter(name=service).first()
        finding = record_finding(
            inspection, by=by, now=moment.now, kind=Finding.Kind.MUST, words=words, service=about,
            key_question=domains[question], regulation=regulation,
        )  # fmt: skip
        action = make_action(
            trust, by=by, now=moment.now, title=title, owner=lead, executive=executive,
            due_on=moment.today + timedelta(days=max(days, 1)), findings=[finding],
        )  # fmt: skip
        done = days < 0
        shown = NewEvidence(
            "Audit of 60 operations",
            "audit",
            moment.today,
            link="https://intranet.example.nhs.test/audits/safer-surgery",
        )
        record_progress(
            action, by=by, now=moment.now, version=action.version, status="done" if done else "on_track",
            words="Audit of 60 operations in May: every step recorded in 58." if done
            else "Agreed with the department; first figures next week.",
            evidence=shown if done else None,
        )  # fmt: skip
    record_finding(inspection, by=by, now=moment.now, kind=Finding.Kind.SHOULD, words=SHOULD_DO)
    prepare_plans(inspection, moment)
