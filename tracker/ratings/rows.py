"""What every source of ratings is turned into before anything else looks at it.

`cqc_file` and `cqc_api` are the only modules that know CQC's own names; past them there are only these
rows, whose fields carry our words and the source's text exactly as printed.  Nothing is interpreted
here: words, dates and services are read by `scale`, `dates` and `services` when the rows are staged.
"""

from operator import itemgetter
from typing import Final, NamedTuple


class RatingRow(NamedTuple):
    """One rating of one organisation, for one service and one domain, as a source printed it.

    Text is stripped of surrounding white space and otherwise untouched; a column the source does not
    have is an empty string.  `line` is where a person finds the row in the source (the sheet's row
    number, or the record's number in an API listing) and `part` the sheet or record it stands in.
    """

    part: str
    line: int
    level: str  # "provider" or "location"
    organisation_id: str  # CQC's own id: RJZ, RH801, 1-102643516
    ods_code: str
    organisation_name: str
    organisation_type: str  # NHS Healthcare Organisation, Social Care Org ...
    category: str  # primary inspection category
    postcode: str
    local_authority: str
    nhs_region: str
    provider_id: str  # of a location; of a provider, its own id
    provider_name: str
    service: str
    domain: str  # a key question, Overall, or a word not seen before
    rating: str
    publication_date: str
    report_type: str
    inherited: str  # Y, N or blank; blank is a value of its own
    url: str
    listing: str  # "current", "historic" (once published, since replaced) or "superseded" (its service is)
    registration_status: str  # Registered, Deregistered or blank
    framework: str  # blank, or the framework the source itself names


class OrganisationLink(NamedTuple):
    """CQC's own statement that one location carried on as another (merger or re-registration)."""

    predecessor_id: str
    successor_id: str
    reason: str


ABOUT: Final = (
    "part", "level", "organisation_id", "ods_code", "organisation_name", "organisation_type", "category", "postcode",
    "local_authority", "nhs_region", "provider_id", "provider_name", "url", "registration_status",
)  # fmt: skip
"""Whom a row is about.  Rows of one organisation follow each other, so it is mostly as in the row before."""
SAID: Final = ("service", "domain", "rating")
"""What is said; a file of 400,000 rows holds a few hundred different ones."""
PUBLISHED: Final = ("publication_date", "report_type", "inherited", "listing", "framework")
"""How and when it was said; a few thousand different ones."""

Texts = tuple[str, ...]
PartedRow = tuple[int, Texts, Texts, Texts]
"""A `RatingRow` in parts: its line, and the fields of `ABOUT`, `SAID` and `PUBLISHED`.

Where a reader sees that a row is about the same as the one before, it gives the very same tuple again, so that
whoever comes after need look at it once only.
"""

_ORDER: Final = ("line", *ABOUT, *SAID, *PUBLISHED)
_whole: Final = itemgetter(*(_ORDER.index(name) for name in RatingRow._fields))
_about: Final = itemgetter(*(RatingRow._fields.index(name) for name in ABOUT))
_said: Final = itemgetter(*(RatingRow._fields.index(name) for name in SAID))
_published: Final = itemgetter(*(RatingRow._fields.index(name) for name in PUBLISHED))


def names_somebody(about: Texts) -> bool:
    """Whether anything but the place of the row is given."""
    return any(about[2:])


def in_parts(row: RatingRow) -> PartedRow:
    """The row, parted."""
    return row.line, _about(row), _said(row), _published(row)


def whole(row: PartedRow) -> RatingRow:
    """The row in one piece."""
    line, about, said, published = row
    return RatingRow._make(_whole((line, *about, *said, *published)))
