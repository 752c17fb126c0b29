"""Notes when each session was last seen, for the page on which a person ends those that are not theirs."""

import time
from typing import Final

from django.http import HttpRequest, HttpResponse

from tracker.accounts.sessions import note_session
from tracker.web.middleware import WITHOUT_DATABASE, Next

EVERY: Final = 300
"""Seconds between two notes of one session: a note at each request would write at each request."""
_MOST: Final = 10_000


class SeenSessions:
    """Stands before the request's transaction, so that a refused request was seen too."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.noted: dict[str, float] = {}  # of this process: another may note the same session once more

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.path not in WITHOUT_DATABASE and self._is_due(key) and request.user.is_authenticated:
            note_session(request)
        return self.get_response(request)

    def _is_due(self, key: str) -> bool:
        now = time.monotonic()
        if now - self.noted.get(key, -EVERY) < EVERY:
            return False
        if len(self.noted) >= _MOST:
            self.noted.clear()
        self.noted[key] = now
        return True
