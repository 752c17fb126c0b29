"""A small server that speaks CQC's public API, well or badly, for tests and for trying an import by hand.

    python -m tests.stubs.cqc_api --port 0 --records 20 --faults "busy,cut off"

It serves `--records` invented hospitals and a provider for every five, at the address it prints, on this
machine only.  Faults are played once each, in order, on the requests that come; `faults_at` plays them on one
path only.  A request without a User-Agent or the key is refused, as CQC does.
"""

import argparse
import gzip
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

KEY: Final = "stub-key"
BASE: Final = "/public/v1"


def location(number: int) -> dict[str, Any]:
    """An invented hospital; no person or place of this name exists in CQC's register."""
    return {
        "locationId": f"RZ{number:03}",
        "providerId": f"RZ{number // 5}",
        "name": f"Tarnside Hospital {number}",
        "type": "NHS Healthcare Organisation",
        "registrationStatus": "Registered",
        "currentRatings": {
            "overall": {
                "rating": "Good",
                "reportDate": "2026-05-03",
                "keyQuestionRatings": [{"name": "Safe", "rating": "Requires improvement"}],
            }
        },
    }


def provider(number: int) -> dict[str, Any]:
    return {"providerId": f"RZ{number}", "name": f"Tarnside {number} NHS Trust", "odsCode": f"RZ{number}"}


Answer = Callable[["Handler"], None]


