"""The service about itself: alive, ready, accessible; the person's own account; the components gallery."""

import errno
import sys
import time
from contextlib import suppress

import psycopg
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from tracker.people.models import Membership
from tracker.web.gallery import gallery_context
from tracker.web.requests import SignedInRequest
from tracker.web.typed_again import keep_typed


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers.  Depends on nothing."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers within a second, on a connection of its own."""
    entry = settings.DATABASES["default"]
    started = time.monotonic()
    try:
        with psycopg.connect(
            host=entry["HOST"],
            port=entry["PORT"] or None,
            user=entry["USER"],
            password=entry["PASSWORD"] or None,
            dbname=entry["NAME"],
            connect_timeout=1,
            options="-c statement_timeout=1000",
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return JsonResponse({"database": "not reached"}, status=503)
    return JsonResponse({"database": "ready", "seconds": round(time.monotonic() - started, 3)})


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "tracker/pages/accessibility.jinja")


def account(request: SignedInRequest) -> HttpResponse:
    """Who the person is to the service, and which roles they hold."""
    memberships = (
        Membership.objects.in_force(request.moment.today)
        .filter(person=request.user)
        .select_related("trust", "system", "region", "person")
    )
    return render(request, "tracker/pages/account.jinja", {"memberships": memberships, "who": request.user})


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state: in development and tests only."""
    if not settings.GALLERY:
        raise Http404
    return render(request, "tracker/gallery.jinja", gallery_context())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.jinja", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.jinja", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.jinja", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Something unforeseen; but a full disk has a page of its own (507), wherever in the request it was met."""
    problem = sys.exc_info()[1]
    if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
        _let_go_of_uploads(request)
        return render(request, "errors/507.jinja", status=507)
    return render(request, "errors/500.jinja", status=500)


def _let_go_of_uploads(request: HttpRequest) -> None:
    """Django leaves the temporary file of an upload that broke off to the garbage collector."""
    for handler in request.upload_handlers:
        file = getattr(handler, "file", None)
        if file is not None:
            with suppress(OSError):  # what is still in its buffer does not fit either
                file.close()


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or its person signed in anew elsewhere; or cookies are off (CSRF).

    What was typed is shown again, to the person it was drawn for, to be sent with a token of now."""
    if not request.path.startswith(("/accounts/", "/api/")) and keep_typed(request):
        return redirect(request.get_full_path())
    return render(request, "errors/csrf.jinja", status=403)
