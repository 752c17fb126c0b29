"""Invented English-sounding names: towns, counties, trusts and hospitals.

Every town is one of `_STEMS` joined to one of `_ENDINGS`; the parts were chosen so that no whole is a real
English town or the name of a real trust.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from tracker.demonstration.world import TrustType

_STEMS: Final = (  # noqa: SIM905 - words read better than a column of quotes
    "Arrow Bramble Brindle Candle Corvan Dapple Dunmar Elder Ember Fallow Fenner Gorse Heron "
    "Ingle Ivel Juniper Kester Kindle Larken Linnet Lorne Madder Marle Merrin Orrin Osier "
    "Pellow Perrin Plover Quarren Rowan Rushen Saffer Selwyn Sorrel Tamber Tansy Teasel Thistle Ulver "
    "Vellan Wether Yewen"
).split()
_ENDINGS: Final = (  # noqa: SIM905
    "bourne bridge combe cross dale ferry ford gate haven holt leigh mere minster mouth stead thorpe thwaite wick worth"
).split()

COUNTIES: Final = (  # noqa: SIM905
    "Amberland Arlshire Averland Baldershire Brantshire Carrowshire Corvanshire Cressland Dunmarshire "
    "Ellanshire Embershire Fallowshire Fennerland Gorseland Hallowshire Heronshire Inglemark Ivelshire "
    "Kelmarshire Kestershire Larkenshire Lindmark Lorneshire Merrinshire Mossmark Orrinshire Ottershire "
    "Pellowshire Perrinshire Quarrenshire Rowanshire Rushmark Saffershire Selwynshire Sorrelshire "
    "Tambershire Tarnmark Ulvershire Vellanshire Wetherland Wrenshire Yarrowshire"
).split()
"""Forty-two invented counties, one for each integrated care system."""

_Patterns = tuple[tuple[str, str], ...]
"""Patterns of a full name and of the short one."""

_ACUTE: Final[_Patterns] = (
    ("{town} Hospitals NHS Foundation Trust", "{town} Hospitals"),
    ("{town} Hospitals NHS Trust", "{town} Hospitals"),
    ("University Hospitals of {town} NHS Foundation Trust", "UH {town}"),
    ("{town} Teaching Hospitals NHS Foundation Trust", "{town} Teaching"),
    ("{town} General Hospital NHS Trust", "{town} General"),
    ("{town} and {other} Hospitals NHS Foundation Trust", "{town} and {other}"),
    ("{town} and {other} NHS Trust", "{town} and {other}"),
    ("Royal {town} NHS Foundation Trust", "Royal {town}"),
)
_SPECIALIST: Final[_Patterns] = (
    ("The {town} Orthopaedic Hospital NHS Foundation Trust", "{town} Orthopaedic"),
    ("{town} Heart and Chest Hospital NHS Foundation Trust", "{town} Heart and Chest"),
    ("The {town} Cancer Centre NHS Foundation Trust", "{town} Cancer Centre"),
    ("{town} Women's Hospital NHS Foundation Trust", "{town} Women's"),
    ("{town} Children's Hospital NHS Foundation Trust", "{town} Children's"),
    ("{town} Eye Hospital NHS Foundation Trust", "{town} Eye"),
)
_COUNTYWIDE: Final[dict[TrustType, _Patterns]] = {
    "mental_health": (
        ("{county} Partnership NHS Foundation Trust", "{county} Partnership"),
        ("{county} Mental Health NHS Foundation Trust", "{county} Mental Health"),
    ),
    "community": (
        ("{county} Community Health NHS Trust", "{county} Community"),
        ("{county} Community Healthcare NHS Foundation Trust", "{county} Community"),
    ),
    "ambulance": (("{county} and {town} Ambulance Service NHS Trust", "{county} Ambulance"),),
}
_HOSPITALS: Final = ("{town} General Hospital", "Royal {town} Infirmary", "{town} District Hospital")
_LATER_HOSPITALS: Final = ("{town} Hospital", "{town} Community Hospital", "The {town} Hospital")
_STREETS: Final = ("Infirmary Road", "Hospital Lane", "Priory Way", "Mill Street", "Station Road", "Park Row")


def towns(rng: Random, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every town once, in an order the seed decides, leaving out those already given away."""
    every = [town for stem in _STEMS for ending in _ENDINGS if (town := stem + ending) not in without]
    rng.shuffle(every)
    return iter(every)


def trust_name(rng: Random, trust_type: TrustType, *, town: str, other: str, county: str) -> tuple[str, str]:
    """A trust's full name and its short one."""
    if trust_type == "general_acute":
        patterns = _ACUTE
    elif trust_type == "specialist_acute":
        patterns = _SPECIALIST
    else:
        patterns = _COUNTYWIDE[trust_type]
    full, short = rng.choice(patterns)
    return full.format(town=town, other=other, county=county), short.format(town=town, other=other, county=county)


def hospital_name(rng: Random, town: str, *, first: bool) -> str:
    """A hospital's name; a trust's first hospital sounds like its main one."""
    return rng.choice(_HOSPITALS if first else _LATER_HOSPITALS).format(town=town)


def street(rng: Random) -> str:
    """A street address."""
    return f"{rng.randint(1, 99)} {rng.choice(_STREETS)}"


def postcode(rng: Random) -> str:
    """A postcode of the right shape that cannot exist: no postcode area begins with Q."""
    area = rng.choice("ABCDEFGH")
    inward = "".join(rng.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
    return f"Q{area}{rng.randint(1, 28)} {rng.randint(1, 9)}{inward}"
