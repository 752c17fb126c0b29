"""Where the person is signed in, and ending it elsewhere."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tracker.accounts.sessions import end_sessions, sessions_of
from tracker.web.action_words import moment_words
from tracker.web.device_words import device_words
from tracker.web.requests import SignedInRequest


def sessions(request: SignedInRequest) -> HttpResponse:
    """The person's own sessions, this one marked."""
    rows = [
        {
            "id": session.pk,
            "device": device_words(session.user_agent),
            "signed_in": moment_words(session.created_at),
            "seen": moment_words(session.last_seen_at),
            "is_this": session.session_key == request.session.session_key,
        }
        for session in sessions_of(request.user)
    ]
    return render(request, "tracker/pages/sessions.jinja", {"rows": rows})


@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """End one of the person's other sessions; this one is ended by signing out."""
    if not end_sessions(
        request.user, by=request.user, now=request.moment.now, only=session_id, keep=request.session.session_key
    ):
        raise Http404
    messages.success(request, "Signed out there.")
    return redirect("sessions")


@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    ended = end_sessions(request.user, by=request.user, now=request.moment.now, keep=request.session.session_key)
    said = "You were signed in nowhere else." if not ended else "Signed out everywhere else."
    messages.success(request, said)
    return redirect("sessions")
