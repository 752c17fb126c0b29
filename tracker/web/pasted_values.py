"""The preview of values before they are kept: what each row means, what stands in its way, and what was decided.

Every row goes back and forth with the page as it was typed, so that nothing is lost and no script is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.measures.models import Measure
from tracker.measures.operations import NewValue
from tracker.measures.pasting import MOST_ROWS, Row, read_rows
from tracker.measures.periods import Frequency, period_words
from tracker.measures.queries import plain

REPLACE, KEEP = "replace", "keep"
Typed = tuple[int, str, str]  # line, period, value


@dataclass(frozen=True)
class Previewed:
    """One row of the preview.  `state`: new, same (the value stands already), differs, wrong, or left out."""

    number: int
    row: Row
    state: str
    stands: Decimal | None
    choice: str
    period_words: str

    @property
    def errors(self) -> list[dict[str, str]]:
        """What the error summary says of it, each line leading to its box."""
        if self.state == "differs" and not self.choice:
            said = f"Line {self.row.line}: select whether to replace {plain(self.stands)} or keep it"
            return [{"text": said, "href": f"#choice-{self.number}"}]
        if self.state != "wrong":
            return []
        parts = (("period", self.row.period_error), ("value", self.row.value_error))
        return [
            {"text": f"Line {self.row.line}: {error}", "href": f"#{name}-{self.number}"}
            for name, error in parts
            if error
        ]

    @property
    def shown(self) -> dict[str, object]:
        """What the template draws."""
        return {
            "number": self.number,
            "line": self.row.line,
            "period_text": self.row.period_text,
            "value_text": self.row.value_text,
            "period_error": self.row.period_error,
            "value_error": self.row.value_error,
            "state": self.state,
            "period": self.period_words,
            "value": plain(self.row.value) if self.row.value is not None else "",
            "stands": plain(self.stands),
            "choice": self.choice,
        }


@dataclass(frozen=True)
class Preview:
    rows: tuple[Previewed, ...]

    @property
    def errors(self) -> list[dict[str, str]]:
        """Everything to be put right or decided."""
        return [error for row in self.rows for error in row.errors]

    @property
    def mistakes(self) -> list[dict[str, str]]:
        """What is wrong with the rows as they came; decisions are not asked for yet."""
        return [error for row in self.rows if row.state == "wrong" for error in row.errors]

    @property
    def replaces(self) -> bool:
        """Whether any row is against a value that stands, unless it was decided to keep that."""
        return any(row.state == "differs" and row.choice != KEEP for row in self.rows)

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    def values(self) -> list[NewValue]:
        """What is to be recorded once nothing is wrong."""
        return [
            NewValue(row.row.period, row.row.value, replace=row.choice == REPLACE)
            for row in self.rows
            if row.row.period is not None and (row.state == "new" or (row.state, row.choice) == ("differs", REPLACE))
        ]


def sent_rows(data: Mapping[str, str]) -> list[Typed]:
    """The rows a preview sent back, as typed."""
    count = data.get("rows", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 5 else 0
    rows = []
    for n in range(min(number, MOST_ROWS)):
        line = data.get(f"line-{n}", "")
        known = int(line) if line.isascii() and line.isdigit() and len(line) < 7 else n + 1
        rows.append((known, data.get(f"period-{n}", "")[:200], data.get(f"value-{n}", "")[:200]))
    return rows


def preview_of(
    measure: Measure,
    rows: Sequence[Typed],
    stands: Mapping[date, Decimal | None],
    *,
    today: date,
    data: Mapping[str, str],
) -> Preview:
    """What each of `rows` means beside the values that stand; `data` holds what was decided about them."""
    frequency = Frequency(measure.frequency)
    left_out = {n for n in range(len(rows)) if data.get(f"leave-{n}")}
    kept = [row for n, row in enumerate(rows) if n not in left_out]
    read = iter(read_rows(kept, frequency=frequency, unit=measure.unit, today=today))
    shown = []
    for n, (line, period_text, value_text) in enumerate(rows):
        row = Row(line, period_text, value_text) if n in left_out else next(read)
        there = stands.get(row.period) if row.period is not None else None
        choice = data.get(f"choice-{n}", "")
        shown.append(
            Previewed(
                number=n,
                row=row,
                state="left out" if n in left_out else _state(row, there),
                stands=there,
                choice=choice if choice in {REPLACE, KEEP} else "",
                period_words=period_words(row.period, frequency) if row.period else row.period_text,
            )
        )
    return Preview(tuple(shown))


def _state(row: Row, there: Decimal | None) -> str:
    if not row.is_right:
        return "wrong"
    if there is None:
        return "new"
    return "same" if there == row.value else "differs"
