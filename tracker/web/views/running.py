"""How the service runs: a page for whoever looks after it, and the same figures for monitoring."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from tracker.clock import moment
from tracker.people.roles import Can
from tracker.people.scope import whole_service
from tracker.ratings.models import RatingImport
from tracker.reminders.models import Reminder
from tracker.running.queries import PartState, ServiceState, state_of_service
from tracker.web.action_words import moment_words
from tracker.web.requests import SignedInRequest, needs

QUEUE_WORDS: Final = {"import": "Imports", "mail": "Mail", "default": "Everything else"}


@needs(Can.SEE_OPERATIONS)
def operations(request: SignedInRequest) -> HttpResponse:
    """Signs of life, queues, the ledger, what needs a person, imports and sources."""
    state = state_of_service(request.access, moment=request.moment)
    return render(
        request,
        "tracker/operations.jinja",
        {
            "parts": [
                {
                    "text": str(one.part.label),
                    "at": age_words(one.age),
                    "status": "Late" if one.late else "At work",
                    "tone": "red" if one.late else "green",
                }
                for one in state.parts
            ],
            "queues": state.queues
            and [{"key": QUEUE_WORDS[name], "value": f"{depth:,}"} for name, depth in state.queues.items()],
            "ledger": [
                {"key": str(Reminder.State(name).label), "value": f"{count:,}"} for name, count in state.ledger.items()
            ],
            "oldest_due": moment_words(state.oldest_due) if state.oldest_due else "",
            "need_a_person": state.need_a_person,
            "imports": [
                {"key": str(RatingImport.State(name).label), "value": f"{count:,}"}
                for name, count in state.imports.items()
                if count
            ],
            "unfinished": [_import(one, "Held for a person") for one in state.held]
            + [_import(one, "Interrupted: it starts again by itself") for one in state.stuck],
            "sources": [
                [
                    one.name,
                    (one.last_checked and moment_words(one.last_checked)) or "Never",
                    (one.last_found and moment_words(one.last_found)) or "Nothing yet",
                    (one.next_check and moment_words(one.next_check)) or "When somebody loads a file",
                    one.last_problem or "None",
                ]
                for one in state.sources
            ],
        },
    )


def _import(one: RatingImport, why: str) -> list[Any]:
    return [{"text": one.file_name, "href": reverse("import", args=[one.public_id])}, why]


def age_words(age: timedelta | None) -> str:
    """ "40 seconds ago", "3 minutes ago", "2 days ago" """
    if age is None:
        return "Never"
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s ago"
    return f"{seconds} seconds ago"


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of the operations page as Prometheus reads them, to whoever knows the token; there is no such
    page otherwise."""
    told = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(told, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    with whole_service() as service:
        now = moment()
        state = state_of_service(service, moment=now)
    return HttpResponse(exposition(state, now.now), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition(state: ServiceState, now: datetime) -> str:
    """Prometheus's text format.  A figure that is not known is left out: an alert on absence finds it."""
    lines = [
        *_family("turnaround_pulse_age_seconds", "Seconds since a worker was last at this part.", _ages(state.parts)),
        *_family("turnaround_broker_up", "Whether the broker answers.", {"": int(state.queues is not None)}),
        *_family(
            "turnaround_queue_depth", "Tasks waiting.", {f'queue="{k}"': n for k, n in (state.queues or {}).items()}
        ),
        *_family("turnaround_reminders", "Reminders by state.", {f'state="{k}"': n for k, n in state.ledger.items()}),
        *_family(
            "turnaround_oldest_unsent_seconds",
            "Age of the oldest reminder that is due and not sent.",
            {"": (now - state.oldest_due).total_seconds() if state.oldest_due else 0},
        ),
        *_family("turnaround_imports", "Imports by state.", {f'state="{k}"': n for k, n in state.imports.items()}),
        *_family("turnaround_imports_interrupted", "Imports whose reader is gone.", {"": len(state.stuck)}),
    ]
    return "\n".join(lines) + "\n"


def _ages(parts: tuple[PartState, ...]) -> dict[str, float]:
    return {f'part="{one.part.value}"': round(one.age.total_seconds(), 1) for one in parts if one.age is not None}


def _family(name: str, words: str, values: dict[str, Any]) -> list[str]:
    return [
        f"# HELP {name} {words}",
        f"# TYPE {name} gauge",
        *(f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values.items()),
    ]
