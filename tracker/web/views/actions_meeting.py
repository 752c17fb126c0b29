"""Going through many actions in a meeting: one after the other, with updates on behalf of those who speak."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.plans.lifecycle import Status
from tracker.plans.models import Action
from tracker.plans.operations import record_progress as record
from tracker.plans.queries import people_of_the_plan, timeline
from tracker.web.action_words import due_note, place_of_action, shown_entry, status_tag
from tracker.web.actions_filter import read_filter
from tracker.web.addresses import address
from tracker.web.forms_actions import MeetingForm
from tracker.web.ratings_words import long_day
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless

LAST_SAID = 3


@needs(Can.UPDATE_ACTIONS)
def meeting(request: SignedInRequest) -> HttpResponse:
    """The list of the address, one action at a time: `&at=` names the one on the page, none the first."""
    visible = Action.objects.visible_to(request.access).filter(trust_id__in=request.access.trusts(Can.UPDATE_ACTIONS))
    filtered = read_filter(request.GET, request.access)
    rows = filtered.rows(visible, request.access, request.moment.today)
    references = list(rows.values_list("reference", flat=True))
    at = request.GET.get("at", "")
    if not at and not references:
        return render(request, "tracker/actions/meeting_over.jinja", {"list_href": _list(filtered.query)})
    at = at or references[0]
    related = ("trust", "owner", "executive", "service", "key_question", "site")
    found = visible.select_related(*related).filter(reference=at).first()
    if found is None:
        raise Http404
    here = references.index(at) if at in references else -1
    onward = references[here + 1] if here + 1 < len(references) else ""
    refuse_unless(request.access.may(Can.UPDATE_ACTIONS, found.trust_id))
    people = people_of_the_plan(found.trust_id, request.moment.today).exclude(pk=request.user.pk)
    start = {"version": found.version, "status": found.status}
    form = MeetingForm(request.POST or None, action=found, people=people, initial=start)
    # where to go is settled before the update, which may take the action out of the list
    next_href = address(reverse("meeting"), {**filtered.query, "at": onward}) if onward else ""

    def save() -> HttpResponse:
        made = record(found, by=request.access, now=request.moment.now, **form.given)
        for_whom = f" on behalf of {made.on_behalf_of}" if made.on_behalf_of else ""
        said = Status(made.status_after).label.lower()
        messages.success(request, f"{found.reference}: progress recorded{for_whom}, {said}.")
        return redirect(next_href or f"{_list(filtered.query)}")

    return carry_out(request, form, save) or render(
        request,
        "tracker/actions/meeting.jinja",
        {
            "action": found,
            "status": status_tag(found.status),
            "place": place_of_action(found),
            "due": long_day(found.due_on),
            "due_note": due_note(found, request.moment.today),
            "number": here + 1,
            "in_all": len(references),
            "events": [shown_entry(entry) for entry in timeline(found, request.access)[:LAST_SAID]],
            "form": form,
            "next_href": next_href,
            "list_href": _list(filtered.query),
        },
    )


def _list(query: dict[str, str]) -> str:
    return address(reverse("actions"), query or {"all": "1"})
