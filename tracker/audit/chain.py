"""The arithmetic of the chain: every seal is a hash over the seal before it and the words of one entry.

Whoever changes, removes or inserts an entry would have to write all later seals anew, and the last of them is told
to the worker's log, which stands outside the database.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

FIRST: Final = "0" * 64
"""What stands before the first seal."""

SEALED: Final = (
    "id", "written_at", "person_id", "operation", "kind", "object_id", "trust_id", "request_id", "source", "source_id",
    "words",
)  # fmt: skip
"""The columns a seal covers, which is all of them, in the order in which they are hashed.  A column that is added
later must not stand here for entries from before: give those seals a version then."""


def seal(before: str, entry: Mapping[str, object]) -> str:
    """The seal of `entry` behind the seal `before`."""
    words = json.dumps([before, *(_plain(entry[name]) for name in SEALED)], ensure_ascii=False, separators=(",", ":"))
    return sha256(words.encode()).hexdigest()


def _plain(value: object) -> object:
    """A moment as text that is the same whatever the connection's time zone."""
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
