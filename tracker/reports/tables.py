"""What an export holds, before any format: a table, and the stamp that says what it is and how old."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

Value = str | int | float | date | None
Row = Sequence[Value]

SOURCE = "Care Quality Commission"
LICENCE = "Open Government Licence v3.0"
OURS = "Turnaround"
CONFIDENTIAL = "Confidential"
CONFIDENTIAL_PLAN = "Confidential: the trust's own plan"

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Stamp:
    """Where the figures come from: the day they are as at (None when nothing has been imported), the moment the
    export was made and by whom, and what was chosen, in words."""

    as_at: date | None
    made_at: datetime
    chosen: str = ""
    source: str = SOURCE
    licence: str = LICENCE
    made_by: str = ""

    @property
    def as_at_words(self) -> str:
        return self.as_at.isoformat() if self.as_at else "nothing imported"


@dataclass(frozen=True)
class Table:
    """A titled table: `stem` names the file, `headings` the columns, and each row has a value for every one."""

    title: str
    stem: str
    headings: tuple[str, ...]
    rows: Sequence[Row]
    stamp: Stamp
    notes: tuple[str, ...] = field(default=())

    def file_name(self, suffix: str) -> str:
        """What the table is and the day it is as at: `trusts-as-at-2026-10-01.csv`."""
        return f"{self.stem}-as-at-{self.stamp.as_at_words.replace(' ', '-')}.{suffix}"


@dataclass(frozen=True)
class Columns(Generic[Subject]):
    """What a list is as a file: its title, the file's stem, and by heading what each of its subjects has there.

    A list of CQC's published facts names their source and licence; any other is confidential."""

    title: str
    stem: str
    values: Mapping[str, Callable[[Subject], Value]]
    source: str = OURS
    licence: str = CONFIDENTIAL

    def table(self, subjects: Iterable[Subject], *, as_at: date | None, made_at: datetime, chosen: str = "") -> Table:
        """The list with every subject a row."""
        return Table(
            title=self.title,
            stem=self.stem,
            headings=tuple(self.values),
            rows=[tuple(value(subject) for value in self.values.values()) for subject in subjects],
            stamp=Stamp(as_at, made_at, chosen, self.source, self.licence),
        )
