"""A person's reminders: what was sent and why, and what will be sent in the next fortnight."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from tracker.people.roles import Can
from tracker.reminders.letters import Letter
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.previewing import Coming, Whose, coming_messages, may_preview
from tracker.reminders.queries import messages_visible_to, reminders_visible_to
from tracker.reports.tables import Columns
from tracker.sources import Named
from tracker.web.action_words import moment_words
from tracker.web.addresses import address
from tracker.web.exports import download_links, list_file
from tracker.web.paging import one_page
from tracker.web.reminder_words import (
    Became,
    State,
    reminder_pages,
    shown_message,
    shown_reminder,
    why_words,
    with_names,
)
from tracker.web.requests import SignedInRequest, needs

MESSAGES = "messages"  # `?of=messages`: which of the two tables of the page a file holds
WHOSE: Final = {Whose.OWN: "To you", Whose.TRUST: "About your trust's plan", Whose.ALL: "To everybody"}

MESSAGE_COLUMNS: Final = Columns[OutboxMessage](
    title="Messages",
    stem="messages",
    values={
        "Sent": lambda message: moment_words(message.at),
        "To": lambda message: str(message.person),
        "Address": lambda message: message.to,
        "Subject": lambda message: message.subject,
        "State": lambda message: str(Became(message.state).label),
        "Why": lambda message: message.why,
        "Message": lambda message: message.text,
    },
)
REMINDER_COLUMNS: Final = Columns[tuple[Reminder, Named | None]](
    title="Reminders",
    stem="reminders",
    values={
        "About": lambda line: line[1].reference if line[1] else "",
        "Title": lambda line: line[1].title if line[1] else "",
        "To": lambda line: str(line[0].person),
        "Why to them": lambda line: why_words(line[0]),
        "Due": lambda line: line[0].due_on,
        "To be sent": lambda line: line[0].send_on,
        "State": lambda line: str(State(line[0].state).label),
        "Why": lambda line: line[0].why,
    },
)
COMING_COLUMNS: Final = Columns[tuple[Coming, Reminder, Named | None]](
    title="Messages to come",
    stem="messages-to-come",
    values={
        "Will be sent": lambda line: moment_words(line[0].at),
        "To": lambda line: str(line[0].person),
        "About": lambda line: line[2].reference if line[2] else "",
        "Title": lambda line: line[2].title if line[2] else "",
        "Why to them": lambda line: why_words(line[1]),
        "Due": lambda line: line[1].due_on,
    },
)


@needs(Can.SEE_RATINGS)
def reminders(request: SignedInRequest) -> HttpResponse:
    """The person's own: what is planned, what was sent, in which message, and why they get it."""
    person = request.access.person_id
    own = reminders_visible_to(request.access).filter(person_id=person)
    sent = messages_visible_to(request.access).filter(person_id=person)
    today = request.moment.today
    if request.GET.get("of") == MESSAGES:
        file = list_file(request, MESSAGE_COLUMNS, sent, as_at=today)
    else:
        file = list_file(request, REMINDER_COLUMNS, with_names(request.access, own), as_at=today)
    if file:
        return file
    rows, pages = one_page(own, request.GET)
    return render(
        request,
        "tracker/reminders/reminders.jinja",
        {
            "pages_of": reminder_pages(request.access, request.path),
            "rows": [shown_reminder(*line) for line in with_names(request.access, rows)],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "messages_sent": [shown_message(message) for message in sent[:20]],
            "downloads": download_links(request),
            "messages_downloads": download_links(request, of=MESSAGES),
            "email": request.user.email,
        },
    )


@needs(Can.SEE_RATINGS)
def coming(request: SignedInRequest) -> HttpResponse:
    """What will be sent to whom in the next fourteen days, as things stand now."""
    offered = may_preview(request.access)
    asked = request.GET.get("of", Whose.OWN)
    if asked not in offered:
        raise Http404
    whose = Whose(asked)
    found = coming_messages(request.access, whose, now=request.moment.now)
    named = {id(one): name for one, name in with_names(request.access, [r for m in found for r in m.reminders])}
    lines = ((message, one, named[id(one)]) for message in found for one in message.reminders)
    if file := list_file(request, COMING_COLUMNS, lines, as_at=request.moment.today, chosen=WHOSE[whose]):
        return file
    shown, pages = one_page(_Counted(found), request.GET)
    return render(
        request,
        "tracker/reminders/coming.jinja",
        {
            "pages_of": reminder_pages(request.access, request.path),
            "choices": [
                {"text": WHOSE[one], "href": address(request.path, {"of": one.value}), "current": one is whose}
                for one in offered
            ],
            "messages_to_come": [
                {
                    "at": moment_words(message.at),
                    "person": str(message.person),
                    "reminders": [shown_reminder(one, named[id(one)]) for one in message.reminders],
                }
                for message in shown
            ],
            "own": whose is Whose.OWN,
            "total": pages.total,
            "pagination": pages.links(request.path, {"of": whose.value}),
            "downloads": download_links(request),
        },
    )


class _Counted(list[Coming]):
    """A list that is counted as a queryset is."""

    def count(self) -> int:  # type: ignore[override]  # as `tracker.web.paging.Rows` asks
        return len(self)


@needs(Can.SEE_RATINGS)
def message(request: SignedInRequest, message_id: int) -> HttpResponse:
    """One message as it left, with what it reminded of: to its person, and to whoever looks after the service."""
    found = _message(request, message_id)
    inside = reminders_visible_to(request.access).filter(message=found)
    return render(
        request,
        "tracker/reminders/message.jinja",
        {
            "message": shown_message(found),
            "lines": found.text.splitlines(),
            "own": found.person_id == request.access.person_id,
            "rows": [shown_reminder(*line) for line in with_names(request.access, inside)],
            "number": found.pk,
        },
    )


@needs(Can.SEE_RATINGS)
def message_file(request: SignedInRequest, message_id: int) -> HttpResponse:
    """The message as mail programs keep it, with its HTML version: to open in one, never in this page."""
    found = _message(request, message_id)
    letter = Letter(found.to, found.subject, found.text, found.html, found.reference)
    disposition = content_disposition_header(True, f"message-{found.pk}.eml") or "attachment"
    return HttpResponse(
        letter.as_email().message().as_bytes(),
        content_type="message/rfc822",
        headers={"Content-Disposition": disposition},
    )


def _message(request: SignedInRequest, message_id: int) -> OutboxMessage:
    found = messages_visible_to(request.access).filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found
