"""The framework a rating was made under: the same word has meant different things over the years.

| since | what CQC judged by |
|---|---|
| 2009 | compliance with the 2010 regulations; in force until April 2015, but not a rating |
| 2014 | inspection reports with ratings on five key questions |
| June 2017 | the next phase: fewer services at a time, well-led judged on its own at trust level |
| 2022 | inspection reports, resumed after the pandemic and led by risk |
| 21 November 2023 | the single assessment framework: 34 quality statements, scored |
| 2024 | newly assessed NHS trusts get a trust-level well-led rating only; old overall ones stand beside |
| announced for 2025-26 | a return to rating characteristics and key lines of enquiry; no date of effect yet |
"""

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class Framework(StrEnum):
    """A way of judging; the values are stored beside each rating."""

    REGULATIONS_2010 = "regulations_2010"
    INSPECTION_2014 = "inspection_2014"
    INSPECTION_2017 = "inspection_2017"
    INSPECTION_2022 = "inspection_2022"
    SINGLE_ASSESSMENT_2023 = "single_assessment_2023"
    TRUST_WELL_LED_2024 = "trust_well_led_2024"
    RATING_CHARACTERISTICS = "rating_characteristics"
    UNKNOWN = "unknown"


class Period(NamedTuple):
    """A framework and the first publication date that is taken to be made under it.

    `since` is None where only the source's own word can say so.
    """

    framework: Framework
    name: str
    since: date | None


PERIODS: Final = (
    Period(Framework.REGULATIONS_2010, "Compliance with the 2010 regulations", date(2009, 1, 1)),
    Period(Framework.INSPECTION_2014, "Inspection report, 2014 to 2017", date(2014, 1, 1)),
    Period(Framework.INSPECTION_2017, "Inspection report, 2017 to 2021", date(2017, 6, 12)),
    Period(Framework.INSPECTION_2022, "Inspection report, 2022 to 2023", date(2022, 1, 1)),
    Period(Framework.SINGLE_ASSESSMENT_2023, "Single assessment framework", date(2023, 11, 21)),
    Period(Framework.TRUST_WELL_LED_2024, "Trust-level well-led assessment", None),
    Period(Framework.RATING_CHARACTERISTICS, "Rating characteristics", None),
    Period(Framework.UNKNOWN, "Framework not known", None),
)
"""In order of time.  Boundaries are publication dates, so a report inspected just before one and published
just after it is placed too late, unless the source names its framework."""

NAMES: Final = {period.framework: period.name for period in PERIODS}

_VALUES: Final = frozenset(framework.value for framework in Framework)

WELL_LED_ALONE_SINCE: Final = date(2024, 1, 1)

_NAMED: Final = (
    ("well led", Framework.TRUST_WELL_LED_2024),
    ("single assessment", Framework.SINGLE_ASSESSMENT_2023),
    ("rating characteristics", Framework.RATING_CHARACTERISTICS),
    ("key lines of enquiry", Framework.RATING_CHARACTERISTICS),
)


def read_framework(
    named: str,
    published: date | None,
    *,
    report_type: str = "",
    level: str = "",
    service: str = "",
    domain: str = "",
) -> Framework:
    """The framework of one rating.

    The source's own word (`named`, else the report type) decides where it is one we know; otherwise the
    publication date does.  `level` is "provider" or "location"; `service` and `domain` are canonical
    ("overall", "well_led") and pick out the trust-level well-led assessments of 2024 onwards.  A rating
    without a date, under a name not seen before, is `UNKNOWN`.
    """
    by_word = _from_words(named, published) or _from_words(report_type, published)
    if by_word is not None:
        return by_word
    if published is None:
        return Framework.UNKNOWN
    trust_well_led = level == "provider" and service == "overall" and domain == "well_led"
    if trust_well_led and published >= WELL_LED_ALONE_SINCE:
        return Framework.TRUST_WELL_LED_2024
    framework = Framework.UNKNOWN
    for period in PERIODS:
        if period.since is not None and period.since <= published:
            framework = period.framework
    return framework


def _from_words(words: str, published: date | None) -> Framework | None:
    """The framework some words name, our own stored values included, or None when they name none."""
    text = " ".join(words.casefold().replace("_", " ").replace("-", " ").split())
    ours = text.replace(" ", "_")
    if ours in _VALUES:
        return Framework(ours)
    for phrase, framework in _NAMED:
        # CQC also wrote of "key lines of enquiry" from 2014 to 2023: there the date tells which.
        old_enquiry = phrase == "key lines of enquiry" and (published is None or published < WELL_LED_ALONE_SINCE)
        if phrase in text and not old_enquiry:
            return framework
    return None
