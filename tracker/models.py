"""Contents page: every table of `tracker`, in flow order."""

from tracker.accounts.models import User
from tracker.clock import ClockOffset
from tracker.consequences.models import Consequence
from tracker.findings.models import Finding, Inspection
from tracker.measures.models import Measure, MeasureEvent, MeasureValue, Rebase
from tracker.people.models import Assignment, Membership
from tracker.plans.closing_models import Evidence, Extension, Verification
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action, ActionEvent, ActionFinding, ProgressUpdate, ReferenceCounter
from tracker.plans.working_models import BulkChange, BulkChangeRow, Comment, Mention, SavedView, Watching
from tracker.ratings.models import (
    ChangeBookmark,
    CurrentRating,
    ImportEvent,
    ImportListing,
    ImportProgress,
    ProposedChange,
    RatedDomain,
    RatedOrganisation,
    RatedService,
    RatingChange,
    RatingImport,
    RatingRecord,
    RatingRetraction,
    RatingsSource,
    SettlingRule,
    WaitingRow,
)
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.trusts.models import (
    ReferenceSource,
    Region,
    Site,
    SiteSuccession,
    Succession,
    System,
    SystemMembership,
    Trust,
    TrustFact,
    TrustName,
)

__all__ = [
    "Action",
    "ActionEvent",
    "ActionFinding",
    "ActionMeasure",
    "Assignment",
    "BulkChange",
    "BulkChangeRow",
    "ChangeBookmark",
    "ClockOffset",
    "Comment",
    "Consequence",
    "CurrentRating",
    "Evidence",
    "Extension",
    "Finding",
    "ImportEvent",
    "ImportListing",
    "ImportProgress",
    "Inspection",
    "Measure",
    "MeasureEvent",
    "MeasureValue",
    "Membership",
    "Mention",
    "OutboxMessage",
    "ProgressUpdate",
    "ProposedChange",
    "RatedDomain",
    "RatedOrganisation",
    "RatedService",
    "RatingChange",
    "RatingImport",
    "RatingRecord",
    "RatingRetraction",
    "RatingsSource",
    "Rebase",
    "ReferenceCounter",
    "ReferenceSource",
    "Region",
    "Reminder",
    "SavedView",
    "SettlingRule",
    "Site",
    "SiteSuccession",
    "Succession",
    "System",
    "SystemMembership",
    "Trust",
    "TrustFact",
    "TrustName",
    "User",
    "Verification",
    "WaitingRow",
    "Watching",
]
