"""The lines the service writes of itself: one a request, of ids and patterns, and no word of anybody's record."""

import io
import json
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.test import Client

from config.logs import logging_settings
from tests.cast import Cast
from tests.config.test_production import COMPLETE, ROOT
from tests.plan_factories import new_action


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What production would write, while the test runs."""
    written = io.StringIO()
    logging.config.dictConfig(logging_settings("json", "INFO"))
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    logging.config.dictConfig(logging_settings("plain", "INFO"))


def read(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_in_production_writes_one_line(tmp_path: Path) -> None:
    asks = "import django; django.setup(); from django.test import Client; Client().get('/livez?q=Asha')"
    environment = {"PATH": "/usr/bin", "TURNAROUND_DATA_DIR": str(tmp_path), **COMPLETE}
    environment["ALLOWED_HOSTS"] = "testserver"
    (tmp_path / "static").mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", asks],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = [json.loads(text) for text in done.stderr.splitlines()]
    assert (line["path"], line["status"], line["user_id"], line["level"]) == ("/livez", 200, None, "info")
    assert line["request_id"]
    assert line["timestamp"].endswith("Z")


def test_a_line_names_the_page_and_the_person_by_id_and_quotes_nothing(
    cast: Cast, as_user: Any, lines: io.StringIO
) -> None:
    action = new_action(cast)
    client: Client = as_user(cast.lead)
    lines.truncate(0)
    lines.seek(0)
    client.get(f"/actions/{action.reference}?note=Asha%20Patel", headers={"user-agent": "Kept-to-itself"})
    client.get("/no/such/page/for/Asha")
    found, missing = read(lines)
    assert (found["path"], found["status"], found["user_id"]) == ("/actions/<str:reference>", 200, cast.lead.pk)
    assert (found["method"], found["event"]) == ("GET", "request")
    assert 0 < found["ms"] < 60_000
    assert (missing["path"], missing["status"]) == ("", 404)
    assert found["request_id"] != missing["request_id"]
    for word in ("Asha", "Kept-to-itself", "127.0.0.1", str(cast.lead), cast.lead.email, action.reference):
        assert word not in lines.getvalue()


def test_of_a_failure_the_kind_and_place_are_kept_and_not_its_words(lines: io.StringIO) -> None:
    try:
        raise ValueError("Failing row contains (Asha Patel)")
    except ValueError:
        logging.getLogger("celery").exception("A task failed")
        structlog.get_logger("turnaround").error("It failed", exc_info=True)
    for line in read(lines):
        assert line["exception"] == "ValueError"
        assert "test_logs.py" in line["through"][-1]
    assert "Asha" not in lines.getvalue()
