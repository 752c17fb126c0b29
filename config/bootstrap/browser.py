"""Finds a Chromium for the tests that drive a browser, or gets one.

In this order: one named by `TURNAROUND_BROWSER`; one installed on the machine; Debian's package, when we may
install it; Playwright's own download. The path is handed to the tests as `TURNAROUND_BROWSER`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.bootstrap.problems import SetupProblem, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 900


def find_browser(environ: Mapping[str, str]) -> Path:
    """A browser that starts. Raises `SetupProblem`, saying how to get one."""
    named = environ.get("TURNAROUND_BROWSER")
    if named:
        if not _starts(Path(named)):
            raise SetupProblem(f"TURNAROUND_BROWSER is {named}, which does not start.")
        return Path(named)
    found = _installed() or _from_debian() or _from_playwright(environ)
    if found is None:
        raise SetupProblem(
            "The tests drive a browser, and none was found or could be installed.\n"
            "On Debian or Ubuntu: apt install chromium. Elsewhere, install Chromium or Chrome and set\n"
            "TURNAROUND_BROWSER to its path."
        )
    return found


def _installed() -> Path | None:
    places = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin:/snap/bin"
    paths = (shutil.which(name, path=places) for name in NAMES)
    return next((Path(path) for path in paths if path and _starts(Path(path))), None)


def _from_debian() -> Path | None:
    """Debian's package, which needs root. Ubuntu's of that name is a snap, which may not start; then on."""
    apt = shutil.which("apt-get", path="/usr/bin:/bin")
    if os.geteuid() != 0 or apt is None:
        return None
    say("Installing Debian's chromium for the browser tests …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        if not _succeeds([apt, *words], quiet):
            return None
    return _installed()


def _from_playwright(environ: Mapping[str, str]) -> Path | None:
    say("Asking Playwright for its own browser …")
    if not _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], environ):
        return None
    home = Path(environ.get("HOME") or "~").expanduser()
    cache = Path(environ.get("PLAYWRIGHT_BROWSERS_PATH") or home / ".cache" / "ms-playwright")
    candidates = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return next((path for path in reversed(candidates) if _starts(path)), None)


def _starts(browser: Path) -> bool:
    return browser.exists() and _succeeds([str(browser), "--version"], os.environ, 60)


def _succeeds(command: Sequence[str], environ: Mapping[str, str], seconds: float = INSTALL_SECONDS) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=dict(environ),
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
