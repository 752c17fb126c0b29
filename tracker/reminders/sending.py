"""The ways a message can go, and sending what is due by now.

`send_due_reminders` may run late, twice or beside itself: the ledger decides what is sent.
"""

import smtplib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Value

from tracker.people.scope import whole_service
from tracker.reminders.claiming import (
    Claim,
    RealClock,
    claim_message,
    end_message,
    people_to_tell,
    release_lapsed,
    settle,
)
from tracker.reminders.letters import Letter
from tracker.reminders.models import OutboxMessage, Reminder

WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
ATTEMPTS: Final = len(WAITS) + 1
State, Became = Reminder.State, OutboxMessage.State


class NotSent(Exception):
    """The message has certainly not left.  It may be tried again, unless the refusal is `final`."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@dataclass(frozen=True)
class Route:
    """A way for letters to go.  `deliver` returns when the letter is taken, raises `NotSent` when it certainly
    is not, and anything else when nobody can know.  `leaves` says that a letter may be gone although the
    sender stopped before it could say so."""

    deliver: Callable[[Letter], None]
    leaves: bool


def send_due_reminders(*, now: datetime, send: Route, limit: int = 2000) -> dict[str, int]:
    """Send what may go by now, one message at a time, at most `limit`; how many reminders ended in which state.

    Call it outside any transaction: a claim must be committed before its message may leave."""
    done = release_lapsed(now=now, leaves=send.leaves)
    sent = 0
    for person in people_to_tell(now=now):
        while sent < limit:
            with transaction.atomic(durable=True):
                claimed = claim_message(person, now=now)
            done += claimed.settled
            if claimed.claim is not None:
                sent += 1
                done += _deliver(claimed.claim, send, now=now)
            elif not claimed.settled:
                break
    return dict(done)


def _deliver(claim: Claim, send: Route, *, now: datetime) -> Counter[str]:
    """Deliver a claimed message and record what became of it."""
    became, why, final = Became.SENT, "", False
    try:
        send.deliver(claim.letter)
    except NotSent as refused:
        became, why, final = Became.NOT_SENT, str(refused), refused.final
    except Exception as lost:
        became, why = Became.UNKNOWN, f"The answer of the mail server was lost: {lost!r}"
    with transaction.atomic(durable=True), whole_service():
        # While it was delivered its lease may have run out: then it is `unknown`, and now it is known.
        ours = OutboxMessage.objects.select_for_update().filter(
            pk=claim.message_id, state__in=[Became.SENDING, Became.UNKNOWN]
        )
        message = ours.first()
        if message is None:
            return Counter({"taken over": 1})
        end_message(message.pk, became, why, now=now)
        reminders = list(message.reminders.filter(state__in=[State.SENDING, State.UNKNOWN]))
        if became is not Became.NOT_SENT:
            state = State.SENT if became is Became.SENT else State.UNKNOWN
            return Counter({settle([one.pk for one in reminders], state, why, now=now): len(reminders)})
        return _put_off(reminders, why, final=final, now=now)


def _put_off(reminders: list[Reminder], why: str, *, final: bool, now: datetime) -> Counter[str]:
    """Plan the reminders again after a wait; after the last attempt set them aside for a person."""
    given_up = [one.pk for one in reminders if final or one.attempts >= ATTEMPTS]
    done: Counter[str] = Counter()
    if given_up:
        done[settle(given_up, State.FAILED, why, now=now)] += len(given_up)
    for attempts, wait in enumerate(WAITS, start=1):
        again = [one.pk for one in reminders if one.attempts == attempts and one.pk not in given_up]
        done["put off"] += Reminder.objects.filter(pk__in=again).update(
            state=State.PLANNED, message=None, why=why, not_before=RealClock() + Value(wait)
        )
    return +done


def _keep(letter: Letter) -> None:
    """Nothing leaves: the message's row in the outbox is the whole of it."""


def _by_smtp(letter: Letter) -> None:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as problem:
        raise NotSent(f"The mail server cannot be reached: {problem}") from problem
    try:
        letter.as_email(connection).send()
    except smtplib.SMTPRecipientsRefused as problem:
        codes = {code for code, _ in problem.recipients.values()}
        final = all(500 <= code < 600 for code in codes)
        raise NotSent(f"The mail server refused the message: {problem}", final=final) from problem
    except smtplib.SMTPResponseException as problem:
        final = 500 <= problem.smtp_code < 600
        raise NotSent(f"The mail server refused the message: {problem}", final=final) from problem
    finally:
        with suppress(OSError, smtplib.SMTPException):  # the message has been taken or refused: a goodbye is no news
            connection.close()


OUTBOX = Route(_keep, leaves=False)
SMTP = Route(_by_smtp, leaves=True)


def route() -> Route:
    """The way letters go here: MAIL_ROUTE "outbox" or "smtp"."""
    return SMTP if settings.MAIL_ROUTE == "smtp" else OUTBOX
