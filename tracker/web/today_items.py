"""This application's parts of the page Today: what is mine and late, what waits for me, what got worse.

Each section is one queryset and the address of the list that shows exactly its rows."""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet
from django.urls import reverse

from tracker.clock import Moment
from tracker.findings.queries import findings_without_action
from tracker.insight.worse import worse_since
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.models import Action
from tracker.plans.queries import OwedToday, owed_today
from tracker.ratings.models import RatingImport
from tracker.sources import TodayRow, TodaySection
from tracker.trusts.models import Trust
from tracker.web.action_words import action_href, due_note, status_tag
from tracker.web.actions_filter import ME, OVERDUE, SOON, WORKING
from tracker.web.addresses import address
from tracker.web.finding_words import place_of_finding
from tracker.web.import_words import WAITING_FOR_A_PERSON, import_href, month_ago, state_tag
from tracker.web.ratings_words import short_day

SHOWN = 10


def items(access: Access, moment: Moment) -> list[TodaySection]:
    """The sections this person has a use for; an empty one says that there is nothing to do."""
    sections: list[TodaySection] = []
    if access.may(Can.SEE_PLANS) and access.home_trust_ids:
        sections += _owed(access, moment)
    if makes_for := access.trusts(Can.MAKE_ACTIONS):
        trusts = list(Trust.objects.filter(pk__in=makes_for).order_by("name"))
        sections += [_unanswered(trust, named=len(trusts) > 1) for trust in trusts]
    if access.may(Can.LOAD_RATINGS):
        sections.append(_imports_to_decide(access))
    if access.may(Can.LOAD_RATINGS) and access.may(Can.SEE_SECTOR):
        sections.append(_worse(moment))
    return sections


def _owed(access: Access, moment: Moment) -> Iterable[TodaySection]:
    owed: OwedToday = owed_today(access, moment.today)
    mine = {"owner": ME}
    yield _actions(
        "Reopened actions of yours", owed.reopened, moment, 10,
        query={**mine, "status": "reopened"},
        why=lambda action: f"reopened, {due_note(action, moment.today)}".rstrip(", "),
        empty="None of your actions was reopened.",
    )  # fmt: skip
    yield _actions(
        "Overdue actions of yours", owed.overdue, moment, 20,
        query={**mine, "status": WORKING, "due": OVERDUE}, why=lambda action: due_note(action, moment.today),
        empty="None of your actions is overdue.",
    )  # fmt: skip
    yield _actions(
        "Actions of yours due within 14 days", owed.due_soon, moment, 30,
        query={**mine, "status": WORKING, "due": SOON}, why=lambda action: due_note(action, moment.today),
        empty="None of your actions is due within 14 days.",
    )  # fmt: skip


def _actions(
    title: str,
    actions: QuerySet[Action],
    moment: Moment,
    position: int,
    *,
    query: dict[str, str],
    why: Callable[[Action], str],
    empty: str,
) -> TodaySection:
    rows = []
    for action in actions.order_by("due_on", "reference")[:SHOWN]:
        status = status_tag(action.status)
        rows.append(
            TodayRow(
                f"{action.reference} {action.title}", action_href(action), why(action), short_day(action.due_on),
                status["text"], status["colour"],
            )
        )  # fmt: skip
    return TodaySection(title, tuple(rows), actions.count(), address(reverse("actions"), query), empty, position)


def _unanswered(trust: Trust, *, named: bool) -> TodaySection:
    findings = findings_without_action(trust)
    rows = tuple(
        TodayRow(
            finding.words if len(finding.words) <= 100 else f"{finding.words[:99]}…",
            address(reverse("make_action"), {"finding": finding.pk}),
            f"no action answers this {finding.get_kind_display().lower().replace(' ', '-')}: "
            f"{place_of_finding(finding)}",
        )
        for finding in findings[:SHOWN]
    )
    href = address(reverse("inspections", args=[trust.code]), {"show": "without_action"})
    return TodaySection(
        f"Findings with no action yet{f': {trust.name}' if named else ''}",
        rows,
        findings.count(),
        href,
        "Every finding has an action.",
        40,
    )


def _imports_to_decide(access: Access) -> TodaySection:
    imports = RatingImport.objects.filter(state__in=WAITING_FOR_A_PERSON)
    rows = []
    for record in imports.select_related("source")[:SHOWN]:
        status = state_tag(record.state)
        why = "its changes wait for your decision"
        if record.state == RatingImport.State.HELD:
            own = record.requested_by_id == access.person_id
            why = "a second person must agree" if own else "needs your agreement"
        text = f"{record.file_name}, as at {short_day(record.as_at)}"
        rows.append(TodayRow(text, import_href(record), why, "", status["text"], status["colour"]))
    return TodaySection(
        "Imports to decide", tuple(rows), imports.count(), address(reverse("imports"), {"show": "decide"}),
        "No import waits for a decision.", 50,
    )  # fmt: skip


def _worse(moment: Moment) -> TodaySection:
    since = month_ago(moment.today)
    found = worse_since(since)
    rows = tuple(
        TodayRow(
            row["trust__name"],
            reverse("timeline", args=[row["trust__code"]]),
            f"{row['fell']:,} {'rating' if row['fell'] == 1 else 'ratings'} fell, last as at {short_day(row['last'])}",
        )
        for row in found[:SHOWN]
    )
    href = address(reverse("worse"), {"since": since.isoformat()})
    return TodaySection(
        "Trusts re-rated worse since last month", rows, found.count(), href,
        "No trust was re-rated worse since last month.", 60,
    )  # fmt: skip
