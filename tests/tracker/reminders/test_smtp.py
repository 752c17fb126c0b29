"""The way by SMTP, against a mail server of the test's own that can be told to misbehave."""

import socketserver
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from tracker.reminders.letters import Letter
from tracker.reminders.sending import OUTBOX, SMTP, NotSent, route

LETTER = Letter(
    to="lead@example.nhs.test",
    subject="Reminder: XN1-MD-001",
    text="Dear Lead,\n",
    html="<p>Dear Lead,</p>",
    reference=UUID("5a1c2f60-0000-4000-8000-000000000001"),
)


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as one message needs.  `refuses` is the code answered to the recipient; `hangs_up` ends the
    conversation when the message has been handed over, before it is acknowledged."""

    refuses = 0
    hangs_up = False
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                text = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.server.received.append("".join(text))
                if self.server.hangs_up:
                    return
                self.say("250 taken")
            elif verb == "RCPT" and self.server.refuses:
                self.say(f"{self.server.refuses} not this person")
            elif verb == "QUIT":
                self.say("221 goodbye")
                return
            else:
                self.say("250 yes")


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        yield server
        server.shutdown()
        thread.join()


def test_a_letter_reaches_the_mail_server(server: MailServer) -> None:
    SMTP.deliver(LETTER)
    (message,) = server.received
    assert "To: lead@example.nhs.test" in message
    assert "Subject: Reminder: XN1-MD-001" in message
    assert "Message-ID: <5a1c2f60-0000-4000-8000-000000000001@" in message
    assert "Dear Lead,\r\n" in message
    assert "<p>Dear Lead,</p>" in message


@pytest.mark.parametrize(("code", "final"), [(550, True), (451, False)])
def test_a_refused_letter_is_certainly_not_sent(server: MailServer, code: int, final: bool) -> None:
    """550 is for good; 451 asks to come again."""
    server.refuses = code
    with pytest.raises(NotSent, match="refused") as refused:
        SMTP.deliver(LETTER)
    assert refused.value.final == final


def test_a_mail_server_that_is_away_has_certainly_not_sent_it(server: MailServer, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(NotSent, match="cannot be reached"):
        SMTP.deliver(LETTER)


def test_a_connection_lost_after_the_message_is_not_taken_for_a_refusal(server: MailServer) -> None:
    server.hangs_up = True
    with pytest.raises(Exception) as lost:
        SMTP.deliver(LETTER)
    assert not isinstance(lost.value, NotSent)
    assert len(server.received) == 1


def test_the_way_is_what_the_settings_say(settings: Settings) -> None:
    settings.MAIL_ROUTE = "smtp"
    assert route() is SMTP
    settings.MAIL_ROUTE = "outbox"
    assert route() is OUTBOX
