"""A form that is sent after its person was signed out, or signed in anew elsewhere, is not lost: what was typed is
shown to the same person again once they are signed in, and saved by one press.  Without scripts.

Every form carries the signed number of the person it was drawn for, so that nobody else who signs in at the same
machine sees what was typed, and a stranger can leave nothing here.  It lies in the session and goes with it.
"""

from collections.abc import Callable
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_SALT: Final = "tracker.web.typed_again"
_KEPT: Final = "typed_again"
DRAWN_FOR: Final = "drawn_for"
MOST: Final = 100_000  # characters of one form
_NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", DRAWN_FOR})
_NOT_SHOWN: Final = frozenset({"version", "form_key", "step"})


def drawn_for(request: HttpRequest) -> str:
    """The signed number of the person for whom a form is drawn; empty for nobody."""
    user = getattr(request, "user", None)
    return signing.dumps(user.pk, salt=_SALT) if user is not None and user.is_authenticated else ""


def keep_typed(request: HttpRequest) -> bool:
    """Keep the form that was sent, where it was drawn for somebody; whether it was kept."""
    try:
        person_id = signing.loads(request.POST.get(DRAWN_FOR, ""), salt=_SALT)
    except signing.BadSignature:
        return False
    sent = [(name, text) for name in request.POST for text in request.POST.getlist(name) if name not in _NOT_TYPED]
    if sum(len(name) + len(text) for name, text in sent) > MOST:
        return False
    had_file = (request.content_type or "").startswith("multipart/") and bool(request.FILES)
    request.session[_KEPT] = {
        "path": request.get_full_path(), "person": person_id, "sent": sent, "had_file": had_file,
    }  # fmt: skip
    return True


class TypedAgain:
    """Stands before the way to sign in: keeps what a person who is no longer signed in sends, and gives it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path.startswith(("/accounts/", "/api/", "/administration/")):
            return None
        if not request.user.is_authenticated:
            if request.method == "POST":
                keep_typed(request)
            return None
        kept = request.session.get(_KEPT)
        if kept is None:
            return None
        if kept["person"] != request.user.pk or request.method == "POST":
            del request.session[_KEPT]
            return None
        return give_back(request, kept) if request.get_full_path() == kept["path"] else None


def give_back(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    """What was typed, to be saved or given up."""
    shown = [(name.replace("_", " ").capitalize(), text) for name, text in kept["sent"]
             if text and name not in _NOT_SHOWN]  # fmt: skip
    context = {"sent": kept["sent"], "shown": shown, "path": kept["path"], "had_file": kept["had_file"]}
    return render(request, "tracker/pages/typed_again.jinja", context)
