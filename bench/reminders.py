"""Reminders: planning a whole England's dated things, planning again, and sending them.

Planning is measured against one second for 200,000 actions whose first reminder has come due, and against itself when
nothing is left to write.  Sending is measured beside a bare `smtplib` loop that hands the same letters to the same
mail server, in turns.
"""

import smtplib
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import connection

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import scratch, settle
from tests.cast import make_cast
from tests.plan_factories import NOW, PUBLISHED, TODAY, new_action
from tracker.accounts.models import User
from tracker.people.models import Membership
from tracker.people.roles import Role
from tracker.people.scope import whole_service
from tracker.reminders.letters import Letter
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.planning import plan_reminders
from tracker.reminders.sending import SMTP, send_due_reminders

DATED: Final = 200_000
OWNERS: Final = 2_000
WORDS: Final = (
    "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns "
    "WHERE table_name = %s AND column_name <> 'id'"
)


def measure(options: Options) -> list[Ratio]:
    dated = DATED if options.whole else DATED // 10
    timings = Timings()
    with scratch() as name:
        people = fill(dated)
        settle(name)
        timings.add("plan", seconds_of(lambda: counted(dated, plan_reminders(now=NOW))))
        for _ in range(3):
            timings.add("again", seconds_of(lambda: counted(0, plan_reminders(now=NOW))))
        plan, again = timings.median("plan"), timings.median("again")
        print(f"{dated:,} dated things: planned in {plan:.2f} s, again in {again:.2f} s")
        with mail_server() as port:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            messages = sent_in_turns(timings, people, port)
    print(
        f"{messages} messages: ours {messages / sum(timings.taken['ours']):.0f} a second, "
        f"bare smtplib {messages / sum(timings.taken['bare']):.0f} a second"
    )
    scale = dated / DATED
    return [
        Ratio("reminders_plan_seconds", timings.median("plan") / scale, 1, judged=options.whole),
        Ratio("reminders_again_to_plan", timings.ratio("again", "plan"), 1, judged=options.whole),
        Ratio("reminders_rate_to_smtplib", sum(timings.taken["bare"]) / sum(timings.taken["ours"]), 0.5, at_least=True),
    ]


def counted(expected: int, written: int) -> None:
    if written != expected:
        raise RuntimeError(f"{written} reminders were written, not {expected}")


def fill(dated: int) -> int:
    """`dated` actions of one trust, all due in a week, owned by many people; how many people."""
    cast = make_cast()
    action = new_action(cast, due_on=TODAY + timedelta(days=7))
    with whole_service(), connection.cursor() as cursor:
        people = User.objects.bulk_create(
            User(email=f"owner{n}@example.nhs.test", name=f"Owner {n}", password="!") for n in range(OWNERS)
        )
        Membership.objects.bulk_create(
            Membership(person=one, role=Role.ACCOUNTABLE_EXECUTIVE, trust_id=action.trust_id, valid_from=PUBLISHED)
            for one in people
        )
        cursor.execute(WORDS, ["action"])
        columns = [one.strip() for one in cursor.fetchone()[0].split(",")]
        other = {"reference": "'XN1-PR-' || n", "owner_id": "(%s::bigint[])[1 + n %% %s]", "form_key": "NULL"}
        chosen = ", ".join(other.get(column, column) for column in columns)
        cursor.execute(
            f"INSERT INTO action ({', '.join(columns)}) SELECT {chosen} FROM action, generate_series(2, %s) n "
            "WHERE reference = %s",
            [[one.pk for one in people], OWNERS, dated, action.reference],
        )
    return len(people)


def sent_in_turns(timings: Timings, people: int, port: int) -> int:
    """A few of the messages by our sender, then as many letters by a bare loop, turn by turn; how many in all."""
    share, sent = people // 20, 0
    for _ in range(5):
        before = last_message()
        timings.add("ours", seconds_of(lambda: send_due_reminders(now=NOW, send=SMTP, limit=share)))
        with whole_service():
            letters = [
                Letter(one.to, one.subject, one.text, one.html, one.reference)
                for one in OutboxMessage.objects.filter(pk__gt=before)
            ]
        timings.add("bare", seconds_of(partial(bare_loop, letters, port)))
        sent += len(letters)
    with whole_service():
        if Reminder.objects.filter(state__in=["failed", "unknown", "sending"]).exists():
            raise RuntimeError("some reminders were not sent")
    return sent


def last_message() -> int:
    with whole_service():
        newest = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first()
        return newest or 0


def bare_loop(letters: list[Letter], port: int) -> None:
    """What a script would do: a connection for each letter, nothing kept of what was sent."""
    for letter in letters:
        message = letter.as_email().message().as_bytes()
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail(settings.DEFAULT_FROM_EMAIL, [letter.to], message)


class _Conversation(socketserver.StreamRequestHandler):
    """As much SMTP as one message needs."""

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"DATA"):
                self.say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.say("250 taken")
            elif line.startswith(b"QUIT"):
                self.say("221 goodbye")
                return
            else:
                self.say("250 yes")


@contextmanager
def mail_server() -> Iterator[int]:
    """A mail server that takes everything and keeps nothing; its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
