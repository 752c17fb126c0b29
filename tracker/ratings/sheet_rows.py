"""What every reader of a spreadsheet yields, and how much of one is let in."""

from typing import Final

SheetRow = tuple[str, int, list[str]]
"""The sheet's name, the row's number in it (1 first) and its cells as text, cut after the last filled one.

Each sheet is announced by a row number 0 without cells, so that an empty sheet is known too.  Rows
without a filled cell may be left out; their numbers are not used again.
"""

MAX_COLUMNS: Final = 256
"""CQC's widest sheet has 28; room for a workbook's other sheets."""
MAX_ROWS: Final = 1_048_576
"""A spreadsheet program's own limit; CQC's longest sheet had 323,673 rows in 2026."""
MAX_CELLS: Final = 50_000_000
MAX_TEXT: Final = 100_000
"""Characters in one cell; a spreadsheet program allows 32,767."""
MAX_FILLED_REPEATS: Final = 1_000
"""How often one filled row may stand for itself again; blank ones may fill the sheet."""
