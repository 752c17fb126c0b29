"""Everything a round's matching reads, as one text that is equal exactly when the inputs are.

The text is canonical JSON (sorted keys, no spaces), kept with the round and signed by its SHA-256, so that
any round can be run again to the byte, with this code or somebody else's.  Ratings are kept as
[service, domain, rating (0: none), published on, inherited, acquired], services and domains as places in
two lists of names.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.fit import Weights
from peerreview.pool.candidates import DEFAULT_ROOM, Candidate, Pool

WEIGHTS: Final = Weights(dated=date(2026, 11, 1))
"""The weights in force: judgement, shown with their date on every page that rests on them."""

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person may set for one round; ValueError when it makes no sense.

    `room`: trusts each helper takes.  `keep`: points a pair proposed last time counts more.  `band`: width of
    a band of need left over, in points.
    """

    room: int = DEFAULT_ROOM.places
    same_system: SameSystem = SameSystem.ASK
    keep: int = 25
    band: int = 100

    def __post_init__(self) -> None:
        if not 1 <= self.room <= 10 or self.keep < 0 or self.band < 1:
            raise ValueError("A helper takes 1 to 10 trusts, keep is not negative, a band is a point or more wide.")


def write_inputs(
    pool: Pool, limits: Limits, *, previous: Iterable[tuple[str, str]] = (), weights: Weights = WEIGHTS
) -> str:
    """The canonical text of a round over `pool`.  `previous`: the last round's pairs (trust, helper) by code."""
    needing, helping = pool.needing, pool.helping
    involved = {each.facts.code: each for each in (*needing, *helping)}
    services = sorted(
        {cell.service for each in involved.values() for cell in each.rated}
        | {rise.service for each in helping for rise in each.rises}
    )
    domains = sorted(
        {cell.domain for each in involved.values() for cell in each.rated}
        | {rise.domain for each in helping for rise in each.rises}
    )
    service_at, domain_at = _places(services), _places(domains)
    return canonical(
        {
            "version": VERSION,
            "as_at": pool.as_at.isoformat(),
            "today": pool.today.isoformat(),
            # Drawn from what no one chooses, so that nobody picks the draw by the name of a round.
            "salt": f"ratings as at {pool.as_at.isoformat()}",
            "limits": asdict(limits),
            "weights": {**asdict(weights), "dated": weights.dated.isoformat()},
            "services": services,
            "domains": domains,
            "needing": [each.facts.code for each in needing],
            "helping": {each.facts.code: each.why_it_may_help for each in helping},
            "trusts": {
                code: {
                    **asdict(each.facts),
                    "rated": [
                        [service_at[cell[0]], domain_at[cell[1]], cell[2], cell[3], int(cell[4]), int(cell[5])]
                        for cell in each.rated
                    ],
                }
                for code, each in involved.items()
            },
            "rises": {each.facts.code: _rises(each, service_at, domain_at) for each in helping if each.rises},
            "lineage": dict(pool.lineage),
            "mergers": [[*pair, fact] for pair, fact in sorted(pool.mergers.items())],
            "previous": sorted(map(list, previous)),
        }
    )


def canonical(inputs: dict[str, Any]) -> str:
    return json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signature(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _places(names: list[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _rises(each: Candidate, service_at: dict[str, int], domain_at: dict[str, int]) -> list[list[Any]]:
    return [
        [service_at[rise.service], domain_at[rise.domain], rise.before, rise.after, rise.published_on]
        for rise in each.rises
    ]
