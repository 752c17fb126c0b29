"""The client against a real server that is slow, wrong, rate-limited, cut off or changing under it."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.stubs import cqc_api as api
from tests.stubs.cqc_api import KEY, Stub, serving
from tracker.ratings.cqc_api import read_location
from tracker.ratings.cqc_client import CqcClient, Cursor
from tracker.ratings.cqc_http import CqcMisbehaved, CqcRefused, CqcUnavailable, Patience

HASTY = Patience(
    attempts=4,
    budget=5.0,
    first_wait=0.005,
    longest_wait=1.5,
    jitter=0.005,
    connect=1.0,
    silence=0.3,
    answer=0.6,
)


def talking_to(
    stub: Stub, key: str = KEY, *, patience: Patience = HASTY, pace: float = 10_000, **more: Any
) -> CqcClient:
    """A client for the stub.  Its transport loads no certificates, which takes a third of a second."""
    plain = httpx.HTTPTransport(verify=False)
    return CqcClient(stub.url, key, pace=pace, patience=patience, transport=plain, **more)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub.of(7)) as running:
        yield running


@pytest.fixture
def client(stub: Stub) -> Iterator[CqcClient]:
    with talking_to(stub) as talking:
        yield talking


class Keeper:
    """Keeps records and cursors as an importer does, through JSON."""

    def __init__(self, cursor: Cursor) -> None:
        self.kept: dict[str, Any] = cursor.as_json()
        self.saves = 0
        self.ids: list[str] = []

    def save(self, cursor: Cursor) -> None:
        self.kept = json.loads(json.dumps(cursor.as_json()))
        self.saves += 1

    @property
    def cursor(self) -> Cursor:
        return Cursor.from_json(self.kept)

    def run(self, client: CqcClient, *, stop_after: int | None = None) -> None:
        """Walks on from the kept cursor; a run that stops is killed with a record in hand."""
        for taken, fetched in enumerate(client.walk(self.cursor, save=self.save)):
            if stop_after is not None and taken >= stop_after:
                return
            assert json.loads(fetched.content), "never a part of a record"
            self.ids.append(fetched.record_id)


ALL = [f"RZ{number:03}" for number in range(7)]
IN_THREES = Cursor.everything("location", per_page=3)


def test_every_record_is_fetched_page_by_page(stub: Stub, client: CqcClient) -> None:
    keeper = Keeper(IN_THREES)
    keeper.run(client)
    assert keeper.ids == ALL
    assert keeper.cursor.finished
    assert keeper.cursor.notes() == ()
    assert [path for path in stub.requests if "?" in path] == [
        f"/locations?page={page}&perPage=3" for page in (1, 2, 3)
    ]


def test_a_fetched_record_reads_as_ratings(client: CqcClient) -> None:
    content = client.record("location", "RZ003")
    assert content is not None
    assert [row.rating for row in read_location(content).rows] == ["Good", "Requires improvement"]


def test_providers_and_changes_are_walked_too(stub: Stub, client: CqcClient) -> None:
    providers = Keeper(Cursor.everything("provider"))
    providers.run(client)
    assert providers.ids == ["RZ0", "RZ1"]
    changes = Keeper(Cursor.changed("location", "2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z", per_page=3))
    changes.run(client)
    assert changes.ids == ["RZ000", "RZ002", "RZ004", "RZ006"]
    assert (
        "/changes/location?page=1&perPage=3&startTimestamp=2026-08-01T00%3A00%3A00Z"
        "&endTimestamp=2026-09-01T00%3A00%3A00Z"
    ) in stub.requests


def test_every_request_carries_the_key_and_says_who_asks(stub: Stub, client: CqcClient) -> None:
    client.record("location", "RZ001")
    (headers,) = stub.headers
    assert headers["Ocp-Apim-Subscription-Key"] == KEY
    assert headers["User-Agent"].startswith("Turnaround")


@pytest.mark.parametrize("killed_after", range(7))
def test_a_killed_walk_goes_on_where_it_stood(client: CqcClient, stub: Stub, killed_after: int) -> None:
    keeper = Keeper(IN_THREES)
    keeper.run(client, stop_after=killed_after)
    assert keeper.ids == ALL[:killed_after]
    keeper.run(client)
    assert keeper.ids == ALL, "nothing lost, nothing twice"
    assert (keeper.cursor.fetched, keeper.cursor.finished) == (7, True)


def test_a_finished_walk_asks_nothing_more(client: CqcClient, stub: Stub) -> None:
    keeper = Keeper(IN_THREES)
    keeper.run(client)
    asked = len(stub.requests)
    keeper.run(client)
    assert len(stub.requests) == asked


def test_a_page_that_moved_on_since_is_begun_again(client: CqcClient, stub: Stub) -> None:
    keeper = Keeper(IN_THREES)
    keeper.run(client, stop_after=2)
    del stub.locations["RZ000"]
    keeper.run(client)
    assert set(ALL) <= set(keeper.ids), "moved up to the page before, yet not missed"


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([api.busy], id="rate-limited"),
        pytest.param([api.busy_for("0")], id="rate-limited with Retry-After"),
        pytest.param([api.broken, api.broken, api.broken], id="a burst of 500"),
        pytest.param([api.cut_off], id="cut off"),
        pytest.param([api.cut_off, api.busy, api.broken], id="one after the other"),
        pytest.param([api.hang], id="no answer"),
        pytest.param([api.dripping_body], id="slowloris in the body"),
        pytest.param([api.dripping_headers], id="slowloris in the headers"),
        pytest.param([api.slow(0.1)], id="slow but in time"),
    ],
)
@pytest.mark.parametrize("path", ["/locations", "/locations/RZ004"])
def test_what_passes_is_waited_out(client: CqcClient, stub: Stub, faults: list[api.Answer], path: str) -> None:
    stub.faults_at[path] = list(faults)
    keeper = Keeper(IN_THREES)
    keeper.run(client)
    assert keeper.ids == ALL


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (api.web_page, "is a web page, not JSON"),
        (api.malformed, "truncated"),
        (api.drifted, "Expected `int`"),
        (api.moved, "answered 302"),
        (api.endless, "is longer than"),
        (api.compressed, "is compressed"),
    ],
)
def test_what_is_not_the_api_stops_the_walk_at_once(
    client: CqcClient, stub: Stub, fault: api.Answer, message: str
) -> None:
    stub.faults_at["/locations"] = [fault]
    keeper = Keeper(IN_THREES)
    with pytest.raises(CqcMisbehaved, match=message):
        keeper.run(client)
    assert (keeper.ids, len(stub.requests)) == ([], 1)
    keeper.run(client)
    assert keeper.ids == ALL, "and it can be taken up again"


@pytest.mark.parametrize(
    "fault", [api.web_page, api.malformed, api.drifted, api.another_record, api.endless, api.compressed, api.moved]
)
def test_a_bad_record_is_never_handed_on(client: CqcClient, stub: Stub, fault: api.Answer) -> None:
    stub.faults_at["/locations/RZ004"] = [fault]
    keeper = Keeper(IN_THREES)
    with pytest.raises(CqcMisbehaved):
        keeper.run(client)
    assert keeper.ids == ALL[:4]
    assert keeper.cursor.fetched == 4
    keeper.run(client)
    assert keeper.ids == ALL


def test_a_record_that_is_gone_is_told_and_the_walk_goes_on(client: CqcClient, stub: Stub) -> None:
    keeper = Keeper(IN_THREES)
    keeper.run(client, stop_after=1)
    listed, stub.locations["RZ003"] = dict(stub.locations), stub.locations["RZ003"]
    stub.faults_at["/locations/RZ003"] = [lambda handler: handler.send_json({}, status=404)]
    keeper.run(client)
    assert keeper.ids == [one for one in listed if one != "RZ003"]
    assert keeper.cursor.gone == ("RZ003",)
    assert keeper.cursor.notes() == ("Listed but no longer there: RZ003.",)


def test_a_total_that_changes_is_told(client: CqcClient, stub: Stub) -> None:
    stub.totals = [7, 8, 8]
    keeper = Keeper(IN_THREES)
    keeper.run(client)
    assert keeper.ids == ALL
    assert keeper.cursor.totals == (7, 8)
    assert keeper.cursor.notes() == (
        "The list changed while it was read (7, then 8 in all): read the changes since.",
        "7 of 8 were listed.",
    )


@pytest.mark.parametrize("repeats", [{2: 1}, {3: 2}, {3: 1}])
def test_a_page_that_comes_back_ends_the_walk(client: CqcClient, stub: Stub, repeats: dict[int, int]) -> None:
    stub.repeats = repeats
    keeper = Keeper(IN_THREES)
    with pytest.raises(CqcMisbehaved, match="repeats page"):
        keeper.run(client)
    assert keeper.ids == ALL[: 3 * (min(repeats) - 1)]


def test_a_list_that_never_ends_is_refused(client: CqcClient, stub: Stub) -> None:
    stub.totals = [10**9]
    with pytest.raises(CqcMisbehaved, match="more than 2000"):
        Keeper(IN_THREES).run(client)


@pytest.mark.parametrize("listed", ["../../etc", "RZ001?x=1", "", "a" * 31])
def test_an_id_that_is_no_id_is_never_asked_for(client: CqcClient, stub: Stub, listed: str) -> None:
    stub.locations = {listed: {}, **stub.locations}
    with pytest.raises(CqcMisbehaved, match="not one of CQC's ids"):
        Keeper(IN_THREES).run(client)
    assert len(stub.requests) == 1


def test_patience_has_a_limit_for_one_request(client: CqcClient, stub: Stub) -> None:
    stub.faults = [api.broken] * 50
    with pytest.raises(CqcUnavailable, match="answered 500"):
        client.record("location", "RZ001")
    assert len(stub.requests) == HASTY.attempts


def test_patience_has_a_limit_for_a_whole_run(stub: Stub) -> None:
    with talking_to(stub, patience=replace(HASTY, retries_in_all=3)) as client:
        for path in ALL:
            stub.faults_at[f"/locations/{path}"] = [api.broken]
        keeper = Keeper(IN_THREES)
        with pytest.raises(CqcUnavailable):
            keeper.run(client)
    assert keeper.ids == ALL[:3]


def test_a_server_that_never_answers_is_given_up_in_time(stub: Stub) -> None:
    stub.faults = [api.dripping_headers, api.hang, api.dripping_body, api.hang]
    with talking_to(stub) as client:
        started = time.monotonic()
        with pytest.raises(CqcUnavailable):
            client.record("location", "RZ001")
    assert time.monotonic() - started < HASTY.attempts * HASTY.answer + 1


def test_retry_after_is_waited_for(client: CqcClient, stub: Stub) -> None:
    stub.faults = [api.busy_for("1")]
    client.record("location", "RZ001")
    assert stub.times[1] - stub.times[0] >= 1.0


def test_retry_after_as_a_time_is_measured_by_the_servers_clock(client: CqcClient, stub: Stub) -> None:
    def play(handler: api.Handler) -> None:
        later = handler.date_time_string(int(time.time()) + 3600)
        handler.send_json({}, status=503, Retry_After=later)

    stub.faults = [play]
    with pytest.raises(CqcUnavailable) as caught:
        client.record("location", "RZ001")
    assert caught.value.retry_after == pytest.approx(3600, abs=2)


def test_a_retry_after_of_hours_is_handed_to_the_caller(client: CqcClient, stub: Stub) -> None:
    stub.faults = [api.busy_for("7200")]
    with pytest.raises(CqcUnavailable) as caught:
        client.record("location", "RZ001")
    assert (caught.value.retry_after, len(stub.requests)) == (7200.0, 1)


def test_a_refused_key_is_not_tried_again_and_not_told(stub: Stub) -> None:
    with (
        talking_to(stub, "wrong-and-secret") as client,
        pytest.raises(CqcRefused) as caught,
    ):
        client.record("location", "RZ001")
    assert len(stub.requests) == 1
    assert "wrong-and-secret" not in str(caught.value)
    assert "wrong-and-secret" not in repr(client)


def test_requests_keep_their_distance(stub: Stub) -> None:
    now = [100.0]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    with talking_to(stub, pace=4, clock=lambda: now[0], sleep=sleep) as client:
        for record_id in ALL[:3]:
            client.record("location", record_id)
        now[0] += 10
        client.record("location", "RZ004")
        client.record("location", "RZ005")
    assert waits == [0.25, 0.25, 0.25], "after a pause there is no burst to catch up"


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://cqc.example/public/v1", KEY), ("https://cqc.example/public/v1", ""), ("https://cqc.example", "a\nb")],
)
def test_the_key_goes_out_only_over_https_and_only_as_a_header(url: str, key: str) -> None:
    with pytest.raises(ValueError):
        CqcClient(url, key)


@pytest.mark.parametrize(
    "kept", [{}, {"kind": "person"}, {"kind": "location", "page": "x"}, {"kind": "location", "extra": 1}]
)
def test_a_cursor_that_is_not_ours_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.from_json(kept)
