"""Importing the tracker a trust has: paste or send it, name its columns, put its rows right, import, and take back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.plans import importing
from tracker.plans.importing import UNDO_WITHIN
from tracker.plans.importing_models import TrackerImport
from tracker.plans.importing_queries import Line, holds_numbers, lines_of, why_it_stays
from tracker.plans.lifecycle import TrackerState
from tracker.trusts.models import Trust
from tracker.web.action_words import action_href, moment_words
from tracker.web.forms_tracker import ColumnsForm, ConfirmForm, LineForm, TrackerForm, UndoTrackerForm, choices_for
from tracker.web.ratings_words import short_day
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs


@needs(Can.MAKE_ACTIONS)
def import_actions(request: SignedInRequest) -> HttpResponse:
    """Paste or send a tracker; those that are not finished, or can still be taken back, stand below."""
    trust = Trust.objects.filter(pk__in=request.access.trusts(Can.MAKE_ACTIONS)).order_by("name").first()
    if trust is None:
        raise Http404
    form = TrackerForm(request.POST or None, request.FILES or None)

    def save() -> HttpResponse:
        made = importing.receive_tracker(
            trust, by=request.access, now=request.moment.now, sheet=form.sheet, name=form.file_name,
            form_key=form.cleaned_data["form_key"],
        )  # fmt: skip
        return redirect("tracker_columns", made.public_id)

    recent = TrackerImport.objects.visible_to(request.access).select_related("made_by")[:10]
    shown = [
        {
            "text": f"{one.name}, {len(one.cells)} rows",
            "href": reverse("tracker_import", args=[one.public_id]),
            "state": TrackerState(one.state).label,
            "when": moment_words(one.made_at),
            "by": str(one.made_by),
        }
        for one in recent
    ]
    return carry_out(request, form, save) or render(
        request, "tracker/plans/import_tracker.jinja", {"form": form, "trust": trust, "recent": shown}
    )


@needs(Can.MAKE_ACTIONS)
def tracker_columns(request: SignedInRequest, tracker_id: UUID) -> HttpResponse:
    """What each column is; guessed, and remembered for the trust's next tracker."""
    tracker = _find(request, tracker_id)
    if tracker.state != TrackerState.CHECKING:
        return redirect("tracker_import", tracker.public_id)
    form = ColumnsForm(request.POST or None, tracker=tracker)

    def save() -> HttpResponse:
        importing.name_columns(tracker, by=request.access, now=request.moment.now, columns=form.columns)
        return redirect("tracker_import", tracker.public_id)

    return carry_out(request, form, save) or render(
        request, "tracker/plans/tracker_columns.jinja", {"form": form, "tracker": tracker}
    )


@needs(Can.MAKE_ACTIONS)
def tracker_import(request: SignedInRequest, tracker_id: UUID) -> HttpResponse:
    """Every row as it would be made, the wrong ones first to be put right; after the import, what came of it."""
    tracker = _find(request, tracker_id)
    if tracker.state != TrackerState.CHECKING:
        return _result(request, tracker)
    today = request.moment.today
    lines = lines_of(tracker, today)
    if request.method == "POST":
        corrections = LineForm.sent(request.POST)
        if corrections:
            tracker = importing.put_rows_right(
                tracker, by=request.access, now=request.moment.now, corrections=corrections
            )
            lines = lines_of(tracker, today)
    wants_import = request.method == "POST" and request.POST.get("do") == "import"
    form = ConfirmForm(request.POST if wants_import else None, asks=holds_numbers(lines))

    def save() -> HttpResponse:
        made = importing.import_rows(tracker, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{len(made)} actions imported. You can undo this for 24 hours.")
        return redirect("tracker_import", tracker.public_id)

    wrong = [line for line in lines if line.errors]
    if wants_import and not wrong and (answer := carry_out(request, form, save)) is not None:
        return answer
    offered = choices_for(tracker, today)
    forms = [LineForm(line, tracker=tracker, offered=offered) for line in wrong]
    errors = [entry for one in forms for entry in one.error_list()] if request.method == "POST" else []
    return render(
        request,
        "tracker/plans/check_tracker.jinja",
        {
            "tracker": tracker,
            "form": form,
            "errors": [*errors, *(form.error_list() if form.is_bound else [])],
            "wrong": forms,
            "right": [_shown(line) for line in lines if not line.errors and not line.left_out],
            "left_out": sum(line.left_out for line in lines),
        },
    )


@needs(Can.MAKE_ACTIONS)
def undo_tracker(request: SignedInRequest, tracker_id: UUID) -> HttpResponse:
    tracker = _find(request, tracker_id)
    if tracker.state != TrackerState.IMPORTED:
        return redirect("tracker_import", tracker.public_id)
    form = UndoTrackerForm(request.POST or None)

    def save() -> HttpResponse:
        taken = importing.undo_import(tracker, by=request.access, now=request.moment.now, **form.given)
        kept = f" {len(taken.kept)} stay: somebody has worked on them since." if taken.kept else ""
        messages.success(request, f"Import undone: {len(taken.set_aside)} actions set aside.{kept}")
        return redirect("tracker_import", tracker.public_id)

    made = tracker.made.select_related("action")
    staying = [{"text": str(one.action), "why": why} for one in made if (why := why_it_stays(one))]
    return carry_out(request, form, save) or render(
        request,
        "tracker/plans/undo_tracker.jinja",
        {"form": form, "tracker": tracker, "staying": staying, "total": len(made)},
    )


def _find(request: SignedInRequest, tracker_id: UUID) -> TrackerImport:
    visible = TrackerImport.objects.visible_to(request.access).select_related("trust", "made_by")
    found = visible.filter(public_id=tracker_id).first()
    if found is None:
        raise Http404
    return found


def _result(request: SignedInRequest, tracker: TrackerImport) -> HttpResponse:
    made = list(tracker.made.select_related("action__owner"))
    in_time = tracker.imported_at is not None and request.moment.now - tracker.imported_at <= UNDO_WITHIN
    return render(
        request,
        "tracker/plans/imported_tracker.jinja",
        {
            "tracker": tracker,
            "state": TrackerState(tracker.state).label,
            "rows": [
                {"text": one.action.reference, "href": action_href(one.action), "title": one.action.title,
                 "own": one.action.own_reference, "owner": str(one.action.owner),
                 "status": one.action.get_status_display()}
                for one in made
            ],
            "may_undo": tracker.state == TrackerState.IMPORTED and in_time,
            "when": moment_words(tracker.imported_at),
            "by": str(tracker.made_by),
        },
    )  # fmt: skip


def _shown(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "number": line.number + 1,
        "reference": row.reference,
        "title": row.title,
        "due": short_day(row.due_on),
        "complete": row.said_complete,
    }
