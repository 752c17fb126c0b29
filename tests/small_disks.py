"""Disks that really fill: small file systems in memory, which only whoever may mount can make.

Where mounting is not possible the tests marked `small_disk` are taken out of the run, and its last lines say that
they were not run, and why; they are never counted among those that passed or were skipped.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1024 * 1024


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """An empty file system of that size, open to the servers' own account."""
    with tempfile.TemporaryDirectory(prefix="turnaround-test-disk-") as parent:
        os.chmod(parent, 0o755)
        place = Path(parent) / "disk"
        place.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "turnaround-test", str(place)],
            check=True,
            capture_output=True,
            text=True,
        )
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def why_no_small_disk() -> str:
    """Why none can be mounted here; empty when one can."""
    try:
        with small_disk(1):
            return ""
    except FileNotFoundError:
        return "there is no mount program"
    except subprocess.CalledProcessError as refused:
        return f"a disk of their own cannot be mounted ({refused.stderr.strip() or refused})"


def fill(disk: Path, *, leaving: int = 0) -> Path:
    """A file that takes up everything but `leaving` bytes.  Deleting it gives the space back."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        facts = os.statvfs(disk)
        left = facts.f_bfree * facts.f_frsize - leaving
        while left > 0:
            try:
                left -= file.write(bytes(min(left, MEGABYTE)))
            except OSError:
                break
    return ballast
