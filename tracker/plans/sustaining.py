"""When an improvement counts as held: the later of three months and six points without concern.  Pure.

"Embedded" is the field's word for it: an action is not finished when it was checked once, but when what it mends
has stayed mended.  Where nothing measures it, a re-audit after those months says so instead.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Holding:
    """What is known of an action since it was verified.  `points` of its measures since then, the fewest of any,
    or None where nothing measures it; `concern` names the measure that signals one."""

    verified_on: date
    points: int | None = None
    concern: str = ""
    reaudited_on: date | None = None  # the newest audit or figures among its evidence


def holds_from(verified_on: date, months: int) -> date:
    """The first day on which it may count as held, as far as time goes."""
    year, month = divmod(verified_on.year * 12 + verified_on.month - 1 + months, 12)
    return date(year, month + 1, min(verified_on.day, monthrange(year, month + 1)[1]))


def why_not_sustained(holding: Holding, today: date, *, months: int, points: int) -> str:
    """What still stands between a verified action and a sustained one, in a sentence; empty when nothing does."""
    first = holds_from(holding.verified_on, months)
    if holding.concern:
        return f"Its measure signals concern: {holding.concern}. It is not sustained until the concern has passed."
    if today < first:
        return f"It must hold until {first.day} {first:%B %Y}, {months} months after it was verified."
    if holding.points is not None:
        if holding.points < points:
            return f"Its measure has {holding.points} points since it was verified; {points} are needed."
        return ""
    if holding.reaudited_on is None or holding.reaudited_on < first:
        return f"Nothing measures it. Add a re-audit dated {first.day} {first:%B %Y} or later to the evidence first."
    return ""
