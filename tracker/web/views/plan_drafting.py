"""Drafting the plan of an inspection: what the findings propose, in one table the lead edits, then made at once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from tracker.findings.models import Finding, Inspection
from tracker.people.roles import Can
from tracker.plans.deriving import Proposed
from tracker.plans.plan_models import ActionPlan
from tracker.plans.plan_queries import people_by_id, proposed_for
from tracker.plans.planning import Planned, RowsRefused
from tracker.plans.planning import draft_plan as make_draft
from tracker.web.finding_words import place_of_finding
from tracker.web.forms_plan_rows import MOST_ROWS, PlanForm, PlanRowForm, all_errors, check_rows
from tracker.web.plan_words import clock_words, plan_href
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs


@needs(Can.MAKE_ACTIONS)
def draft_plan(request: SignedInRequest, code: str, inspection_id: int) -> HttpResponse:
    """One row for each proposed action.  Sent, the rows are made in one go, or the page shows what is wrong."""
    inspection = _inspection(request, code, inspection_id)
    existing = ActionPlan.objects.visible_to(request.access).filter(inspection=inspection).order_by("-number").first()
    if existing is not None and request.method != "POST":
        return redirect(plan_href(existing))
    proposed, findings = proposed_for(inspection, request.moment.today)
    people = people_by_id(inspection.trust_id, request.moment.today)
    head = PlanForm(request.POST or None)
    rows = _sent(request, people) if request.method == "POST" else _first(proposed, people)
    made_rows: list[PlanRowForm] = []

    def save() -> HttpResponse:
        planned, made_rows[:] = _planned(rows, findings)
        made = make_draft(inspection, by=request.access, now=request.moment.now, rows=planned, **head.given)
        messages.success(request, f"{made.reference} drafted. Somebody else now approves it.")
        return redirect(plan_href(made))

    rows_right = request.method != "POST" or check_rows(rows)
    if rows_right and (answer := carry_out(request, head, save)) is not None:
        return answer
    if isinstance(head.refused, RowsRefused):
        for problem in head.refused.problems:
            made_rows[problem.row].refuse(problem.field, problem.message)
    elif request.method == "POST":
        head.is_valid()
    return render(
        request,
        "tracker/plans/draft.jinja",
        {
            "inspection": inspection,
            "trust": inspection.trust,
            "clock": clock_words(inspection.published_on, request.moment.today),
            "form": head,
            "rows": [_shown(row, findings, proposed) for row in rows],
            "errors": all_errors(head, rows),
            "left": max(0, len(proposed) - MOST_ROWS),
        },
        status=200 if rows_right else 400,
    )


def _inspection(request: SignedInRequest, code: str, inspection_id: int) -> Inspection:
    makes_for = request.access.trusts(Can.MAKE_ACTIONS)
    found = Inspection.objects.select_related("trust").filter(
        pk=inspection_id, trust__code=code.upper(), trust_id__in=makes_for
    )
    inspection = found.first()
    if inspection is None:
        raise Http404
    return inspection


def _first(proposed: list[Proposed], people: dict[int, Any]) -> list[PlanRowForm]:
    return [
        PlanRowForm(
            number=number,
            people=people,
            initial={
                "title": one.title,
                "owner": one.owner_id,
                "executive": one.executive_id,
                "due_on": one.due_on,
                "findings": ",".join(str(finding.id) for finding in one.findings),
            },
        )
        for number, one in enumerate(proposed[:MOST_ROWS], start=1)
    ]


def _sent(request: SignedInRequest, people: dict[int, Any]) -> list[PlanRowForm]:
    numbers = [number for number in range(1, MOST_ROWS + 1) if f"row-{number}-title" in request.POST]
    return [PlanRowForm(request.POST, number=number, people=people) for number in numbers]


def _planned(rows: list[PlanRowForm], findings: dict[int, Finding]) -> tuple[list[Planned], list[PlanRowForm]]:
    """What is to be made, and the row each comes from; merged rows lend their findings to the one they go with."""
    answers: dict[int, list[Finding]] = {}
    for row in rows:
        if row.cleaned_data.get("leave_out"):
            continue
        number = row.cleaned_data.get("together_with") or row.number
        answers.setdefault(number, []).extend(findings[pk] for pk in row.finding_ids if pk in findings)
    kept = [row for row in rows if not row.goes_elsewhere]
    planned = [
        Planned(
            row.cleaned_data["title"],
            row.cleaned_data["owner"],
            row.cleaned_data["executive"],
            row.cleaned_data["due_on"],
            tuple(dict.fromkeys(answers.get(row.number, ()))),
        )
        for row in kept
    ]
    return planned, kept


def _shown(row: PlanRowForm, findings: dict[int, Finding], proposed: list[Proposed]) -> dict[str, Any]:
    """A row with the words of the findings it answers."""
    ids = row.finding_ids
    why = next((one.why_due for one in proposed if ids and ids[0] in {finding.id for finding in one.findings}), "")
    return {
        "form": row,
        "number": row.number,
        "errors": {**dict.fromkeys(row.fields, ""), **(row.cell_errors() if row.is_bound else {})},
        "why_due": why,
        "findings": [
            {
                "kind": Finding.Kind(findings[pk].kind).label,
                "words": findings[pk].words,
                "place": ", ".join(part for part in (place_of_finding(findings[pk]), findings[pk].regulation) if part),
            }
            for pk in ids
            if pk in findings
        ],
    }
