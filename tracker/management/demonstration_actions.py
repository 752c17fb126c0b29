"""The struggling trust's actions in the demonstration: one in each state, with evidence, later dates asked, granted
and refused, people who watch and speak, and enough finished ones for the trust's own record to say something."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.demonstration.cast import CAST
from tracker.people.access import Access, access_of
from tracker.people.scope import scope_of
from tracker.plans.closing import reopen_action, set_action_aside, sustain_action, verify_action
from tracker.plans.evidencing import NewEvidence, add_evidence
from tracker.plans.extending import ask_extension, decide_extension
from tracker.plans.models import Action
from tracker.plans.operations import make_action, record_progress
from tracker.plans.talking import comment_on_action, watch_action
from tracker.trusts.models import Trust

FIRST = "Audit hand hygiene on every ward each month"
FINISHED = (
    "Sign for controlled drugs in pairs", "Check resuscitation trolleys each morning", "Date every open fluid bag",
    "Keep fire doors shut on Ward 2", "Record pain scores with each observation", "Print allergy bands on arrival",
    "Lock the sluice on every ward", "Weigh every patient within a day", "Review falls each week",
    "Show visitors how to wash their hands", "Test call bells each Monday", "Return notes within two days",
    "Name a safeguarding lead on each shift", "Move the blood fridge alarm to the nurses' station",
)  # fmt: skip
WAITING = (
    "Label every line at both ends", "Give each bay a clock that can be read", "Translate the discharge letter",
    "Count dressings at each handover", "Put hearing loops into three clinics", "Repaint the bays for ambulances",
    "Ask every carer what they need", "Post bed moves at night on the board",
)  # fmt: skip


@dataclass
class Scene:
    """The trust, its people and the present moment; `on(days)` is that many days before."""

    trust: Trust
    moment: Moment

    def person(self, who: str) -> User:
        return User.objects.get(email=f"{who}@demo.test")

    def on(self, days: int) -> datetime:
        return self.moment.now - timedelta(days=days)

    @contextmanager
    def acting(self, who: str, days: int) -> Iterator[Access]:
        """As that person, so many days ago."""
        with scope_of(access_of(self.person(who), Moment(self.on(days)).today)) as by:
            yield by

    def make(self, title: str, *, made: int, due: int, owner: str = "lead") -> Action:
        """An action made so many days ago, due so many days from now (or before, where negative)."""
        with self.acting("lead", made) as by:
            return make_action(
                self.trust, by=by, now=self.on(made), title=title, owner=self.person(owner),
                executive=self.person("executive"), due_on=self.moment.today + timedelta(days=due),
            )  # fmt: skip

    def say(self, action: Action, status: str, words: str, *, ago: int, evidence: NewEvidence | None = None) -> None:
        with self.acting("lead", ago) as by:
            stands = Action.objects.get(pk=action.pk)
            owner = stands.owner if stands.owner_id != by.person_id else None
            record_progress(
                stands, by=by, now=self.on(ago), words=words, status=status, version=stands.version,
                evidence=evidence, on_behalf_of=owner,
            )  # fmt: skip

    def shown(self, title: str, ago: int, text: str = "") -> NewEvidence:
        """A text file, or a page of the intranet where there is no text."""
        file = SimpleUploadedFile("audit.txt", text.encode()) if text else None
        link = "" if text else "https://intranet.example.nhs.test/quality/audits"
        return NewEvidence(title, "audit", Moment(self.on(ago)).today, file=file, link=link)

    def finish(self, action: Action, *, ago: int, text: str = "") -> None:
        words = "It is done on every ward; the audit shows it."
        self.say(action, "done", words, ago=ago, evidence=self.shown("Audit of all wards", ago, text))

    def verify(self, action: Action, *, ago: int, witness: str = "", witness_role: str = "") -> None:
        with self.acting("approver", ago) as by:
            stands = Action.objects.get(pk=action.pk)
            verify_action(
                stands, by=by, now=self.on(ago), words="I asked five people on two wards; each showed me.",
                where="Wards 3 and 7, a weekday evening", evidence=stands.evidence.first(), version=stands.version,
                witness=witness, witness_role=witness_role,
            )  # fmt: skip


def prepare_actions(moment: Moment) -> None:
    """Every state an action may be in; nothing where they were made before."""
    trust = Trust.objects.get(code=CAST.struggling.code)
    scene = Scene(trust, moment)
    with scene.acting("lead", 0):
        if Action.objects.filter(trust=trust, title=FIRST).exists():
            return
    _closed(scene)
    _late(scene)
    for place, title in enumerate(WAITING):
        scene.make(title, made=10, due=20 + 5 * place)
    _spoken_of(scene)


def _closed(scene: Scene) -> None:
    """Sustained, verified, done, set aside; and those that make up the trust's record."""
    held = scene.make(FIRST, made=200, due=-195)
    scene.finish(held, ago=190, text="Ward,Seen,Clean\n3,20,19\n7,20,20\n")
    scene.verify(held, ago=185, witness="Mrs Prior", witness_role="Patient")
    with scene.acting("lead", 85) as by:
        add_evidence(held, by=by, now=scene.on(85), given=scene.shown("Re-audit of all wards", 85))
    with scene.acting("approver", 80) as by:
        held = Action.objects.get(pk=held.pk)
        words = "The re-audit found 39 of 40 clean, as three months before."
        sustain_action(held, by=by, now=scene.on(80), words=words, version=held.version)
    for place, title in enumerate(FINISHED):
        made, given, took = 150 - 3 * place, 20 + 2 * place, 25 + (7 * place) % 40
        action = scene.make(title, made=made, due=given - made)
        scene.finish(action, ago=made - took)
        scene.verify(action, ago=made - took - 3)
    waits = scene.make("Train every porter in moving heavy patients", made=60, due=5, owner="chief")
    scene.finish(waits, ago=2)
    aside = scene.make("Merge the two consent forms", made=40, due=30)
    with scene.acting("lead", 12) as by:
        why = "The national form that replaces both comes in April."
        set_action_aside(Action.objects.get(pk=aside.pk), by=by, now=scene.on(12), why=why, version=1)


