"""A thing behind every door of the permission table, with a canary in every confidential field.

A canary is a word that stands nowhere else.  Whoever may not see the thing must never see the word, in a page, a
count's list, an export, an error, an answer of the API or a message.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from peerreview.pairing.inputs import Limits
from peerreview.pairing.models import PairingRound
from peerreview.pairing.operations import propose_round
from tests.cast import Cast
from tests.plan_factories import must_do
from tests.ratings_factory import Book, cell, value
from tracker.clock import moment
from tracker.findings.coding_operations import code_causes
from tracker.findings.models import Finding
from tracker.findings.notice_operations import move_notice
from tracker.findings.reading_models import Notice, ReadingEvent, ReadItem, ReportReading
from tracker.measures.models import Rebase
from tracker.measures.operations import NewValue, make_measure, recalculate_limits, record_values
from tracker.people.access import Access, access_of
from tracker.people.roles import Role
from tracker.people.scope import enter, scope_of
from tracker.plans.bulk import Wish, make_bulk_change
from tracker.plans.closing_models import Evidence
from tracker.plans.evidencing import NewEvidence, add_evidence
from tracker.plans.extending import ask_extension
from tracker.plans.importing import receive_tracker
from tracker.plans.importing_models import TrackerImport
from tracker.plans.measuring import link_measure
from tracker.plans.models import Action
from tracker.plans.operations import make_action, record_progress
from tracker.plans.plan_models import ActionPlan
from tracker.plans.planning import draft_plan
from tracker.plans.saving import save_view
from tracker.plans.talking import comment_on_action
from tracker.plans.tracker_rows import read_pasted
from tracker.plans.working_models import BulkChange, SavedView
from tracker.ratings.models import RatingImport, SettlingRule, WaitingRow
from tracker.ratings.rows import RatingRow
from tracker.reminders.models import Absence, OutboxMessage, Reminder
from tracker.reminders.operations import name_deputy, renew_calendar_feed

ACTION_CANARY = "Kingfisher-plan-of-Northborough"
UPDATE_CANARY = "Goldcrest-progress-of-Northborough"
EVIDENCE_CANARY = "Wryneck-evidence-of-Northborough"
VIEW_CANARY = "Whinchat-view-of-the-lead"
TRACKER_CANARY = "Dotterel-tracker-of-Northborough"
MESSAGE_CANARY = "Nightjar-message-to-the-lead"
MEASURE_CANARY = "Whimbrel-measure-of-Northborough"
READING_CANARY = "Wheatear-unpublished-report-of-Northborough"
ROUND_CANARY = "Capercaillie-unpublished-round"


@dataclass
class Furniture:
    action: Action
    inspection_id: int
    finding_id: int
    reading: ReportReading
    unpublished: PairingRound
    waiting_import: RatingImport
    rebase: Rebase
    link_id: int
    waiting_row: WaitingRow
    rule: SettlingRule
    message: OutboxMessage
    evidence: Evidence
    image: Evidence
    view: SavedView
    bulk: BulkChange
    plan: ActionPlan
    tracker: TrackerImport
    doubtful: Reminder
    away: Absence
    secret: str

    @property
    def arguments(self) -> dict[str, Any]:
        """What stands for each part of an address pattern."""
        return {
            "reference": self.action.reference,
            "inspection_id": self.inspection_id,
            "finding_id": self.finding_id,
            "reading_id": self.reading.public_id,
            "item_number": 1,
            "number": self.unpublished.pk,
            "public_id": self.waiting_import.public_id,
            "measure_id": self.rebase.measure_id,
            "rebase_id": self.rebase.pk,
            "link_id": self.link_id,
            "row_id": self.waiting_row.pk,
            "rule_id": self.rule.pk,
            "tracker_id": self.tracker.public_id,
            "plan": self.plan.reference,
            "evidence_id": self.evidence.public_id,
            "view_id": self.view.pk,
            "bulk_id": self.bulk.public_id,
            "message_id": self.message.pk,
            "reminder_id": self.doubtful.pk,
            "absence_id": self.away.pk,
            "secret": self.secret,
        }


def furnish(cast: Cast) -> Furniture:
    """Ratings, a finding, an action with progress, a message, an import and an unpublished round, in one trust."""
    now = moment().now
    today = moment().today
    _rate(cast)
    lead = access_of(cast.lead, today)
    with scope_of(lead):
        finding = must_do(cast, kind=Finding.Kind.REQUIREMENT)
        action = make_action(
            cast.northborough, by=lead, now=now, title=ACTION_CANARY, detail=f"Detail {ACTION_CANARY}", owner=cast.lead,
            executive=cast.executive, due_on=today + timedelta(days=3), findings=[finding],
        )  # fmt: skip
        record_progress(
            action, by=lead, now=now, words=f"Words {UPDATE_CANARY}", status="at_risk", version=action.version
        )
        file = SimpleUploadedFile(f"{EVIDENCE_CANARY}.txt", f"Body {EVIDENCE_CANARY}".encode())
        told = {"title": EVIDENCE_CANARY, "kind": "audit", "dated_on": today}
        evidence = add_evidence(action, by=lead, now=now, given=NewEvidence(**told, file=file))
        picture = SimpleUploadedFile(f"{EVIDENCE_CANARY}.png", b"\x89PNG\r\n\x1a\n" + bytes(20))
        image = add_evidence(action, by=lead, now=now, given=NewEvidence(**told, file=picture))
        ask_extension(
            action, by=lead, now=now, due_wanted=today + timedelta(days=30), reason=f"Why {UPDATE_CANARY}",
            impact=f"Impact {UPDATE_CANARY}", interim_control=f"Control {UPDATE_CANARY}",
        )  # fmt: skip
        view = save_view(by=lead, now=now, name=VIEW_CANARY, query=f"q={VIEW_CANARY}")
        bulk, _ = make_bulk_change(
            [action], by=lead, now=now, wish=Wish(why=f"Bulk {UPDATE_CANARY}", owner=cast.lead, status="off_track")
        )
        comment_on_action(action, by=lead, now=now, words=f"Comment {UPDATE_CANARY}")
        message = OutboxMessage.objects.create(
            person=cast.lead, to=cast.lead.email, subject=MESSAGE_CANARY, text=f"Text {MESSAGE_CANARY}", at=now,
            reference=uuid4(), state="sent", settled_at=now,
        )  # fmt: skip
        sheet = read_pasted(f"Ref\tAction\tOwner\n{TRACKER_CANARY}\t{TRACKER_CANARY}\tNobody of this trust\n")
        tracker = receive_tracker(cast.northborough, by=lead, now=now, sheet=sheet, name=TRACKER_CANARY)
        plan = draft_plan(finding.inspection, by=lead, now=now, rows=[])
        reading = _read(cast, finding, lead, now)
        Reminder.objects.create(
            trust=cast.northborough, kind="action", object_id=action.pk, person=cast.lead, told="owner",
            stage="before", days=-7, due_on=action.due_on, send_on=today, planned_at=now, state="sent",
            settled_at=now, message=message,
        )  # fmt: skip
        doubtful = Reminder.objects.create(
            trust=cast.northborough, kind="action", object_id=action.pk, person=cast.lead, told="owner",
            stage="due", days=0, due_on=action.due_on, send_on=today, planned_at=now, state="unknown", settled_at=now,
            why=f"Why {MESSAGE_CANARY}",
        )  # fmt: skip
        away = name_deputy(
            cast.executive, first_on=today + timedelta(days=9), back_on=today + timedelta(days=20), by=lead, now=now
        )
        secret = renew_calendar_feed(by=lead, now=now)
    rebase, link_id = _measure(cast, action)
    convenor = access_of(cast.person(Role.CONVENOR), today)
    with scope_of(convenor):
        enter(convenor)
        unpublished = propose_round(name=ROUND_CANARY, by=convenor, now=now, today=today, limits=Limits())
    waiting = RatingImport.objects.create(
        source=RatingImport.objects.earliest("pk").source, file_name="1_December_2026_Latest_ratings.csv",
        stored_name="furniture", size=10, sha256="f" * 64, as_at=date(2026, 12, 1), state="held",
        requested_at=datetime(2026, 12, 1, 9, tzinfo=UTC), requested_by=cast.administrator,
        held_because=["More than 2 in 100 ratings are gone."],
    )  # fmt: skip
    row = WaitingRow.objects.create(
        rating_import=waiting, part="Locations", line=7, reason="date", detail="31/02/2019 does not exist.",
        row=dict.fromkeys(RatingRow._fields, ""),
    )  # fmt: skip
    rule = SettlingRule.objects.create(
        kind="word_means", given="Requires Improvment", meaning="Requires improvement", made_at=now,
        made_by=cast.national,
    )  # fmt: skip
    return Furniture(
        action, finding.inspection_id, finding.pk, reading, unpublished, waiting, rebase, link_id, row, rule,
        message, evidence, image, view, bulk, plan, tracker, doubtful, away, secret,
    )  # fmt: skip


def _measure(cast: Cast, action: Action) -> tuple[Rebase, int]:
    """A measure of the action with a canary in every field of words, values and a recalculation."""
    now, today = moment().now, moment().today
    with scope_of(access_of(cast.lead, today)) as lead:
        measure = make_measure(
            cast.northborough, by=lead, now=now, name=MEASURE_CANARY, owner=cast.lead, direction="down",
            definition=f"Definition {MEASURE_CANARY}", unit=MEASURE_CANARY, numerator=MEASURE_CANARY,
            denominator=MEASURE_CANARY, target=Decimal(5),
        )  # fmt: skip
        values = [NewValue(date(2024 + n // 12, n % 12 + 1, 1), Decimal(40 + n % 3)) for n in range(16)]
        record_values(measure, by=lead, now=now, values=values, source="typed")
        record_values(
            measure, by=lead, now=now, values=[NewValue(date(2024, 1, 1), Decimal(44), replace=True)],
            source="typed", why=f"Corrected {MEASURE_CANARY}",
        )  # fmt: skip
        rebase = recalculate_limits(measure, by=lead, now=now, on=date(2024, 9, 1), why=f"Because {MEASURE_CANARY}")
        link = link_measure(measure, by=lead, now=now, action=action, started_on=date(2024, 10, 1))
    return rebase, link.pk


def _read(cast: Cast, finding: Finding, lead: Access, now: datetime) -> ReportReading:
    """A report being checked, a finding's notice that has moved on, and its causes as somebody coded them."""
    told = f"The trust must {READING_CANARY}."
    reading = ReportReading.objects.create(
        trust=cast.northborough, inspection=finding.inspection, source="text", size=len(told), sha256="e" * 64,
        file_name=f"{READING_CANARY}.pdf", text=told, spans=[[0, len(told), "item", 0]], read_at=now, read_by=cast.lead,
    )  # fmt: skip
    item = ReadItem.objects.create(
        trust=cast.northborough, reading=reading, number=1, kind="MD", words=told, printed=told, sure="clear",
        places=[[0, len(told)]],
    )  # fmt: skip
    ReadingEvent.objects.create(
        trust=cast.northborough, reading=reading, item=item, kind="corrected", before={"words": READING_CANARY},
        after={"words": told}, why=f"Why {READING_CANARY}", at=now, by=cast.lead,
    )  # fmt: skip
    code_causes(finding, by=lead, now=now, causes=["STF"], note=f"Note {READING_CANARY}")
    notice = Notice.objects.get(finding=finding)
    move_notice(
        notice, by=lead, now=now, version=1, state="reported", happened_on=finding.inspection.published_on,
        why=f"Report {READING_CANARY}",
    )  # fmt: skip
    return reading


def _rate(cast: Cast) -> None:
    """The struggling trust is Requires improvement, the helper Good; both with a service or two."""
    listing = {
        cell(cast.northborough): value(2, "2024-03-01"),
        cell(cast.northborough, domain="well_led"): value(2, "2024-03-01"),
        cell(cast.northborough, domain="safe"): value(1, "2024-03-01"),
        cell(cast.general, "surgery", "safe"): value(1, "2024-03-01"),
        cell(cast.general, "surgery", "overall"): value(2, "2024-03-01"),
        cell(cast.general): value(2, "2024-03-01"),
        cell(cast.ashford): value(4, "2025-03-01"),
        cell(cast.ashford, domain="well_led"): value(4, "2025-03-01"),
        cell(cast.ashford, domain="safe"): value(3, "2025-03-01"),
        cell(cast.elsewhere): value(3, "2023-03-01"),
        cell(cast.elsewhere, domain="well_led"): value(3, "2023-03-01"),
    }
    Book().load(date(2026, 11, 1), listing)
