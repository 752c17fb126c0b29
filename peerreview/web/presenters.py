"""Words, tones and links of pairing rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict
from django.urls import reverse

from peerreview.pairing.fit import Weights
from peerreview.pairing.lifecycle import State
from peerreview.pairing.models import PairingRound, ProposedPair
from peerreview.pairing.telling import NO_LAWFUL_HELPER, NOT_MATCHED, UNPLACED

TONES = {State.PROPOSED: "blue", State.PUBLISHED: "green", State.SET_ASIDE: "grey"}
SHORT_STATES = {State.PROPOSED: "Proposed", State.PUBLISHED: "Published", State.SET_ASIDE: "Set aside"}
NOBODY = {
    UNPLACED: "Nobody: no place left",
    NO_LAWFUL_HELPER: "Nobody: no lawful helper",
    NOT_MATCHED: "Nobody: not matched",
}
PARTS = {
    "cover": "Cover of weak services",
    "own_turnaround": "Own turnaround",
    "alike": "Likeness",
    "reach": "Reach",
    "offer": "Offer",
}
CELLS_SHOWN = 2
FACTS_SHOWN = 3


@dataclass(frozen=True)
class BoardRow:
    """One trust on the board."""

    trust: str
    href: str
    region: str
    weak: str
    helper: str
    met: str
    why: str


def round_tag(pairing_round: PairingRound) -> dict[str, str]:
    state = State(pairing_round.state)
    return {"text": SHORT_STATES[state], "colour": TONES[state]}


def pair_href(pair: ProposedPair) -> str:
    return reverse("round_pair", args=[pair.pairing_round_id, pair.trust.code])


def helper_words(pair: ProposedPair) -> str:
    return pair.helper.name if pair.helper else NOBODY[pair.explanation["what"]]


def met_words(pair: ProposedPair) -> str:
    return f"{pair.need_met} of {pair.need}" if pair.need else "not known"


def board_row(pair: ProposedPair, limits: dict[str, list[str]]) -> BoardRow:
    """`limits`: what to relax, by trust code, for those who run the round; empty for the trusts themselves."""
    said = pair.explanation
    why = said.get("in_short") or next(iter(limits.get(pair.trust.code, [])), said["headline"])
    return BoardRow(
        trust=pair.trust.name,
        href=pair_href(pair),
        region=pair.trust.region.name if pair.trust.region else "",
        weak=weak_words(said["weak"]),
        helper=helper_words(pair),
        met=met_words(pair),
        why=why,
    )


def weak_words(weak: Sequence[Sequence[str]]) -> str:
    """The worst cells, a service at a time: "Surgery: Safe, Caring; and 4 more"."""
    if not weak:
        return "No rated weakness"
    by_service: dict[str, list[str]] = {}
    for service, domain, _ in weak[:CELLS_SHOWN]:
        by_service.setdefault(service, []).append(domain)
    shown = "; ".join(f"{service}: {', '.join(domains)}" for service, domains in by_service.items())
    more = len(weak) - CELLS_SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def share(part: int, whole: int) -> str:
    """A share in whole per cent, rounded down; a dash where there is nothing to share."""
    return f"{100 * part // whole}%" if whole else "–"


def weights_rows(weights: Weights) -> list[list[object]]:
    return [[PARTS[key], weight] for key, weight in weights.parts.items()]


def weak_rows(weak: Sequence[Sequence[str]]) -> list[list[str]]:
    """Services with their weak key questions, a rating at a time: ["Surgery", "Inadequate: Safe"]."""
    services: dict[str, dict[str, list[str]]] = {}
    for service, domain, rating in weak:
        services.setdefault(service, {}).setdefault(rating, []).append(domain)
    return [
        [service, "; ".join(f"{rating}: {', '.join(domains)}" for rating, domains in ratings.items())]
        for service, ratings in services.items()
    ]


def part_rows(parts: Sequence[dict[str, Any]], shown: int = FACTS_SHOWN) -> list[list[object]]:
    """The fit part by part, each with what speaks for it, against it, and what is not known."""
    return [
        [
            part["title"],
            f"{part['points']} of {part['most']}",
            " ".join(
                f"{heading}: {_first(part[key], shown)}."
                for heading, key in (("For", "facts"), ("Against", "against"), ("Not known", "unknown"))
                if part[key]
            ),
        ]
        for part in parts
    ]


def fact_lists(parts: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Every fact of the parts of which `part_rows` shows only some."""
    return [
        (part["title"], [*part["facts"], *part["against"], *part["unknown"]])
        for part in parts
        if max(len(part["facts"]), len(part["against"]), len(part["unknown"])) > FACTS_SHOWN
    ]


def _first(facts: Sequence[str], shown: int) -> str:
    more = len(facts) - shown
    return "; ".join(facts[:shown]) + (f"; and {more} more" if more > 0 else "")


def page_links(page: Page[Any], query: QueryDict) -> dict[str, Any]:
    """What the pagination macro needs, keeping the filters."""

    def href(number: int) -> str:
        kept = query.copy()
        kept["page"] = str(number)
        return f"?{kept.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "pages": [
            {"number": number, "href": href(number), "current": number == page.number}
            if isinstance(number, int)
            else {"gap": True}
            for number in numbers
        ],
        "previous_href": href(page.previous_page_number()) if page.has_previous() else None,
        "next_href": href(page.next_page_number()) if page.has_next() else None,
    }
