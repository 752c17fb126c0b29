"""A reminder as a plain letter, and the ways it can go.

Email is read on shared screens and forwarded: a letter names the action's reference and nothing of what the
action is about.  The link leads to the page, which asks who is reading.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tracker.reminders.models import Reminder


@dataclass(frozen=True)
class Letter:
    """What is sent to whom."""

    to: str
    subject: str
    text: str


class NotSent(Exception):
    """The message has certainly not left: it may be tried again."""


@dataclass(frozen=True)
class Route:
    """A way for letters to go.  `deliver` returns when the letter is taken, raises `NotSent` when it certainly
    is not, and anything else when nobody can know.  `leaves` says that a letter may be gone although the
    sender stopped before it could say so."""

    deliver: Callable[[Letter], None]
    leaves: bool


def letter_about(reminder: Reminder, reference: str, today: date) -> Letter:
    """The letter for a reminder of the action `reference`, worded by how things stand on the day it is sent."""
    if reminder.due_on > today:
        standing = "will soon be due"
    else:
        standing = "is due today" if reminder.due_on == today else "is overdue"
    return Letter(
        to=reminder.person.email,
        subject=f"Reminder: {reference}",
        text=(
            f"Dear {reminder.person},\n\n"
            f"Action {reference}, which you own, {standing}.\n\n"
            f"Record how it stands, or that it is done:\n"
            f"{settings.SERVICE_ADDRESS.rstrip('/')}/actions/{reference}\n\n"
            "Why you get this: you are the action's owner. Owners are reminded a week before, on the day, and "
            "ever more seldom after it, until the action is done or somebody else owns it.\n"
        ),
    )


def _keep(letter: Letter) -> None:
    """Nothing leaves: the message's row in the outbox is the whole of it."""


def _by_smtp(letter: Letter) -> None:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as problem:
        raise NotSent(f"The mail server cannot be reached: {problem}") from problem
    try:
        EmailMessage(letter.subject, letter.text, to=[letter.to], connection=connection).send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as problem:
        raise NotSent(f"The mail server refused the message: {problem}") from problem
    finally:
        with suppress(OSError, smtplib.SMTPException):  # the message has been taken or refused: a goodbye is no news
            connection.close()


OUTBOX = Route(_keep, leaves=False)
SMTP = Route(_by_smtp, leaves=True)


def route() -> Route:
    """The way letters go here: MAIL_ROUTE "outbox" or "smtp"."""
    return SMTP if settings.MAIL_ROUTE == "smtp" else OUTBOX
