"""Contents page: every table of `tracker`, in flow order."""

from tracker.accounts.models import User
from tracker.clock import ClockOffset
from tracker.consequences.models import Consequence
from tracker.findings.models import Finding, Inspection
from tracker.measures.models import Measure, MeasureEvent, MeasureValue, Rebase
from tracker.people.models import Assignment, Membership
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action, ActionEvent, ActionFinding, ProgressUpdate, ReferenceCounter
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
    "ChangeBookmark",
    "ClockOffset",
    "Consequence",
    "CurrentRating",
    "Finding",
    "ImportEvent",
    "ImportListing",
    "ImportProgress",
    "Inspection",
    "Measure",
    "MeasureEvent",
    "MeasureValue",
    "Membership",
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
    "WaitingRow",
]
