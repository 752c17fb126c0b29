import csv
from collections.abc import Callable
from functools import cache

import pytest

from tracker.demonstration.bulk_file import write_month
from tracker.demonstration.england import England, SheetName, england

ReadMonth = Callable[[int, SheetName], list[dict[str, str]]]


@pytest.fixture(scope="session")
def world() -> England:
    return england()


@pytest.fixture(scope="session")
def read_month(world: England, tmp_path_factory: pytest.TempPathFactory) -> ReadMonth:
    """One month's sheet, written as csv and read back by the plain csv module."""
    directory = tmp_path_factory.mktemp("months")

    @cache
    def read(month: int, sheet: SheetName) -> list[dict[str, str]]:
        path = directory / f"{month}_{sheet}.csv"
        write_month(world, month, path, "csv", sheet=sheet)
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
