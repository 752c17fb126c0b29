"""What a reader may choose among: the regions, systems, services and key questions there are."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

Choice = tuple[str, str]
"""A key, as used in addresses, and its name."""


@dataclass(frozen=True)
class Choices:
    regions: tuple[Choice, ...]
    systems: tuple[Choice, ...]
    services: tuple[Choice, ...]
    questions: tuple[Choice, ...]

    def names(self, kind: str) -> dict[str, str]:
        """Key -> name of one of the four kinds."""
        return dict(getattr(self, kind))


# Only services and questions that somebody of the register is rated on: a file of everybody brings hundreds more.
_CHOICES: Final = """
SELECT 'regions', code, name, 0, name FROM region
UNION ALL
SELECT 'systems', code, min(name), 0, min(name) FROM care_system GROUP BY code
UNION ALL
SELECT 'services', key, name, position, name FROM rated_service WHERE EXISTS (
  SELECT 1 FROM current_rating c WHERE c.service_id = rated_service.id AND c.trust_id IS NOT NULL)
UNION ALL
SELECT 'questions', key, name, position, name FROM rated_domain
ORDER BY 1, 4, 5
"""


def choices() -> Choices:
    """All of them, in one query, in the order in which they are offered."""
    found: dict[str, list[Choice]] = {"regions": [], "systems": [], "services": [], "questions": []}
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES)
        for kind, key, name, _, _ in cursor.fetchall():
            found[kind].append((key, name))
    return Choices(**{kind: tuple(pairs) for kind, pairs in found.items()})
