"""Where a person is signed in: their sessions, when each was last seen, and ending them."""

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from tracker.accounts.models import User


def sessions_of(person: User) -> QuerySet[Any]:
    """The person's sessions that still hold, the one seen last first."""
    holds = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
    found: QuerySet[Any] = UserSession.objects.filter(Exists(holds), user=person)
    return found.order_by("-last_seen_at", "-pk")


def note_session(request: HttpRequest) -> None:
    """Note that the request's session was seen, by the database's own clock: sessions end by it."""
    seen = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    if not seen.update(last_seen_at=Now()):
        UserSession.objects.create_from_request(request)


def end_sessions(person: User, *, by: User, now: datetime, only: int | None = None, keep: str | None = None) -> int:
    """End the person's sessions, or `only` the one with this key of its row, or all but the one whose session key is
    `keep`.  How many there were."""
    ending = sessions_of(person).exclude(session_key=keep) if keep else sessions_of(person)
    sessions = list(ending if only is None else ending.filter(pk=only))
    for session in sessions:
        session.end()
    return len(sessions)
