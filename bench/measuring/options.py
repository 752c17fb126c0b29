"""What a run of the benchmarks was asked for."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHORT_ROWS: Final = 20_000
WHOLE_ROWS: Final = 400_000
FILE_ROWS: Final = 323_673
"""Rows of `Locations` in CQC's file of September 2026."""


@dataclass(frozen=True)
class Options:
    """`rows` are measured; `whole` says that the figures mean what the targets mean: fixed costs, which are
    most of a small import, decide nothing."""

    rows: int
    whole: bool

    @property
    def repetitions(self) -> int:
        """Of a whole import, which takes long, three; of a short one five."""
        return 3 if self.whole else 5


def make_parser(description: str | None) -> ArgumentParser:
    parser = ArgumentParser(description=description)
    parser.add_argument("--all", action="store_true", help=f"measure {WHOLE_ROWS:,} rows and judge every figure")
    parser.add_argument("--rows", type=int, metavar="N", help=f"measure N rows (else {SHORT_ROWS:,})")
    return parser


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options of one benchmark, by default from the command line."""
    given = make_parser(None).parse_args(arguments)
    rows = given.rows or (WHOLE_ROWS if given.all else SHORT_ROWS)
    return Options(rows=rows, whole=given.all)