@dataclass
class Stub:
    """What the server holds and how it will behave.  `requests` are the paths asked for, in order."""

    locations: dict[str, dict[str, Any]]
    providers: dict[str, dict[str, Any]]
    faults: list[Answer] = field(default_factory=list)
    faults_at: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    totals: list[int] = field(default_factory=list)
    """Totals to claim on the next pages, in place of the true one."""
    repeats: dict[int, int] = field(default_factory=dict)
    """Pages that come back with another page's list."""
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @classmethod
    def of(cls, records: int) -> "Stub":
        locations = [location(number) for number in range(records)]
        providers = [provider(number) for number in range((records + 4) // 5)]
        return cls({one["locationId"]: one for one in locations}, {one["providerId"]: one for one in providers})

    def list_page(self, name: str, ids: list[str], page: int, per_page: int) -> dict[str, Any]:
        """One page as CQC lists it: ids under `changes`, objects under the list's own name."""
        total = self.totals.pop(0) if self.totals else len(ids)
        start = (self.repeats.get(page, page) - 1) * per_page
        shown = ids[start : start + per_page]
        key = f"{name[:-1]}Id"
        listed: list[Any] = shown if name == "changes" else [{key: one} for one in shown]
        pages = max(-(-total // per_page), 1)
        return {"total": total, "totalPages": pages, "page": page, "perPage": per_page, name: listed}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement
    stub: Stub

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Quiet: tests read `Stub.requests`."""

    def do_GET(self) -> None:
        stub, path = self.stub, urlsplit(self.path).path.removeprefix(BASE)
        stub.requests.append(self.path.removeprefix(BASE))
        stub.headers.append(dict(self.headers))
        stub.times.append(time.monotonic())
        faults = stub.faults_at.get(path) or stub.faults
        if faults:
            faults.pop(0)(self)
        else:
            self.answer()

    def answer(self) -> None:
        """As CQC would."""
        if self.headers.get("Ocp-Apim-Subscription-Key") != KEY or not self.headers.get("User-Agent"):
            return self.send_json({"statusCode": 401, "message": "Access denied"}, status=401)
        found = self.found()
        if found is None:
            return self.send_json({"message": "No such record"}, status=404)
        return self.send_json(found)

    def found(self) -> dict[str, Any] | None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        page, per_page = int(query.get("page", 1)), int(query.get("perPage", 100))
        stub = self.stub
        match address.path.removeprefix(BASE).strip("/").split("/"):
            case ["locations"]:
                return stub.list_page("locations", list(stub.locations), page, per_page)
            case ["providers"]:
                return stub.list_page("providers", list(stub.providers), page, per_page)
            case ["changes", "location"]:
                return stub.list_page("changes", list(stub.locations)[::2], page, per_page)
            case ["changes", "provider"]:
                return stub.list_page("changes", list(stub.providers)[::2], page, per_page)
            case ["locations", one]:
                return stub.locations.get(one)
            case ["providers", one]:
                return stub.providers.get(one)
        return None

    def send_json(self, content: Any, *, status: int = 200, **headers: str) -> None:
        self.send_bytes(json.dumps(content).encode(), status=status, **headers)

    def send_bytes(self, body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


# --- faults -----------------------------------------------------------------------------------------------


def slow(seconds: float) -> Answer:
    """The right answer, late."""

    def play(handler: Handler) -> None:
        handler.stub.closing.wait(seconds)
        handler.answer()

    return play


def hang(handler: Handler) -> None:
    """No answer at all, until the server closes."""
    handler.stub.closing.wait(30)
    handler.close_connection = True


def dripping_body(handler: Handler) -> None:
    """Slowloris: a byte at a time, never silent for long and never done."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    _drip(handler)


def dripping_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    _drip(handler)


def _drip(handler: Handler) -> None:
    try:
        for _ in range(1_000):  # 20 seconds: a client without a bound fails its test, and does not hang it
            if handler.stub.closing.wait(0.02):
                break
            handler.wfile.write(b" ")
    except OSError:
        pass  # the client has had enough, as it should
    handler.close_connection = True


def busy(handler: Handler) -> None:
    """429 without a word on when to come back."""
    handler.send_json({"message": "Rate limit is exceeded"}, status=429)


def busy_for(retry_after: str) -> Answer:
    def play(handler: Handler) -> None:
        handler.send_json({"message": "Rate limit is exceeded"}, status=429, Retry_After=retry_after)

    return play


def broken(handler: Handler) -> None:
    handler.send_json({"message": "Internal server error"}, status=500)


def web_page(handler: Handler) -> None:
    handler.send_bytes(b"\n<!doctype html><title>Maintenance</title>", kind="text/html")


def malformed(handler: Handler) -> None:
    handler.send_bytes(b'{"total": 3, "locations": [')


def cut_off(handler: Handler) -> None:
    """Half of the promised body, then the connection closes."""
    body = json.dumps(handler.found()).encode()
    handler.send_bytes(body[: len(body) // 2], length=str(len(body)))
    handler.close_connection = True


def drifted(handler: Handler) -> None:
    """Valid JSON of another shape."""
    handler.send_json({"total": {"value": 3}, "items": []})


def another_record(handler: Handler) -> None:
    handler.send_json(location(999))


def endless(handler: Handler) -> None:
    """A body far longer than any record."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    try:
        while not handler.stub.closing.is_set():
            handler.wfile.write(b" " * 65_536)
    except OSError:
        pass
    handler.close_connection = True


_BOMB: Final = gzip.compress(b" " * 20_000_000, 1)


def compressed(handler: Handler) -> None:
    handler.send_bytes(_BOMB, Content_Encoding="gzip")


def moved(handler: Handler) -> None:
    handler.send_bytes(b"", status=302, Location="http://127.0.0.1:9/elsewhere")


def forbidden(handler: Handler) -> None:
    handler.send_json({"message": "Access denied"}, status=403)


BY_NAME: Final[dict[str, Answer]] = {
    "slow": slow(3),
    "hang": hang,
    "dripping body": dripping_body,
    "dripping headers": dripping_headers,
    "busy": busy,
    "busy for 2": busy_for("2"),
    "broken": broken,
    "web page": web_page,
    "malformed": malformed,
    "cut off": cut_off,
    "drifted": drifted,
    "another record": another_record,
    "endless": endless,
    "compressed": compressed,
    "moved": moved,
    "forbidden": forbidden,
}


@contextmanager
def serving(stub: Stub, port: int = 0) -> Iterator[Stub]:
    """The server, on this machine, for as long as the block runs; `stub.url` is its address."""
    handler = type("StubHandler", (Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}{BASE}"
    try:
        yield stub
    finally:
        stub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for CQC's public API, with invented records.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--faults", default="", help=f"played in order, of: {', '.join(BY_NAME)}")
    arguments = parser.parse_args()
    stub = Stub.of(arguments.records)
    stub.faults = [BY_NAME[name.strip()] for name in arguments.faults.split(",") if name.strip()]
    with serving(stub, arguments.port):
        print(f"{stub.url}  (subscription key: {KEY})", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Stopped.")


if __name__ == "__main__":
    main()
