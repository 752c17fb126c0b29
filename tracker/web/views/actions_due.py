"""The due date of an action: what was promised first, each move and who agreed, what is asked now, and when the
trust's own record says it will be finished."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from tracker.people.roles import Can
from tracker.plans import extending
from tracker.plans.closing_models import Extension
from tracker.plans.forecast import coverage, forecast
from tracker.plans.lifecycle import OPEN, Asked
from tracker.plans.models import Action
from tracker.plans.queries import record_of
from tracker.plans.writing import may_work_on
from tracker.web.action_pages import find_action, step, sub_pages
from tracker.web.due_words import forecast_words, shown_extension
from tracker.web.forms_closing import DecideForm, ExtensionForm
from tracker.web.ratings_words import long_day
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless


@needs(Can.SEE_PLANS)
def due_date(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    people = ("asked_by", "asked_for", "decided_by")
    extensions = list(found.extensions.select_related(*people).prefetch_related("arguments__by"))
    asked = next((one for one in extensions if one.state == Asked.ASKED), None)
    context: dict[str, Any] = {
        "action": found,
        "sub_pages": sub_pages(found, "due_date"),
        "extensions": [shown_extension(one) for one in extensions],
        "may_ask": found.status in OPEN and asked is None and may_work_on(found, request.access),
        "asked": asked,
        "may_decide": asked is not None and extending.may_decide(asked, request.access),
        "may_withdraw": asked is not None and may_work_on(found, request.access),
        "forecast": _forecast(request, found),
    }
    return render(request, "tracker/actions/due_date.jinja", context)


@needs(Can.SEE_PLANS)
def ask_extension(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    refuse_unless(may_work_on(found, request.access))
    own = request.access.person_id == found.owner_id
    form = ExtensionForm(
        request.POST or None,
        owner="" if own else str(found.owner),
        initial={"interim_control": found.interim_control},
    )

    def save() -> HttpResponse:
        given = form.given
        owner = found.owner if given.pop("for_owner", False) else None
        made = extending.ask_extension(found, by=request.access, now=request.moment.now, on_behalf_of=owner, **given)
        messages.success(request, f"Asked: {long_day(made.due_wanted)}. Somebody else decides; until then it is due "
                         f"{long_day(found.due_on)}.")  # fmt: skip
        return redirect("due_date", found.reference)

    return carry_out(request, form, save) or step(
        request, found, form, title=f"Ask for a later date for {found.reference}", button="Ask",
        facts=[("Due now", long_day(found.due_on)), ("First promised for", long_day(found.original_due_on))],
        back="due_date",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def decide_extension(request: SignedInRequest, reference: str) -> HttpResponse:
    """Grant or refuse what is asked: somebody entitled who did not ask."""
    found = find_action(request, reference)
    refuse_unless(request.access.may(Can.DECIDE_EXTENSIONS, found.trust_id))
    asked = _asked(found)
    form = DecideForm(request.POST or None)

    def save() -> HttpResponse:
        given = form.given
        grant = given.pop("grant") == "yes"
        extending.decide_extension(asked, by=request.access, now=request.moment.now, grant=grant, **given)
        messages.success(request, f"{found.reference}: the later date is {'granted' if grant else 'refused'}.")
        return redirect("due_date", found.reference)

    shown = shown_extension(asked)
    return carry_out(request, form, save) or step(
        request, found, form, title=f"Decide on a later date for {found.reference}", button="Save decision",
        facts=[("From", shown["before"]), ("To", shown["wanted"]), ("Asked by", shown["asked_by"]),
               *((key, shown[name]) for key, name in REASONS), ("Moved before", str(found.times_moved))],
        back="due_date",
    )  # fmt: skip


@needs(Can.SEE_PLANS)
def withdraw_extension(request: SignedInRequest, reference: str) -> HttpResponse:
    """Posted from the due date's page: the later date is no longer asked."""
    found = find_action(request, reference)
    if request.method != "POST":
        return redirect("due_date", found.reference)
    refuse_unless(may_work_on(found, request.access))
    extending.withdraw_extension(_asked(found), by=request.access, now=request.moment.now, why="")
    messages.success(request, f"{found.reference}: no later date is asked any more.")
    return redirect("due_date", found.reference)


REASONS = (
    ("Why", "reason"),
    ("What the delay means for patients", "impact"),
    ("What keeps patients safe until then", "interim_control"),
)


def _asked(found: Action) -> Extension:
    people = ("action", "asked_by", "asked_for", "decided_by")
    asked = found.extensions.filter(state=Asked.ASKED).select_related(*people).first()
    if asked is None:
        raise Http404
    return asked


def _forecast(request: SignedInRequest, found: Action) -> dict[str, str]:
    """What the trust's own record says of an open action."""
    if found.status not in OPEN:
        return {}
    record = record_of(found.trust_id)
    said = forecast(found.made_at.date(), found.original_due_on, request.moment.today, record)
    return forecast_words(said, coverage(record), len(record))
