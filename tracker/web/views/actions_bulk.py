"""Changing many actions of the list: choose what, see each before and after, save, and take it back."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tracker.people.roles import Can
from tracker.plans.bulk import MOST, Outcome, Wish, make_bulk_change, try_bulk_change, undo_bulk_change
from tracker.plans.models import Action
from tracker.plans.queries import people_of_the_plan
from tracker.plans.working_models import BulkChange
from tracker.problems import Refused
from tracker.web.action_words import shown_changes
from tracker.web.actions_filter import read_filter
from tracker.web.forms_lists import BulkForm
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs


@needs(Can.UPDATE_ACTIONS)
def bulk_change(request: SignedInRequest) -> HttpResponse:
    """`?ref=…&ref=…`, or `?every=1` with the list's filters.  Sent once it is reviewed, sent again it is done."""
    actions = _chosen(request)
    trust_id = actions[0].trust_id if actions else 0
    form = BulkForm(request.POST or None, people=people_of_the_plan(trust_id, request.moment.today))
    reviewed: list[Outcome] = []

    def save() -> HttpResponse | None:
        nonlocal reviewed
        wish = Wish(**form.given)
        if request.POST.get("step") == "save":
            bulk, _ = make_bulk_change(actions, by=request.access, now=request.moment.now, wish=wish)
            return redirect("bulk_changed", bulk.public_id)
        reviewed = try_bulk_change(actions, by=request.access, now=request.moment.now, wish=wish)
        return _review(request, actions, form, reviewed)

    answer = carry_out(request, form, save)  # type: ignore[arg-type]
    return answer or render(
        request, "tracker/actions/bulk.jinja",
        {"form": form, "actions": actions, "most": MOST, "too_many": len(actions) > MOST},
    )  # fmt: skip


@needs(Can.UPDATE_ACTIONS)
def bulk_changed(request: SignedInRequest, bulk_id: UUID) -> HttpResponse:
    """What was changed, with the button that takes it back."""
    bulk = _bulk(request, bulk_id)
    rows = bulk.rows.select_related("action").order_by("action__reference")
    return render(
        request,
        "tracker/actions/bulk_changed.jinja",
        {"bulk": bulk, "actions": [{"reference": row.action.reference, "title": row.action.title} for row in rows]},
    )


@needs(Can.UPDATE_ACTIONS)
def undo_bulk(request: SignedInRequest, bulk_id: UUID) -> HttpResponse:
    """Posted from the banner."""
    bulk = _bulk(request, bulk_id)
    if request.method != "POST":
        return redirect("bulk_changed", bulk.public_id)
    try:
        outcomes = undo_bulk_change(bulk, by=request.access, now=request.moment.now)
    except Refused:
        return redirect("bulk_changed", bulk.public_id)
    return render(
        request,
        "tracker/actions/bulk_undone.jinja",
        {"rows": [_row(one) for one in outcomes], "left": sum(bool(one.refused) for one in outcomes)},
    )


def _review(request: HttpRequest, actions: list[Action], form: BulkForm, outcomes: list[Outcome]) -> HttpResponse:
    """Each action as it would be.  It carries on what was typed; nothing is saved."""
    sent = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
    hidden = [(name, value) for name, value in sent if name not in {"csrfmiddlewaretoken", "step"}]
    would = sum(not one.refused for one in outcomes)
    context: dict[str, Any] = {
        "rows": [_row(one) for one in outcomes], "would": would, "in_all": len(actions), "hidden": hidden,
        "why": form.cleaned_data["why"],
    }  # fmt: skip
    return render(request, "tracker/actions/bulk_review.jinja", context)


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "reference": outcome.action.reference,
        "title": outcome.action.title,
        "changes": shown_changes(outcome.changes),
        "refused": outcome.refused,
    }


def _bulk(request: SignedInRequest, bulk_id: UUID) -> BulkChange:
    mine = BulkChange.objects.filter(trust_id__in=request.access.trusts(Can.UPDATE_ACTIONS))
    bulk = mine.filter(public_id=bulk_id).select_related("by", "undone_by").first()
    if bulk is None:
        raise Http404
    return bulk


def _chosen(request: SignedInRequest) -> list[Action]:
    """The actions named in the address, or all that its filters leave; those the person may change."""
    visible = Action.objects.visible_to(request.access).filter(trust_id__in=request.access.trusts(Can.UPDATE_ACTIONS))
    if request.GET.get("every"):
        filtered = read_filter(request.GET, request.access)
        rows = filtered.rows(visible, request.access, request.moment.today)
    else:
        rows = visible.filter(reference__in=request.GET.getlist("ref")[: MOST + 1])
    return list(rows.select_related("trust", "owner", "executive")[: MOST + 1])
