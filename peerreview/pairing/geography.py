"""How far apart two places are, and roughly how long the road takes."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
ROAD_FACTOR = 1.3  # road kilometres for each kilometre as the crow flies: judgement
ROAD_SPEED_KM_H = 60  # judgement


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east (WGS 84); ValueError outside the globe."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"No such place: {self.latitude}, {self.longitude}.")


@dataclass(frozen=True, slots=True)
class Journey:
    """Minutes by road, one way; `estimated` until somebody enters the real time."""

    minutes: int
    estimated: bool


def kilometres_between(one: Place, other: Place) -> float:
    """Great-circle distance, by the haversine formula."""
    north, further_north = radians(one.latitude), radians(other.latitude)
    rise = sin((further_north - north) / 2) ** 2
    run = sin(radians(other.longitude - one.longitude) / 2) ** 2
    chord = min(1.0, rise + cos(north) * cos(further_north) * run)
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))


def estimated_journey(one: Place, other: Place) -> Journey:
    """The journey by distance alone, to the nearest minute."""
    hours = kilometres_between(one, other) * ROAD_FACTOR / ROAD_SPEED_KM_H
    return Journey(minutes=round(hours * 60), estimated=True)
