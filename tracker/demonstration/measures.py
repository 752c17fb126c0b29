"""The measures of the demonstration's trusts: invented series in which something happens, the same whatever the day.

A series is told in stretches of one level each, ending with the last period that has ended; the values are drawn
from a seed.  Between them they show every sign: an improvement after an action, a concern, too few values, limits
that were recalculated, a target met, missed, and met by chance.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many periods about one level; `drift` is how much the level moves each period."""

    periods: int
    level: float
    spread: float
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """A measure and its series.

    `action` is the place, from 0, of the must-do whose action it shows, which began at the start of the stretch
    `action_from`; limits are recalculated from the start of the stretch `recalculated_from`, because of `because`.
    """

    name: str
    unit: str
    direction: str
    stretches: tuple[Stretch, ...]
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    target: str = ""
    service: str = ""
    frequency: str = "month"
    places: int = 1
    missing: tuple[int, ...] = ()  # periods without a value, counted from the first
    action: int | None = None
    action_from: int = 0
    recalculated_from: int | None = None
    because: str = ""

    @property
    def length(self) -> int:
        return sum(stretch.periods for stretch in self.stretches)

    def values(self) -> list[Decimal | None]:
        """The series, oldest first; none where a period has no value."""
        draw = Random(f"{self.name} {self.length}")  # noqa: S311 - invented figures, no secret
        values: list[Decimal | None] = []
        for stretch in self.stretches:
            for number in range(stretch.periods):
                value = draw.gauss(stretch.level + stretch.drift * number, stretch.spread)
                top = 100.0 if self.unit == "%" else float("inf")
                kept = min(max(value, 0.0), top)
                values.append(Decimal(str(round(kept, self.places))) if self.places else Decimal(round(kept)))
        return [None if place in self.missing else value for place, value in enumerate(values)]

    def start_of(self, stretch: int) -> int:
        """How many periods come before a stretch."""
        return sum(one.periods for one in self.stretches[:stretch])


STRUGGLING: Final = (
    Story(
        "Five steps to safer surgery recorded", "%", "up", (Stretch(20, 82, 2.5), Stretch(10, 95, 1.2)),
        definition="Operations with all five steps recorded, from a monthly audit of 60 operations.",
        numerator="Operations with all five steps recorded", denominator="Operations audited", target="95",
        service="Surgery", action=0, action_from=1,
    ),
    Story(
        "Patients assessed within 15 minutes of arrival", "%", "up", (Stretch(24, 66, 3), Stretch(7, 62, 0.3, -1.6)),
        definition="Patients of the emergency department whose first assessment began within 15 minutes.",
        target="95", service="Urgent and emergency services", action=1, action_from=1,
    ),
    Story(
        "Midwifery shifts filled as planned", "%", "up", (Stretch(9, 84, 3),),
        definition="Counted since the new roster system began.", target="95", service="Maternity", action=2,
    ),
    Story(
        "Falls with harm", "falls per 1,000 bed days", "down", (Stretch(20, 7.2, 0.5), Stretch(16, 5.1, 0.4)),
        definition="Falls of inpatients with moderate harm or worse.", target="5.5", places=2, recalculated_from=1,
        because="Bay nursing began on all wards that month and has been kept up; the audit of October confirms it.",
    ),
    Story("Hand hygiene", "%", "up", (Stretch(30, 86, 1.5),), target="95", missing=(11,)),
    Story("Medicines given on time", "%", "up", (Stretch(30, 90, 2),), target="90", service="Medical care"),
    Story("Complaints answered within 25 working days", "%", "up", (Stretch(26, 92, 1.5),), target="80"),
    Story("Bed occupancy", "%", "neither", (Stretch(22, 91, 0.8), Stretch(8, 96, 0.6))),
    Story("Staff sickness absence", "%", "down", (Stretch(30, 5.2, 0.3),), target="4.5", places=2),
    Story(
        "Ambulance handovers over 60 minutes", "handovers", "down", (Stretch(40, 34, 6),), places=0, frequency="week",
        service="Urgent and emergency services", target="0",
    ),
)  # fmt: skip
SUCCESSFUL: Final = (
    Story(
        "Antibiotics within an hour for sepsis", "%", "up", (Stretch(18, 78, 3), Stretch(18, 93, 2)), target="90",
        recalculated_from=1, because="The sepsis trolley was put on every ward, and every ward has kept it.",
    ),
    Story("Falls with harm", "falls per 1,000 bed days", "down", (Stretch(30, 4.4, 0.4),), target="5", places=2),
    Story("Pressure ulcers acquired in hospital", "ulcers", "down", (Stretch(24, 14, 2), Stretch(8, 8, 1.5)), places=0),
)  # fmt: skip
