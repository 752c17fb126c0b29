"""One polite, bounded GET of CQC's API: paced, patient, and never more than it asked for.

CQC publishes no rate limit, so requests keep a distance, a refusal that will pass is retried with growing and
random waits, and `Retry-After` is honoured.  Every wait and every answer has a bound: the service must not hang
because somebody else's does.  The subscription key stands in a header and in no message.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import stamina

USER_AGENT: Final = "Turnaround (NHS trusts' CQC ratings and improvement plans)"
"""CQC refuses requests without a User-Agent."""


class CqcError(Exception):
    """CQC's API did not give what was asked for."""


class CqcUnavailable(CqcError):
    """The API is busy or down; the same request may succeed later.  `retry_after` in seconds, if it said."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class CqcRefused(CqcError):
    """The API does not accept our subscription key."""


class CqcMisbehaved(CqcError):
    """The answer is not one that the documented API gives.  Nothing of it is used."""


@dataclass(frozen=True)
class Patience:
    """How long to try, in seconds.  Waits grow from `first_wait`, doubling, with a random part added."""

    attempts: int = 6
    budget: float = 180.0
    """For one request, all its attempts and waits together."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    """Of one wait.  A `Retry-After` beyond it ends the run: it can be taken up again from its cursor."""
    jitter: float = 2.0
    retries_in_all: int = 200
    """Of one client: a service that fails every other request is not worth a whole night."""
    connect: float = 10.0
    silence: float = 20.0
    """Between two pieces of an answer."""
    answer: float = 60.0
    """For a whole answer, however steadily it drips."""


_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class CqcHttp:
    """The connection.  `pace` is requests a second at most; `clock` and `sleep` measure and keep it.

    Raises `ValueError` for an address that is neither https nor this machine: the key would go out in clear.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        pace: float,
        patience: Patience,
        largest: int,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = urlsplit(base_url)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise ValueError("CQC's API is asked over https, so that the subscription key stays secret")
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise ValueError("The subscription key of CQC's API is empty or holds spaces or other characters")
        self._base = base_url.rstrip("/")
        self._patience = patience
        self._largest = largest
        self._distance = 1 / pace
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()
        self._retries_left = patience.retries_in_all
        self._stream: Any = None
        self._client = httpx.Client(
            headers={
                "User-Agent": USER_AGENT,
                "Ocp-Apim-Subscription-Key": key,
                "Accept": "application/json",
                # Uncompressed, so that the bound on an answer's size is one on what is held.
                "Accept-Encoding": "identity",
            },
            timeout=httpx.Timeout(patience.silence, connect=patience.connect),
            limits=httpx.Limits(max_connections=1),
            follow_redirects=False,
            transport=transport,
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> bytes | None:
        """The body of a JSON answer, whole, or None when CQC has no such thing (404).

        Raises `CqcUnavailable` when patience runs out, `CqcRefused` and `CqcMisbehaved` at once.
        """
        patience = self._patience
        try:
            for attempt in stamina.retry_context(
                on=self._wait_before_retry,
                attempts=patience.attempts,
                timeout=patience.budget,
                wait_initial=patience.first_wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.jitter,
            ):
                with attempt:
                    return self._once(path, params or {})
        except _Passing as passing:
            raise CqcUnavailable(f"{path}: {passing}", passing.retry_after) from passing
        raise AssertionError("a retried request returns or raises")

    def _wait_before_retry(self, error: Exception) -> bool | timedelta:
        """Whether an attempt is made again: yes, no, or after as long as CQC asked for."""
        if not isinstance(error, _Passing) or self._retries_left <= 0:
            return False
        self._retries_left -= 1
        if error.retry_after is None:
            return True
        if error.retry_after > self._patience.longest_wait:
            return False
        return timedelta(seconds=error.retry_after)

    def _keep_distance(self) -> None:
        wait = self._free_at - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free_at = max(self._free_at, self._clock()) + self._distance

    def _once(self, path: str, params: Mapping[str, str | int]) -> bytes | None:
        self._keep_distance()
        with self._cut_off_late_answers() as late:
            try:
                with self._client.stream(
                    "GET", self._base + path, params=dict(params), extensions={"trace": self._watch}
                ) as response:
                    return self._read(path, response)
            except httpx.TransportError as error:
                if late.is_set():
                    raise _Passing(f"took longer than {self._patience.answer:g} seconds") from error
                raise _Passing(f"{type(error).__name__}: {error}") from error

    def _read(self, path: str, response: httpx.Response) -> bytes | None:
        status = response.status_code
        if status in _PASSING:
            raise _Passing(f"answered {status}", _retry_after(response))
        if status == 404:
            return None
        if status in {401, 403}:
            raise CqcRefused(f"{path}: answered {status}: the subscription key is not accepted")
        if status != 200:
            raise CqcMisbehaved(f"{path}: answered {status}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise CqcMisbehaved(f"{path}: is compressed although that was not asked for")
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > self._largest:
                raise CqcMisbehaved(f"{path}: is longer than {self._largest} bytes")
        if body.lstrip()[:1] == b"<":
            raise CqcMisbehaved(f"{path}: is a web page, not JSON")
        return bytes(body)

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Remembers the socket in use, as httpx reports it, for `_cut_off_late_answers`."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._stream = info["return_value"]

    @contextmanager
    def _cut_off_late_answers(self) -> Iterator[threading.Event]:
        """Shuts the socket when an answer is late as a whole.

        httpx bounds the silence between two bytes; a server that sends one every few seconds, even of its
        headers, would otherwise hold a worker for hours.
        """
        late = threading.Event()

        def cut_off() -> None:
            late.set()
            if self._stream is not None:
                with suppress(OSError):
                    self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self._patience.answer, cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()


class _Passing(Exception):
    """A failure that may pass."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks us to wait, as a number or as a time of its own clock; None if it does not."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    with suppress(ValueError, TypeError):
        until = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers.get("Date", ""))
        return max(until.total_seconds(), 0.0)
    return None
