"""The columns of CQC's ratings file, in every vintage: which heading is which field of ours.

CQC has published the file monthly since 2015 under several names ("Latest ratings", "Care directory with
ratings"), with two sheets, `Locations` and `Providers`.  The exact headings of each vintage stand here in
CQC's own order; the demonstration writes its files from the same tuples that the reader is tested on.

Headings are compared without regard to case, spaces or punctuation, because those have varied.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

LOCATION_HEADINGS: Final = (
    "Location ID",
    "Location ODS Code",
    "Location Name",
    "Care Home?",
    "Location Type",
    "Location Primary Inspection Category",
    "Location Street Address",
    "Location Address Line 2",
    "Location City",
    "Location Post Code",
    "Location Local Authority",
    "Location Region",
    "Location NHS Region",
    "Location ONSPD CCG Code",
    "Location ONSPD CCG",
    "Location Commissioning CCG Code",
    "Location Commissioning CCG Name",
    "Service / Population Group",
    "Domain",
    "Latest Rating",
    "Publication Date",
    "Report Type",
    "Inherited Rating (Y/N)",
    "URL",
    "Provider ID",
    "Provider Name",
    "Brand ID",
    "Brand Name",
)
"""The 28 columns of `Locations` as of September 2026."""

PROVIDER_HEADINGS: Final = (
    "Provider ID",
    "Provider ODS Code",
    "Provider Name",
    "Provider Type",
    "Provider Primary Inspection Category",
    "Provider Street Address",
    "Provider Address Line 2",
    "Provider City",
    "Provider Post Code",
    "Provider Local Authority",
    "Provider Region",
    "Provider NHS Region",
    "Service / Population Group",
    "Domain",
    "Latest Rating",
    "Publication Date",
    "Report Type",
    "Inherited Rating (Y/N)",
    "URL",
    "Brand ID",
    "Brand Name",
)
"""The 21 columns of `Providers` as of September 2026."""


def _as_in_2018(headings: Iterable[str]) -> tuple[str, ...]:
    """The same sheet before ODS codes, NHS regions and inherited ratings; a domain was a key question."""
    later = ("ODS Code", "NHS Region", "Inherited Rating (Y/N)")
    return tuple(
        "Key Question" if heading == "Domain" else heading for heading in headings if not heading.endswith(later)
    )


LOCATION_HEADINGS_25: Final = _as_in_2018(LOCATION_HEADINGS)
"""The 25 columns of `Locations` until at least October 2018."""

PROVIDER_HEADINGS_18: Final = _as_in_2018(PROVIDER_HEADINGS)
"""The 18 columns of `Providers` until at least October 2018."""

LOCATION_HEADINGS_2015_NO_PROVIDER: Final = tuple(
    heading for heading in LOCATION_HEADINGS_25 if heading not in {"Provider ID", "Provider Name"}
)
"""`Locations` from November 2015 to January 2016: nothing said which provider ran the location."""


def plain(heading: str) -> str:
    """A heading as it is compared: lower case, words only.

    >>> plain(" Service/Population  Group ")
    'service population group'
    """
    return " ".join(re.findall(r"[^\W_]+", heading.casefold()))


@dataclass(frozen=True)
class Layout:
    """One of CQC's two sheets: what its rows describe and where each field of ours stands.

    `columns` gives, for a field of `RatingRow`, every heading it has stood under.  A sheet is this one
    when all of `required` are found; `known` are further headings that are CQC's own and are not kept.
    """

    sheet: str
    level: str
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    known: frozenset[str]

    def field_of(self, heading: str) -> str | None:
        """Our field for a heading, or None when it is not one that is read."""
        return self._fields.get(plain(heading))

    def knows(self, heading: str) -> bool:
        """Whether CQC is known to print this heading, read or not."""
        return plain(heading) in self._fields or plain(heading) in self.known

    @property
    def _fields(self) -> dict[str, str]:
        return {plain(name): field for field, names in self.columns.items() for name in names}


_RATING_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("Service / Population Group", "Service or Population Group"),
    "domain": ("Domain", "Key Question"),
    "rating": ("Latest Rating",),
    "publication_date": ("Publication Date", "Report Publication Date"),
    "report_type": ("Report Type",),
    "inherited": ("Inherited Rating (Y/N)", "Inherited Rating"),
    "url": ("URL",),
}
_RATING_REQUIRED: Final = frozenset({"service", "domain", "rating", "publication_date"})


def _organisation_columns(kind: str) -> dict[str, tuple[str, ...]]:
    return {
        "organisation_id": (f"{kind} ID",),
        "ods_code": (f"{kind} ODS Code",),
        "organisation_name": (f"{kind} Name",),
        "organisation_type": (f"{kind} Type", f"{kind} Type/Sector"),
        "category": (f"{kind} Primary Inspection Category", f"{kind} Inspection Category"),
        "postcode": (f"{kind} Post Code", f"{kind} Postal Code", f"{kind} Postcode"),
        "local_authority": (f"{kind} Local Authority",),
        "nhs_region": (f"{kind} NHS Region",),
    }


def _known(kind: str, *headings: str) -> frozenset[str]:
    """The headings CQC prints that no rating needs: addresses, commissioners, brands."""
    address = ("Street Address", "Address Line 2", "City", "County", "Region")
    names = [*(f"{kind} {part}" for part in address), "Brand ID", "Brand Name", *headings]
    return frozenset(plain(name) for name in names)


LOCATIONS: Final = Layout(
    sheet="Locations",
    level="location",
    columns=MappingProxyType(
        _organisation_columns("Location")
        | {"provider_id": ("Provider ID",), "provider_name": ("Provider Name",)}
        | dict(_RATING_COLUMNS)
    ),
    required=_RATING_REQUIRED | {"organisation_id"},
    known=_known(
        "Location",
        "Care Home?",
        *(
            f"Location {source} {body}{part}"
            for source in ("ONSPD", "Commissioning")
            for body in ("CCG", "ICB")
            for part in ("", " Code", " Name")
        ),
    ),
)

PROVIDERS: Final = Layout(
    sheet="Providers",
    level="provider",
    columns=MappingProxyType(_organisation_columns("Provider") | dict(_RATING_COLUMNS)),
    required=_RATING_REQUIRED | {"organisation_id"},
    known=_known("Provider"),
)

LAYOUTS: Final = (LOCATIONS, PROVIDERS)


def layout_of(headings: Iterable[str]) -> Layout:
    """The sheet some headings would belong to, were they CQC's.

    A row of `Locations` also says which provider runs the location, so it has all a row of `Providers` has:
    any heading about a location settles it, or a renamed "Location ID" would turn every site into a trust.
    """
    return LOCATIONS if any(plain(heading).startswith("location ") for heading in headings) else PROVIDERS
