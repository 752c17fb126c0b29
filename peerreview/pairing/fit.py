"""How well a helper fits a trust's need: 0 to 1,000, part by part, each with the facts behind it.

The weights are judgement, dated and tunable, and pages say so.  The evidence is thin: East Lancashire
supports a helper's own turnaround; Wexham Park, often quoted for buddying, was an acquisition; the
British trial of reciprocal peer review (NCROP) found few measurable differences.

Whole numbers only, rounded down in each part, so that the parts shown add up to the fit shown.  What is
not known is neither a weakness nor a strength: an unknown in `alike` or `reach` counts half-way, a
helper's unknown rating covers nothing, and each is listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.geography import Journey
from peerreview.pairing.need import GOOD, OUTSTANDING, RATING_WORDS, REQUIRES_IMPROVEMENT, Cell, Need

FULL_FIT = 1000
COVER_BY_RATING = {OUTSTANDING: 100, GOOD: 70}
OFFER_IN_WEAK_SERVICE, OFFER_IN_GENERAL = 100, 40
SIZE_BANDS = ("small", "medium", "large")
UNKNOWN_PERCENT = 50  # half-way: neither a weakness nor a strength

ServiceAndDomain = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One dated version of the weights; ValueError if one is negative or all are nothing.

    The five parts (their sum is the whole; 100 by custom), and within `alike` its four likenesses.
    """

    dated: date
    cover: int = 50
    own_turnaround: int = 15
    alike: int = 15
    reach: int = 10
    offer: int = 10
    same_type: int = 40
    same_size: int = 30
    same_teaching: int = 15
    same_rural: int = 15

    def __post_init__(self) -> None:
        if min(*self.parts.values(), *self.likenesses) < 0 or not self.total or not sum(self.likenesses):
            raise ValueError("Weights are not negative, and not all nothing.")

    @property
    def parts(self) -> dict[str, int]:
        keys = ("cover", "own_turnaround", "alike", "reach", "offer")
        return {key: getattr(self, key) for key in keys}

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    def shaken(self, draw: str) -> "Weights":
        """These weights, each part's moved by up to a fifth either way, as drawn from `draw`.

        Parts are also multiplied by 100 to stay whole, which changes no fit.
        """
        moved = {}
        for key, weight in self.parts.items():
            chance = int.from_bytes(blake2b(f"{draw}/{key}".encode(), digest_size=8).digest(), "big")
            moved[key] = weight * (80 + chance % 41)
        return replace(
            self,
            cover=moved["cover"],
            own_turnaround=moved["own_turnaround"],
            alike=moved["alike"],
            reach=moved["reach"],
            offer=moved["offer"],
        )

    @property
    def likenesses(self) -> tuple[int, int, int, int]:
        return (self.same_type, self.same_size, self.same_teaching, self.same_rural)


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """What a trust is like; None where not known.  `size` is in one unit for all (beds, or staff); where a
    source only says which of SIZE_BANDS a trust is in, that is its `size_band`."""

    kind: str | None = None
    size: int | None = None
    size_band: str | None = None
    teaching: bool | None = None
    rural: bool | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Rise:
    """That a trust's cell rose from one rating to a better one, published on a day."""

    service: str
    domain: str
    before: int
    after: int
    published_on: date


