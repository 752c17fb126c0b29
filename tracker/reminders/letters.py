"""What a message says: counts in its subject, a line for each thing, each line a link.

Email is read on shared screens and forwarded: a message names references and days, and nothing of what an action is
about.  A link leads to the page, which asks who is reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from tracker.accounts.models import User
from tracker.reminders.models import Reminder
from tracker.sources import DuePromises, Pace, Standing, Told

OVERDUE, TODAY, COMING, WAITING = "Overdue", "Due today", "Coming up", "Waiting for an answer"
PARTS: Final = (OVERDUE, TODAY, WAITING, COMING)
_WHY: Final = {
    Told.EXECUTIVE: "you are its accountable executive",
    Told.IMPROVEMENT_LEAD: "it has waited long and you are the trust's improvement lead",
    Told.REGION: "it has waited long and you look after the trust's region",
}

_STANDS_IN: Final = "you stand in for somebody who is away"


def why_told(reminder: Reminder, kind: DuePromises | None) -> str:
    """Why the person of `reminder` is told: "you own it"."""
    if reminder.stands_in_for_id is not None:
        return _STANDS_IN
    told = Told(reminder.told)
    return _WHY.get(told, kind.why_owner if kind else "you were asked")


@dataclass(frozen=True)
class Letter:
    """What is sent to whom.  A provider of mail is asked by `reference` what became of it."""

    to: str
    subject: str
    text: str
    html: str
    reference: UUID

    def as_email(self, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
        """The letter as mail, its reference in the number by which mail servers know it."""
        message = EmailMultiAlternatives(self.subject, self.text, to=[self.to], connection=connection)
        if self.html:
            message.attach_alternative(self.html, "text/html")
        message.extra_headers["Message-ID"] = f"<{self.reference}@{urlsplit(settings.SERVICE_ADDRESS).hostname}>"
        return message


@dataclass(frozen=True)
class Line:
    """One thing a message reminds of."""

    part: str  # under which heading it stands
    reference: str
    what: str
    when: str
    why: str
    address: str

    @staticmethod
    def of(reminder: Reminder, standing: Standing, kind: DuePromises, today: date) -> "Line":
        """Worded by how things stand on the day it is sent."""
        late = (today - standing.due_on).days
        day = f"{standing.due_on:%-d %B %Y}"
        if kind.pace is Pace.ANSWER:
            part, when = WAITING, f"has waited since {day}"
        elif late > 0:
            part, when = OVERDUE, f"was due on {day}, {late} {'day' if late == 1 else 'days'} ago"
        elif late == 0:
            part, when = TODAY, "is due today"
        else:
            part, when = COMING, f"is due on {day}"
        why = why_told(reminder, kind)
        return Line(part, standing.reference, standing.what, when, why, _address(standing.href))


def letter_of(person: User, lines: Sequence[Line], today: date, *, reference: UUID) -> Letter:
    """One message to `person` with all of `lines`: what is overdue first, then today's, what waits, and what comes."""
    parts = {part: [line for line in lines if line.part == part] for part in PARTS}
    told = {part: found for part, found in parts.items() if found}
    words = {
        "person": str(person),
        "parts": told,
        "settings_address": _address("/reminders/settings"),
        "reminders_address": _address("/reminders"),
        "service": settings.SERVICE_ADDRESS.rstrip("/"),
    }
    return Letter(
        to=person.email,
        subject=_subject(lines, told),
        text=render_to_string("emails/reminders.txt.jinja", words),
        html=render_to_string("emails/reminders.html.jinja", words),
        reference=reference,
    )


def _subject(lines: Sequence[Line], told: dict[str, list[Line]]) -> str:
    if len(lines) == 1:
        return f"Reminder: {lines[0].reference}"
    return "Reminders: " + ", ".join(f"{len(found)} {part.lower()}" for part, found in told.items())


def _address(path: str) -> str:
    return f"{settings.SERVICE_ADDRESS.rstrip('/')}{path}"
