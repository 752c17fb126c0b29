"""A plan as files: its actions as they stand today, and the findings they answer."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from tracker.findings.models import Finding
from tracker.people.roles import Can
from tracker.plans.lifecycle import PlanState
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan
from tracker.reports.csv_writer import write_csv
from tracker.reports.plan_workbook import write_workbook
from tracker.reports.tables import CONFIDENTIAL_PLAN, OURS, Stamp, Table
from tracker.web.action_words import kind_words, status_tag
from tracker.web.requests import SignedInRequest, needs
from tracker.web.views.plans import find_plan

CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@needs(Can.SEE_PLANS)
def plan_file(request: SignedInRequest, plan: str, suffix: str) -> HttpResponse:
    """The plan as CSV (its actions) or as an Excel workbook (its actions and findings, a sheet each)."""
    found = find_plan(request, plan)
    if suffix not in CONTENT_TYPES:
        raise Http404
    held = Action.objects.visible_to(request.access).filter(plans=found)
    related = ("owner", "executive", "service", "key_question", "site")
    actions = list(held.select_related(*related).prefetch_related("findings").order_by("reference"))
    state = PlanState(found.state).label
    stamp = Stamp(
        request.moment.today,
        request.moment.now,
        f"Plan {found.reference} of {found.trust.name}, version {found.number}: {state}. Actions as they stand today.",
        OURS,
        CONFIDENTIAL_PLAN,
        str(request.user),
    )
    tables = [_actions(actions, found, stamp), _findings(actions, found, stamp)]
    file = BytesIO()
    if suffix == "csv":
        write_csv(tables[0], file)
    else:
        write_workbook(tables, file)
    name = f"plan-{found.reference.lower()}-as-at-{request.moment.today.isoformat()}.{suffix}"
    return HttpResponse(
        file.getvalue(),
        content_type=CONTENT_TYPES[suffix],
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


def _actions(actions: Sequence[Action], plan: ActionPlan, stamp: Stamp) -> Table:
    headings = (
        "Reference", "Your reference", "Must or should", "What CQC requires", "Regulation", "What will be done",
        "Detail", "Service", "Key question", "Hospital", "Owner", "Accountable executive", "Originally due", "Due",
        "Status", "Done on", "Verified on",
    )  # fmt: skip
    rows = [
        (
            action.reference,
            action.own_reference,
            kind_words(action.reference),
            "\n".join(finding.words for finding in action.findings.all()),
            "; ".join(dict.fromkeys(finding.regulation for finding in action.findings.all() if finding.regulation)),
            action.title,
            action.detail,
            *(str(one or "") for one in (action.service, action.key_question, action.site)),
            str(action.owner),
            str(action.executive),
            action.original_due_on,
            action.due_on,
            status_tag(action.status)["text"],
            action.done_on,
            action.verified_on,
        )
        for action in actions
    ]
    return Table("Actions", f"plan-{plan.reference.lower()}", headings, rows, stamp)


def _findings(actions: Sequence[Action], plan: ActionPlan, stamp: Stamp) -> Table:
    found: dict[int, tuple[Finding, list[str]]] = {}
    for action in actions:
        for finding in action.findings.all():
            found.setdefault(finding.pk, (finding, []))[1].append(action.reference)
    rows: list[tuple[Any, ...]] = [
        (Finding.Kind(one.kind).label, one.words, one.regulation, ", ".join(references))
        for one, references in found.values()
    ]
    headings = ("Must or should", "Finding", "Regulation", "Actions")
    return Table("Findings", f"findings-{plan.reference.lower()}", headings, rows, stamp)
