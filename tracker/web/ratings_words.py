"""The words, tones and links of ratings on a page."""

from datetime import date
from typing import Final
from urllib.parse import urlsplit

from django.urls import reverse

from tracker.insight.selection import FOUR
from tracker.ratings.frameworks import Framework
from tracker.ratings.scale import Rating
from tracker.trusts.models import Trust

OLD_AFTER_YEARS: Final = 3

TONES: Final = {
    Rating.OUTSTANDING: "outstanding",
    Rating.GOOD: "good",
    Rating.REQUIRES_IMPROVEMENT: "requires-improvement",
    Rating.INADEQUATE: "inadequate",
}
STATE_WORDS: Final = {
    "inspected_not_rated": "Inspected but not rated",
    "insufficient_evidence": "Insufficient evidence to rate",
    "no_published": "No published rating",
    "no_action": "No action",
    "not_rated": "Not rated",
    "withdrawn": "Rating withdrawn",
    "unknown": "Rating not understood",
}
OUTCOME_WORDS: Final = {
    **{key: key.replace("_", " ").capitalize() for key in FOUR},
    **STATE_WORDS,
    "disputed": "Two different ratings on one day",
    "not_listed": "Not listed",
    "rated": "Any of the four ratings",
    "unrated": "Listed without one of the four ratings",
}
"""An outcome's key -> how it is said."""

OUTCOME_TONES: Final = {key: key.replace("_", "-") for key in FOUR}
TYPE_WORDS: Final = dict(Trust.Type.choices)

FRAMEWORK_WORDS: Final = {
    Framework.REGULATIONS_2010: "2010 regulations",
    Framework.INSPECTION_2014: "2014–17 framework",
    Framework.INSPECTION_2017: "2017–21 framework",
    Framework.INSPECTION_2022: "2022–23 framework",
    Framework.SINGLE_ASSESSMENT_2023: "Single assessment framework",
    Framework.TRUST_WELL_LED_2024: "Trust-level well-led assessment",
    Framework.RATING_CHARACTERISTICS: "Rating characteristics",
    Framework.UNKNOWN: "Framework not known",
}
"""Shorter than `frameworks.NAMES`: they stand in every cell of a grid."""

_CQC: Final = ("https", "www.cqc.org.uk")


def rating_words(state: str | None, rating: int | None, word: str | None) -> str:
    """What stands for a rating: one of the four words, or the words printed in its place."""
    if rating is not None:
        return Rating(rating).words
    if state is None:
        return OUTCOME_WORDS["not_listed"]
    printed = (word or "").strip()
    return STATE_WORDS[state] if state != "unknown" or printed in {"", "-"} else f"“{printed}” (not understood)"


def rating_tone(rating: int | None) -> str:
    return "none" if rating is None else TONES[Rating(rating)]


def years_old(published_on: date, on: date) -> int:
    """Whole years from publication to a day; 0 for a day before it."""
    before_anniversary = (on.month, on.day) < (published_on.month, published_on.day)
    return max(0, on.year - published_on.year - before_anniversary)


def age_words(published_on: date | None, on: date) -> str | None:
    """Says so when a rating is three years old or more."""
    years = 0 if published_on is None else years_old(published_on, on)
    return f"rating is {years} years old" if years >= OLD_AFTER_YEARS else None


def short_day(day: date | None, otherwise: str = "no date given") -> str:
    """3 May 2026, as short as a narrow column needs: 3 May 2026, 23 Nov 2026."""
    return otherwise if day is None else f"{day.day} {day:%b %Y}"


def long_day(day: date | None, otherwise: str = "no date given") -> str:
    return otherwise if day is None else f"{day.day} {day:%B %Y}"


def framework_words(framework: str | None) -> str:
    return FRAMEWORK_WORDS[Framework(framework)] if framework else FRAMEWORK_WORDS[Framework.UNKNOWN]


def direction(before: int | None, after: int | None) -> str:
    """ "up", "down" or "same", as the grid draws it; a move from or to no rating is neither."""
    if before is None or after is None or before == after:
        return "same"
    return "up" if after > before else "down"


def change_words(before_state: str, before_rating: int | None, rating: int | None) -> str | None:
    """The change since the value before: "up from Requires improvement", "was Good"; None when there is none."""
    if not before_state or before_rating == rating:
        return None
    before = rating_words(before_state, before_rating, "")
    moved = direction(before_rating, rating)
    return f"was {before}" if moved == "same" else f"{moved} from {before}"


def report_link(url: str) -> str | None:
    """The address of a report, only where it is CQC's own site over https: a file may hold any address."""
    parts = urlsplit(url)
    return url if (parts.scheme, parts.netloc) == _CQC else None


def cell_href(level: str, cqc_id: str, service: str, domain: str) -> str:
    """Where the history of a cell stands."""
    return reverse("cell", args=[level, cqc_id, service, domain])
