"""The real service for a real browser: web server, worker and beat as processes, on a database of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import ROOT, copy_of, environment_for

# Playwright keeps an event loop in this thread; our own calls to the database are not made from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
BIN = Path(sys.executable).parent
AXE = ROOT / "node_modules/axe-core/axe.min.js"
BROWSER = os.environ.get("TURNAROUND_BROWSER", "")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Service:
    """A running service: its address, its database, its files, and its processes."""

    address: str
    database: str
    environment: dict[str, str]
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=self.environment, stdout=log, stderr=log
        )

    def start_web(self) -> None:
        host = self.address.removeprefix("http://")
        self.start("web", "gunicorn", "config.wsgi:application", "--bind", host, "--threads", "4", "--workers", "1")
        until(lambda: httpx.get(f"{self.address}/livez").status_code == 200, "the web server answers", seconds=60)

    def start_worker_and_beat(self) -> None:
        self.start(
            "worker", "celery", "-A", "config", "worker", "--queues", "import,mail,default", "--concurrency", "2"
        )
        self.start("beat", "celery", "-A", "config", "beat", "--schedule", str(self.folder / "beat-schedule"))

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(true: Callable[[], Any], what: str, *, seconds: float = 30, every: float = 0.3) -> Any:
    """Waits for `true()` to be true, and fails saying what never came."""
    deadline = time.monotonic() + seconds
    problem: Exception | None = None
    while time.monotonic() < deadline:
        try:
            answer = true()
            if answer:
                return answer
        except (httpx.TransportError, AssertionError) as raised:
            problem = raised
        time.sleep(every)
    raise AssertionError(f"waited {seconds:.0f} s and never saw that {what}: {problem}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(database: str, folder: Path) -> Iterator[Service]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {
        **environment_for(database),
        "TURNAROUND_TEST_DIR": str(folder),
        "REDIS_KEY_PREFIX": f"turnaround-test:{uuid4().hex[:8]}:",
        "SERVICE_ADDRESS": f"http://127.0.0.1:{port}",
        "SOURCES_EVERY": "2",
        "CHANGES_EVERY": "2",
        "REMINDERS_EVERY": "2",
    }
    service = Service(f"http://127.0.0.1:{port}", database, environment, folder)
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def demonstration_template(
    django_db_setup: None, database_template: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any
) -> Iterator[tuple[str, Path]]:
    """A database holding the demonstration, made once by the command a newcomer's first start runs."""
    folder = tmp_path_factory.mktemp("demonstration")
    with django_db_blocker.unblock(), copy_of(database_template) as name:
        with running(name, folder) as service:
            service.manage("prepare_demonstration")
        yield name, folder


@pytest.fixture
def demonstration(
    demonstration_template: tuple[str, Path], django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Service]:
    """The demonstration, running, on a copy of its own: what a journey changes is gone afterwards."""
    template, files = demonstration_template
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        name = stack.enter_context(copy_of(template))
        shutil.copytree(files, tmp_path / "service")
        service = stack.enter_context(running(name, tmp_path / "service"))
        service.start_web()
        yield service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert BROWSER, "no browser was found: run the tests by `python3 manage.py test`, which finds or installs one"
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=[*options, *quiet])
        yield chromium
        chromium.close()


@dataclass
class Person:
    """Somebody at a browser, who notices what a person or a security officer would."""

    page: Page
    service: Service
    problems: list[str]

    def sign_in(self, email: str, password: str) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.service.address}/")

    def go(self, path: str) -> None:
        self.page.goto(self.service.address + path)

    def sees(self, text: str) -> None:
        content = " ".join(self.page.locator("body").inner_text().split())
        assert text in content, f"{self.page.url} does not say {text!r}; it says: {content[:1500]}"

    def eventually_sees(self, path: str, text: str, *, seconds: float = 60) -> None:
        def seen() -> bool:
            self.go(path)
            return text in " ".join(self.page.locator("body").inner_text().split())

        until(seen, f"{path} says {text!r}", seconds=seconds, every=1)

    def accessibility_problems(self) -> list[str]:
        self.page.add_script_tag(path=AXE)
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
            ".then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))",
            TAGS,
        )
        return [f"{self.page.url}: {problem}" for problem in found]

    def sideways_scroll(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Person]]:
    """`visitor(service, width=320, scripts=False)`: a new person at a browser of their own."""
    contexts: list[BrowserContext] = []

    def arrive(service: Service, *, width: int = 1280, scripts: bool = True) -> Person:
        # axe is a script of the tests, so the policy is not enforced in the browser; what it says is tested elsewhere.
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, bypass_csp=scripts, locale="en-GB"
        )
        contexts.append(context)
        problems: list[str] = []
        ours = (service.address, "data:")
        page = context.new_page()
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(ours) else problems.append(asked.url))
        return Person(page, service, problems)

    yield arrive
    for context in contexts:
        context.close()
