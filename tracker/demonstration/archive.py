"""The zip archive that ods and xlsx files are: entries without a time of day, packed quickly."""

import zipfile
from typing import Final

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip entry can bear; always this one, so that the same rows give the same bytes."""

_FAST: Final = 1
"""The text repeats itself so much that the fastest level already leaves a fiftieth of it."""


def entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry to write; compressed unless asked otherwise."""
    info = zipfile.ZipInfo(name, date_time=_NO_TIME)
    info.compress_type = compression
    info._compresslevel = _FAST  # type: ignore[attr-defined]  # Python 3.13 gives it a public name
    return info