def _late(scene: Scene) -> None:
    """At risk with a later date asked; off track after one was granted and the next refused; reopened; overdue."""
    asked = scene.make("Replace the oldest resuscitation trolleys", made=70, due=6)
    scene.say(asked, "at_risk", "The supplier has put the second delivery off.", ago=5)
    _ask(scene, asked, ago=4, days=45, reason="The supplier delivers the second half in six weeks.")
    late = scene.make("Recruit a second falls nurse", made=120, due=-60)
    scene.say(late, "off_track", "Nobody who applied could be appointed.", ago=70)
    _ask(scene, late, ago=66, days=-20, reason="We advertise again.", grant=True)
    _ask(scene, late, ago=24, days=20, reason="The second round had one candidate.", grant=False)
    again = scene.make("Lock medicine cupboards in theatres", made=90, due=-30)
    scene.finish(again, ago=35)
    with scene.acting("lead", 9) as by:
        why = "A walk-round found two of nine cupboards open."
        reopen_action(Action.objects.get(pk=again.pk), by=by, now=scene.on(9), why=why)
    overdue = scene.make("Screen for sepsis within an hour of arrival", made=45, due=-12)
    scene.say(overdue, "on_track", "Two of three shifts do it; nights begin next week.", ago=14)


def _ask(scene: Scene, action: Action, *, ago: int, days: int, reason: str, grant: bool | None = None) -> None:
    with scene.acting("lead", ago) as by:
        asked = ask_extension(
            Action.objects.get(pk=action.pk), by=by, now=scene.on(ago), reason=reason,
            due_wanted=scene.moment.today + timedelta(days=days), impact="Patients wait longer for a safe bay.",
            interim_control="The outreach team covers the wards concerned.",
        )  # fmt: skip
    if grant is not None:
        with scene.acting("executive", ago - 2) as by:
            why = "Agreed at the executive group." if grant else "Twice is enough: appoint from within."
            decide_extension(asked, by=by, now=scene.on(ago - 2), grant=grant, why=why)


def _spoken_of(scene: Scene) -> None:
    with scene.acting("executive", 6) as by:
        action = Action.objects.get(trust=scene.trust, title=WAITING[0])
        watch_action(action, by=by, now=scene.on(6), watch=True)
        words = f"@{scene.person('lead').name}: is this in theatres too?"
        comment_on_action(action, by=by, now=scene.on(6), words=words)