@dataclass(frozen=True, kw_only=True)
class Helper:
    """A helper as fit sees it: its own cells and rises, its character, and what it offers.

    `offers_known` is False where nobody has recorded whether it offers help: it then counts as offering
    in general, and its fit says that this is not known."""

    cells: tuple[Cell, ...]
    character: Character = Character()
    rises: tuple[Rise, ...] = ()
    offered_services: frozenset[str] = frozenset()
    offers_in_general: bool = False
    offers_known: bool = True

    @cached_property
    def strengths(self) -> Mapping[ServiceAndDomain, Cell]:
        """Its own rated cells.  Where sites differ the weakest speaks, the oldest among equals: caution."""
        own = [cell for cell in self.cells if cell.rating and not cell.inherited and not cell.acquired]
        own.sort(key=lambda cell: (-(cell.rating or 0), -(cell.published_on or date.min).toordinal()))
        return {(cell.service, cell.domain): cell for cell in own}

    @cached_property
    def turnarounds(self) -> Mapping[ServiceAndDomain, Rise]:
        """Its latest rise to Good or better in each cell, where it has not fallen back since."""
        held: dict[ServiceAndDomain, Rise] = {}
        for rise in sorted(self.rises, key=lambda each: (each.published_on, each.after, each.before)):
            now = self.strengths.get((rise.service, rise.domain))
            lasting = now is None or (now.rating or 0) >= GOOD
            if rise.before <= REQUIRES_IMPROVEMENT and rise.after >= GOOD and lasting:
                held[rise.service, rise.domain] = rise
        return held


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a fit: the facts for it, those against, and what is not known.

    `points` = 1,000 x weight / all weights x percent / 100, rounded down; `most` is that at 100 per cent.
    """

    key: str
    title: str
    weight: int
    percent: int
    points: int
    most: int
    facts: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a helper fits, with every part; the parts add up to the score."""

    parts: tuple[Part, ...]
    weights: Weights

    @property
    def score(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(fact for part in self.parts for fact in part.unknown)

    def met(self, need: Need) -> int:
        """Points of need this pair would meet: need x fit / 1,000, rounded down."""
        return need.score * self.score // FULL_FIT


@dataclass(slots=True)
class _Finding:
    """A part before it is weighed."""

    percent: int
    facts: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def fit_of(
    need: Need,
    trust: Character,
    helper: Helper,
    *,
    journey: Journey | None,
    weights: Weights,
    today: date,
    same_system: SameSystem = SameSystem.ASK,
) -> Fit:
    """The fit of one lawful pair.  `journey` is None where a place is not known."""
    found = {
        "cover": ("Cover of weak services", _cover(need, helper, today)),
        "own_turnaround": ("Own turnaround", _own_turnaround(need, helper)),
        "alike": ("Likeness", _alike(trust, helper.character, weights)),
        "reach": ("Reach", _reach(trust, helper.character, journey, same_system)),
        "offer": ("Offer", _offer(need, helper)),
    }
    return Fit(tuple(_weighed(key, *found[key], weights) for key in found), weights)


def freshness(published_on: date | None, today: date) -> int:
    """Per cent: 100 up to three years old, 10 less for each full year more, to 50; half-way if unknown."""
    if published_on is None:
        return 75
    birthday_to_come = (today.month, today.day) < (published_on.month, published_on.day)
    years = today.year - published_on.year - birthday_to_come
    return min(100, max(50, 100 - 10 * (years - 3)))


def size_percent(ours: int | str, theirs: int | str) -> int:
    """How alike two sizes are: the smaller as a share of the larger; of bands, half-way for neighbours."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return 100 - 50 * abs(SIZE_BANDS.index(str(ours)) - SIZE_BANDS.index(str(theirs)))
    return 100 * min(ours, theirs) // max(ours, theirs, 1)


def reach_percent(minutes: int) -> int:
    """100 up to an hour by road, falling evenly to 0 at four hours: monthly visits want about two."""
    return min(100, max(0, (240 - minutes) * 100 // 180))


def part_points(weights: Weights, key: str, percent: int) -> int:
    """Points of a part at a percentage, under these weights, rounded down."""
    return FULL_FIT * weights.parts[key] * percent // (100 * weights.total)


def _weighed(key: str, title: str, found: _Finding, weights: Weights) -> Part:
    return Part(
        key=key,
        title=title,
        weight=weights.parts[key],
        percent=found.percent,
        points=part_points(weights, key, found.percent),
        most=part_points(weights, key, 100),
        # Once each: several sites of the trust may be weak in the same cell.
        facts=tuple(dict.fromkeys(found.facts)),
        against=tuple(dict.fromkeys(found.against)),
        unknown=tuple(dict.fromkeys(found.unknown)),
    )


def _cover(need: Need, helper: Helper, today: date) -> _Finding:
    gained, found = 0, _Finding(0)
    for cell in need.weak:
        strong = helper.strengths.get((cell.service, cell.domain))
        named = f"{cell.service}, {cell.domain}"
        if strong is None or strong.rating is None:
            found.unknown.append(f"{named}: the helper has no rating of its own")
            continue
        value = COVER_BY_RATING.get(strong.rating, 0)
        gained += cell.shortfall * value * freshness(strong.published_on, today)
        day = strong.published_on
        when = f"{day.day} {day:%B %Y}" if day else "date not known"
        if day is None:
            found.unknown.append(f"{named}: the date of the helper's rating")
        if value:
            words = f"{RATING_WORDS[strong.rating]} ({when}), where the trust is {_word(cell)}"
            found.facts.append(f"{named}: {words}")
        else:
            found.against.append(f"{named}: the helper is {RATING_WORDS[strong.rating]} itself ({when})")
    # Value and freshness are both per cent, hence a further 100.
    found.percent = gained // (need.shortfall * 100) if need.shortfall else 0
    return found


def _own_turnaround(need: Need, helper: Helper) -> _Finding:
    gained, found = 0, _Finding(0)
    for cell in need.weak:
        rise = helper.turnarounds.get((cell.service, cell.domain))
        if rise:
            gained += cell.shortfall
            words = f"{RATING_WORDS[rise.before]} to {RATING_WORDS[rise.after]}"
            day = f"{rise.published_on.day} {rise.published_on:%B %Y}"
            found.facts.append(f"{cell.service}, {cell.domain}: rose from {words} ({day})")
    found.percent = 100 * gained // need.shortfall if need.shortfall else 0
    if need.weak and not gained:
        found.against.append("it has turned none of the trust's weak ratings round itself")
    return found


def _alike(trust: Character, helper: Character, weights: Weights) -> _Finding:
    found = _Finding(0)
    gained = 0
    by_band = trust.size is None or helper.size is None
    compared = (
        ("type", trust.kind, helper.kind),
        ("size", *((trust.size_band, helper.size_band) if by_band else (trust.size, helper.size))),
        ("teaching status", trust.teaching, helper.teaching),
        ("rural or urban setting", trust.rural, helper.rural),
    )
    for weight, (name, ours, theirs) in zip(weights.likenesses, compared, strict=True):
        if ours is None or theirs is None:
            found.unknown.append(f"likeness of {name}")
            percent = UNKNOWN_PERCENT
        elif name == "size":
            percent = size_percent(ours, theirs)
            words = f"{ours} and {theirs}" if by_band else f"the smaller is {percent}% of the larger"
            size = found.facts if percent >= UNKNOWN_PERCENT else found.against
            size.append(f"both are {ours}" if by_band and ours == theirs else f"size: {words}")
        else:
            percent = 100 if ours == theirs else 0
            (found.facts if percent else found.against).append(f"{'same' if percent else 'different'} {name}")
        gained += weight * percent
    found.percent = gained // sum(weights.likenesses)
    return found


def _reach(trust: Character, helper: Character, journey: Journey | None, switch: SameSystem) -> _Finding:
    found = _Finding(UNKNOWN_PERCENT)
    if journey is None:
        found.unknown.append("travel time")
    else:
        found.percent = reach_percent(journey.minutes)
        near = found.facts if found.percent >= UNKNOWN_PERCENT else found.against
        near.append(f"{journey.minutes} minutes by road{', estimated' if journey.estimated else ''}")
    if trust.system is not None and trust.system == helper.system:
        found.facts.append(f"same system, {trust.system}")
        if switch is SameSystem.PREFER:
            found.percent = 100
    return found


def _offer(need: Need, helper: Helper) -> _Finding:
    wanted = sorted({cell.service for cell in need.weak} & helper.offered_services)
    if wanted:
        return _Finding(OFFER_IN_WEAK_SERVICE, [f"offers help in {', '.join(wanted)}"])
    if not helper.offers_known:
        return _Finding(OFFER_IN_GENERAL, unknown=["whether it offers help: counted as a general offer"])
    if helper.offers_in_general:
        return _Finding(OFFER_IN_GENERAL, ["offers help in general"])
    return _Finding(0, against=["has not offered help where the trust is weak"])


def _word(cell: Cell) -> str:
    return RATING_WORDS[cell.rating] if cell.rating else "not rated"
