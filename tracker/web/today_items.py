"""This application's parts of the page Today: what is mine and late, what waits for me, what got worse.

Each section is one queryset and the address of the list that shows exactly its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.urls import reverse

from tracker.clock import Moment
from tracker.findings.queries import findings_without_action
from tracker.insight.worse import worse_since
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.for_me import how_many
from tracker.plans.models import Action
from tracker.plans.queries import OwedToday, owed_today
from tracker.ratings.models import RatingImport
from tracker.sources import TodayRow, TodaySection
from tracker.trusts.models import Trust
from tracker.web import today_measures
from tracker.web.action_words import action_href, due_note, status_tag
from tracker.web.actions_filter import (
    CHANGED,
    FOR_ME,
    ME,
    MENTIONED,
    OVERDUE,
    SOON,
    TO_DECIDE,
    TO_VERIFY,
    WORKING,
)
from tracker.web.addresses import address
from tracker.web.finding_words import place_of_finding
from tracker.web.import_words import WAITING_FOR_A_PERSON, import_href, month_ago, state_tag
from tracker.web.ratings_words import short_day

SHOWN = 10


def items(access: Access, moment: Moment) -> list[TodaySection]:
    """The sections this person has a use for; an empty one says that there is nothing to do."""
    sections: list[TodaySection] = []
    if access.may(Can.SEE_PLANS):
        sections += _of_actions(access, moment)
    if access.may(Can.SEE_PLANS) and access.home_trust_ids:
        sections += today_measures.sections(access, moment)
    if makes_for := access.trusts(Can.MAKE_ACTIONS):
        trusts = list(Trust.objects.filter(pk__in=makes_for).order_by("name"))
        sections += [_unanswered(trust, named=len(trusts) > 1) for trust in trusts]
    if access.may(Can.LOAD_RATINGS):
        sections.append(_imports_to_decide(access))
    if access.may(Can.LOAD_RATINGS) and access.may(Can.SEE_SECTOR):
        sections.append(_worse(moment))
    return sections


@dataclass(frozen=True)
class Kind:
    """A section of actions: its list, where that list opens in full, and why each row matters now."""

    title: str
    found: QuerySet[Action]
    query: dict[str, str]
    why: Callable[[Action], str]
    empty: str
    position: int


def _of_actions(access: Access, moment: Moment) -> list[TodaySection]:
    """The sections of actions, counted in one query; rows are read only where there are some."""
    kinds = list(_kinds(access, moment))
    counts = how_many({f"n{place}": kind.found for place, kind in enumerate(kinds)}, access)
    return [_section(kind, counts[f"n{place}"]) for place, kind in enumerate(kinds)]


def _section(kind: Kind, count: int) -> TodaySection:
    rows = []
    if count:
        for action in kind.found.select_related("trust").order_by("due_on", "reference")[:SHOWN]:
            status = status_tag(action.status)
            rows.append(
                TodayRow(
                    f"{action.reference} {action.title}", action_href(action), kind.why(action),
                    short_day(action.due_on), status["text"], status["colour"],
                )
            )  # fmt: skip
    href = address(reverse("actions"), kind.query)
    return TodaySection(kind.title, tuple(rows), count, href, kind.empty, kind.position)


def _kinds(access: Access, moment: Moment) -> Iterable[Kind]:
    if access.home_trust_ids:
        yield from _owed(access, moment)
    else:
        must = Action.objects.visible_to(access).overdue(moment.today).filter(reference__contains="-MD-")
        yield Kind(
            "Overdue must-dos of your trusts", must, {"kind": "MD", "due": OVERDUE},
            lambda action: f"{action.trust.name}, {due_note(action, moment.today)}",
            "No must-do of your trusts is overdue.", 20,
        )  # fmt: skip
    if access.may(Can.VERIFY_ACTIONS):
        yield _for_me(access, TO_VERIFY, "Done actions to verify", "its owner says that it is done",
                      "No done action waits for you to verify it.", 12)  # fmt: skip
    if access.may(Can.DECIDE_EXTENSIONS):
        yield _for_me(access, TO_DECIDE, "Later due dates to decide on", "a later date is asked for",
                      "No later due date waits for your decision.", 14)  # fmt: skip
    yield _for_me(access, MENTIONED, "Comments that name you", "a comment names you",
                  "No unread comment names you.", 16)  # fmt: skip
    yield _for_me(access, CHANGED, "Changed in what you watch", "something happened since you last looked",
                  "Nothing has changed in the actions you watch.", 35)  # fmt: skip


def _owed(access: Access, moment: Moment) -> Iterable[Kind]:
    owed: OwedToday = owed_today(access, moment.today)
    mine = {"owner": ME}
    yield Kind(
        "Reopened actions of yours", owed.reopened, {**mine, "status": "reopened"},
        lambda action: f"reopened, {due_note(action, moment.today)}".rstrip(", "),
        "None of your actions was reopened.", 10,
    )  # fmt: skip
    yield Kind(
        "Overdue actions of yours", owed.overdue, {**mine, "status": WORKING, "due": OVERDUE},
        lambda action: due_note(action, moment.today), "None of your actions is overdue.", 20,
    )  # fmt: skip
    yield Kind(
        "Actions of yours due within 14 days", owed.due_soon, {**mine, "status": WORKING, "due": SOON},
        lambda action: due_note(action, moment.today), "None of your actions is due within 14 days.", 30,
    )  # fmt: skip


def _for_me(access: Access, show: str, title: str, why: str, empty: str, position: int) -> Kind:
    return Kind(title, FOR_ME[show](access), {"show": show}, partial(_because, why), empty, position)


def _because(why: str, action: Action) -> str:
    return f"{why}: {action.trust.name}"


def _first(found: QuerySet[Any]) -> tuple[list[Any], int]:
    """The first rows and how many there are in all, in one query."""
    rows = list(found.annotate(in_all=Window(Count("pk")))[:SHOWN])
    return rows, rows[0].in_all if rows else 0


def _unanswered(trust: Trust, *, named: bool) -> TodaySection:
    findings, count = _first(findings_without_action(trust))
    rows = tuple(
        TodayRow(
            finding.words if len(finding.words) <= 100 else f"{finding.words[:99]}…",
            address(reverse("make_action"), {"finding": finding.pk}),
            f"no action answers this {finding.get_kind_display().lower().replace(' ', '-')}: "
            f"{place_of_finding(finding)}",
        )
        for finding in findings
    )
    href = address(reverse("inspections", args=[trust.code]), {"show": "without_action"})
    return TodaySection(
        f"Findings with no action yet{f': {trust.name}' if named else ''}",
        rows,
        count,
        href,
        "Every finding has an action.",
        40,
    )


def _imports_to_decide(access: Access) -> TodaySection:
    imports, count = _first(RatingImport.objects.filter(state__in=WAITING_FOR_A_PERSON).select_related("source"))
    rows = []
    for record in imports:
        status = state_tag(record.state)
        why = "its changes wait for your decision"
        if record.state == RatingImport.State.HELD:
            own = record.requested_by_id == access.person_id
            why = "a second person must agree" if own else "needs your agreement"
        text = f"{record.file_name}, as at {short_day(record.as_at)}"
        rows.append(TodayRow(text, import_href(record), why, "", status["text"], status["colour"]))
    return TodaySection(
        "Imports to decide", tuple(rows), count, address(reverse("imports"), {"show": "decide"}),
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
