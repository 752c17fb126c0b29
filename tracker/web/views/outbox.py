"""The outbox: every message as it left, and the reminders that need a person, for whoever looks after the service."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from tracker.people.roles import Can
from tracker.reminders.models import ReminderDecision
from tracker.reminders.operations import decide_reminder
from tracker.reminders.queries import ledger_by_state, messages_visible_to, needing_a_person, settleable_by
from tracker.web.exports import download_links, list_file
from tracker.web.forms_reminders import DecideForm
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out
from tracker.web.reminder_words import Lines, State, shown_message, shown_reminder
from tracker.web.requests import SignedInRequest, needs
from tracker.web.views.reminders import MESSAGE_COLUMNS, REMINDER_COLUMNS

ATTENTION: Final = "attention"  # `?of=attention`: which of the two tables of the page a file holds
Decided = ReminderDecision.Decided
SAID: Final = {
    Decided.SENT: "Recorded: it was sent.",
    Decided.NOT_SENT: "Recorded: it was not sent, and will not be.",
    Decided.AGAIN: "It will be sent again with the person's next message.",
}


@needs(Can.SEE_OPERATIONS)
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message, the newest first, what stands in the ledger, and what needs a person."""
    every, attention = messages_visible_to(request.access), needing_a_person(request.access)
    today = request.moment.today
    if request.GET.get("of") == ATTENTION:
        lines: Lines = ((reminder, None) for reminder in attention)
        file = list_file(request, REMINDER_COLUMNS, lines, as_at=today, chosen="Reminders that need a person")
    else:
        file = list_file(request, MESSAGE_COLUMNS, every, as_at=today)
    if file:
        return file
    rows, pages = one_page(every, request.GET)
    states = ledger_by_state(request.access)
    return render(
        request,
        "tracker/reminders/outbox.jinja",
        {
            "rows": [shown_message(message) for message in rows],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "ledger": [{"key": State(state).label, "value": f"{count:,}"} for state, count in states.items()],
            "need_a_person": [shown_reminder(reminder, None) for reminder in attention[:50]],
            "need_in_all": states[State.FAILED] + states[State.UNKNOWN],
            "downloads": download_links(request),
            "attention_downloads": download_links(request, of=ATTENTION),
        },
    )


@needs(Can.SEE_OPERATIONS)
def settle_reminder(request: SignedInRequest, reminder_id: int) -> HttpResponse:
    """Says what is known of a doubtful reminder, and asks what became of it."""
    found = settleable_by(request.access).filter(pk=reminder_id).first()
    if found is None:
        raise Http404
    form = DecideForm(request.POST or None)

    def save() -> HttpResponse:
        decided = Decided(form.cleaned_data["decided"])
        decide_reminder(found, decided, why=form.cleaned_data["why"], by=request.access, now=request.moment.now)
        messages.success(request, SAID[decided])
        return redirect("outbox")

    return carry_out(request, form, save) or render(
        request, "tracker/reminders/settle.jinja", {"form": form, "reminder": shown_reminder(found, None)}
    )
