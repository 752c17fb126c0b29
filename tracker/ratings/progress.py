"""How far an import has come, written on a connection of its own so that it shows before the import commits.

Progress is a courtesy: where it cannot be written, the import goes on without it.
"""

from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

_WRITE = (
    "INSERT INTO import_progress (rating_import_id, phase, done, total, at) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (rating_import_id) DO UPDATE SET phase = excluded.phase, done = excluded.done, "
    "total = excluded.total, at = excluded.at"
)


class Progress:
    """Tells everybody how far one import is.  `now` stamps what is written: the clock is read at the edge."""

    def __init__(self, import_id: int, now: datetime) -> None:
        self.import_id = import_id
        self.now = now
        self._own: psycopg.Connection[Any] | None = None
        self._broken = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own.close()

    def say(self, phase: str, done: int = 0, total: int | None = None) -> None:
        """Write the phase and the rows done.  Never raises and never waits for a lock."""
        if self._broken:
            return
        try:
            if self._own is None:
                self._own = _connect()
            self._own.execute(_WRITE, [self.import_id, phase[:100], done, total, self.now])
        except psycopg.Error:
            self._broken = True


def _connect() -> psycopg.Connection[Any]:
    """A connection with the settings of Django's own, outside its transaction and its pool."""
    settings = dict(connection.get_connection_params())
    for name in ("cursor_factory", "context", "prepare_threshold", "pool"):
        settings.pop(name, None)
    own: psycopg.Connection[Any] = psycopg.connect(**settings, autocommit=True)
    own.execute("SET lock_timeout = '500ms'; SET statement_timeout = '2s'")
    return own
