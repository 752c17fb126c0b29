"""What a view may rely on: the person, their access and the moment, as the middleware left them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.people.access import Access
from tracker.people.roles import Can


class SignedInRequest(HttpRequest):
    """A request past the middleware: somebody is signed in, and a transaction and a scope are open."""

    user: User
    access: Access
    moment: Moment


View = Callable[..., HttpResponse]


def needs(can: Can) -> Callable[[View], View]:
    """A view for people who may do `can`.  To everybody else the page does not exist (404), so that a guessed
    address tells nothing."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.access.may(can):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.needs = can  # type: ignore[attr-defined]  # read by the permission table's test
        return guarded

    return wrap


def refuse_unless(allowed: bool) -> None:
    """403 for a thing the person may see but not do."""
    if not allowed:
        raise PermissionDenied
