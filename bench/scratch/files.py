"""The files that are imported: the demonstration's full-size file, made once a run."""

from pathlib import Path

from django.conf import settings

from tracker.demonstration.bulk_file import Format
from tracker.demonstration.full_size import write_full_size


def full_size(rows: int, file_format: Format = "csv", *, changed: float = 0.0) -> Path:
    """The full-size file with `rows` rows in `Locations`; of csv, the sheet `Locations`."""
    folder = settings.DATA_DIR / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{rows}-{changed}.{file_format}"
    wanted = path.with_name(f"{path.stem}_locations.csv") if file_format == "csv" else path
    if not wanted.exists():
        written = write_full_size(path, file_format, rows, changed=changed)
        if wanted not in written:
            raise RuntimeError(f"the generator wrote {written}, not {wanted}")
    return wanted


def same_content(path: Path, number: int) -> Path:
    """The same csv in other bytes: with `number` empty lines at its end."""
    other = path.with_name(f"{path.stem}-again-{number}.csv")
    other.write_bytes(path.read_bytes() + b"\r\n" * number)  # as the generator ends its lines
    return other
