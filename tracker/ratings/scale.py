"""CQC's scale: the four ratings, the words printed in place of one, the domains, and how two compare.

A rating is one of four words and nothing else is forced into them: "Inspected but not rated" is a fact
about an inspection, not a low or a middling rating.  The integer codes are stored, so they never change.
"""

import math
from collections.abc import Mapping
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Rating(IntEnum):
    """CQC's four ratings, ordered: a higher number is a better rating."""

    INADEQUATE = 1
    REQUIRES_IMPROVEMENT = 2
    GOOD = 3
    OUTSTANDING = 4

    @property
    def words(self) -> str:
        """The rating as CQC prints it, e.g. "Requires improvement"."""
        return self.name.replace("_", " ").capitalize()


class State(IntEnum):
    """What a source says in the place of a rating.  Only `RATED` has a `Rating`."""

    RATED = 1
    INSPECTED_NOT_RATED = 2
    INSUFFICIENT_EVIDENCE = 3
    NO_PUBLISHED = 4
    NO_ACTION = 5
    NOT_RATED = 6
    WITHDRAWN = 7
    UNKNOWN = 8


class ReadRating(NamedTuple):
    """A rating word as read.

    `recognised` is False only for a word never seen before: its state is `UNKNOWN` and a person should look
    at it.  A blank is recognised, and unknown: it says nothing, so nothing is concluded from it.
    """

    state: State
    rating: Rating | None = None
    recognised: bool = True


_WORDS: Final[Mapping[str, ReadRating]] = MappingProxyType(
    {rating.words.casefold(): ReadRating(State.RATED, rating) for rating in Rating}
    | {
        "inspected but not rated": ReadRating(State.INSPECTED_NOT_RATED),
        "insufficient evidence to rate": ReadRating(State.INSUFFICIENT_EVIDENCE),
        "no published rating": ReadRating(State.NO_PUBLISHED),
        "no action": ReadRating(State.NO_ACTION),
        "not rated": ReadRating(State.NOT_RATED),
        "not yet inspected": ReadRating(State.NOT_RATED),
        "unrated": ReadRating(State.NOT_RATED),
        "not applicable": ReadRating(State.NOT_RATED),
        "withdrawn": ReadRating(State.WITHDRAWN),
        "rating withdrawn": ReadRating(State.WITHDRAWN),
        "": ReadRating(State.UNKNOWN),
        "-": ReadRating(State.UNKNOWN),
    }
)
_UNSEEN: Final = ReadRating(State.UNKNOWN, recognised=False)


def read_word(raw: str) -> ReadRating:
    """Read the word printed as a rating, whatever its case and spacing.

    Never raises: a word not seen before is `UNKNOWN` and not `recognised`, never the nearest of the four.
    """
    return _WORDS.get(" ".join(raw.split()).casefold(), _UNSEEN)


OVERALL: Final = "overall"
KEY_QUESTIONS: Final = ("safe", "effective", "caring", "responsive", "well_led")
"""CQC's five key questions, in the order it prints them."""
USE_OF_RESOURCES: Final = "use_of_resources"
"""Rated by NHS Improvement's assessments and published by CQC beside the five, 2018 to 2022."""

DOMAIN_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        OVERALL: "Overall",
        "safe": "Safe",
        "effective": "Effective",
        "caring": "Caring",
        "responsive": "Responsive",
        "well_led": "Well-led",
        USE_OF_RESOURCES: "Use of resources",
    }
)
"""Canonical domain -> the name CQC prints, in the order of a ratings grid (the summary first)."""


def read_domain(raw: str) -> str:
    """The canonical key of a domain ("well_led" for "Well-led"); one not seen before stays as printed.

    Whether the answer is one of CQC's known domains is `is_known_domain`'s to say.
    """
    printed = " ".join(raw.split())
    key = printed.casefold().replace("-", "_").replace(" ", "_")
    return key if key in DOMAIN_NAMES else printed


def is_known_domain(domain: str) -> bool:
    """Whether `read_domain` recognised it; one it did not is kept, and shown to a person."""
    return domain in DOMAIN_NAMES


class Movement(Enum):
    """What became of a rating between two publications of it."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    RECONFIRMED = "re-confirmed"
    FIRST = "first"
    LOST = "lost"
    ABSENT = "absent"
    RESTATED = "restated"

    @property
    def is_change(self) -> bool:
        """Whether anything was published anew; an unlisted rating was not."""
        return self not in {Movement.SAME, Movement.ABSENT}


def movement(before: ReadRating | None, after: ReadRating | None, *, newer: bool = False) -> Movement:
    """How a rating moved from `before` to `after`; None is "not listed", and `newer` a later publication.

    "A change = value or publication date differs on normalised text.  Same value, newer date =
    're-confirmed', not improved."  And "absence is not a rating": what is no longer listed is `ABSENT`,
    which says nothing of quality, while `LOST` means the source itself now prints that it is not rated.
    Between two words that are not ratings there is no better or worse, only `RESTATED`.
    """
    if after is None:
        return Movement.SAME if before is None else Movement.ABSENT
    old = None if before is None else before.rating
    new = after.rating
    if old is not None and new is not None and old != new:
        return Movement.BETTER if new > old else Movement.WORSE
    if before is not None and before.state == after.state:
        return Movement.RECONFIRMED if newer else Movement.SAME
    if new is not None:
        return Movement.FIRST
    return Movement.RESTATED if old is None else Movement.LOST


def score_band(percentage: float) -> Rating:
    """The rating of a single assessment framework score, as a percentage of the highest possible.

    CQC's bands are printed in whole percentages: 88-100 Outstanding, 63-87 Good, 39-62 Requires
    improvement, 38 or lower Inadequate.  CQC also words the top one as "over 87%", so a score between two
    whole percentages is rounded to the nearer, halves upwards (28 of 32 is 87.5: Outstanding).

    Raises ValueError outside 0 to 100.
    """
    if not 0 <= percentage <= 100:  # also refuses NaN
        raise ValueError(f"A score is a percentage from 0 to 100, not {percentage}.")
    whole = math.floor(percentage + 0.5)
    if whole >= 88:
        return Rating.OUTSTANDING
    if whole >= 63:
        return Rating.GOOD
    return Rating.REQUIRES_IMPROVEMENT if whole >= 39 else Rating.INADEQUATE
