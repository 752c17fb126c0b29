"""Importing from CQC's API: a real server that misbehaves, a real process that is killed, and what is left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as configured

from tests.cast import Cast
from tests.databases import ROOT, environment_for
from tests.stubs import cqc_api as stub_of_api
from tests.stubs.cqc_api import KEY, Stub, serving
from tests.tracker.ratings.test_cqc_api_client import HASTY
from tests.tracker.ratings.test_import_faults import wait_until
from tests.tracker.ratings.test_importing import load
from tracker.problems import Busy, Refused
from tracker.ratings.api_reading import SelectiveClient, StoppedHalfway, WorkingFile, fetch_records, read_api
from tracker.ratings.cqc_api import Reading, read_saved_records
from tracker.ratings.importer import run_import
from tracker.ratings.models import CurrentRating, RatingChange, RatingImport, RatingRecord, RatingsSource
from tracker.ratings.receiving import source_of_api, stored_path
from tracker.ratings.undoing import undo_import
from tracker.ratings.unreadable import UnreadableFile
from tracker.ratings.verifying import check_ratings

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
State = RatingImport.State
SECRET = "Ms Fictitious Manager 01632 960001"


def hospital(place: str, provider: str, rating: str = "Good", day: str = "2026-02-01") -> dict[str, Any]:
    record = stub_of_api.location(0)
    overall = record["currentRatings"]["overall"]
    overall |= {"rating": rating, "reportDate": day, "keyQuestionRatings": [{"name": "Safe", "rating": rating}]}
    record |= {"locationId": place, "providerId": provider, "name": f"Hospital {place}"}
    record["registeredManager"] = SECRET
    record["regulatedActivities"] = [{"name": "Surgery", "contacts": [{"personFamilyName": SECRET}]}]
    return record


def trust(provider: str, *places: str) -> dict[str, Any]:
    return {
        "providerId": provider, "name": f"Trust {provider}", "type": "NHS Healthcare Organisation",
        "locationIds": list(places), "mainPhoneNumber": SECRET,
    }  # fmt: skip


@pytest.fixture
def stub() -> Iterator[Stub]:
    """Two trusts of the cast with three hospitals, and a care home of somebody else's."""
    care_home = hospital("1-100", "1-99") | {"type": "Social Care Org"}
    locations = [hospital("XA101", "XA1"), hospital("XN101", "XN1"), hospital("XN102", "XN1"), care_home]
    providers = [trust("XA1", "XA101"), trust("XN1", "XN101", "XN102"), trust("1-99", "1-100") | {"type": "Social"}]
    holding = Stub({one["locationId"]: one for one in locations}, {one["providerId"]: one for one in providers})
    with serving(holding) as running:
        yield running


@pytest.fixture
def source(cast: Cast) -> RatingsSource:
    """The API's own source; no working file of another test is taken up."""
    for path in (Path(configured.MEDIA_ROOT) / "ratings").glob("api-*"):
        path.unlink()
    return source_of_api()


def among_many(stub: Stub) -> None:
    """Thirty more hospitals, so that one that changes is not so much of all that the import is held."""
    places = [f"XE1{number:02}" for number in range(30)]
    stub.locations |= {place: hospital(place, "XE1") for place in places}
    stub.providers["XE1"] = trust("XE1", *places)


def talking_to(stub: Stub) -> SelectiveClient:
    return SelectiveClient(stub.url, KEY, pace=10_000, patience=HASTY, transport=httpx.HTTPTransport(verify=False))


def read(stub: Stub, source: RatingsSource, *, now: datetime = NOW, **more: Any) -> RatingImport:
    with talking_to(stub) as client:
        record = fetch_records(source, client=client, now=now, **more)
    assert record is not None
    return run_import(record, by=None, now=now)


def words() -> dict[str, str]:
    rows = CurrentRating.objects.filter(domain__key="overall").select_related("organisation")
    return {row.organisation.cqc_id: row.word for row in rows}


def asked_for(stub: Stub) -> list[str]:
    return [path for path in stub.requests if "?" not in path]


def test_only_the_nhs_is_asked_for_and_what_is_personal_never_touches_the_disk(
    stub: Stub, source: RatingsSource
) -> None:
    record = read(stub, source)
    assert record.state == State.APPLIED
    assert record.as_at == date(2026, 9, 1)
    assert words() == {"XA101": "Good", "XN101": "Good", "XN102": "Good"}
    assert asked_for(stub) == [
        "/providers/XA1", "/providers/XE1", "/providers/XN1",
        "/locations/XA101", "/locations/XN101", "/locations/XN102",
    ]  # fmt: skip
    assert check_ratings() == []
    assert SECRET not in stored_path(record).read_text()
    assert "no record of 1 organisations" in source.last_problem


def test_everybody_is_walked_when_asked_for(stub: Stub, source: RatingsSource) -> None:
    record = read(stub, source, keep="all")
    assert record.state == State.APPLIED
    assert set(words()) == {"XA101", "XN101", "XN102", "1-100"}


def test_a_second_reading_that_finds_the_same_changes_nothing(stub: Stub, source: RatingsSource) -> None:
    first = read(stub, source)
    again = read(stub, source, now=NOW + timedelta(hours=1))
    assert (first.state, again.state) == (State.APPLIED, State.UNCHANGED)
    assert RatingRecord.objects.count() == 6


def test_a_value_that_comes_back_the_same_day_is_current_again(stub: Stub, source: RatingsSource) -> None:
    among_many(stub)
    for hour, word in enumerate(["Good", "Inadequate", "Good"]):
        stub.locations["XN101"] = hospital("XN101", "XN1", word)
        assert read(stub, source, now=NOW + timedelta(hours=hour)).state == State.APPLIED
        assert words()["XN101"] == word


def test_of_the_changes_only_those_of_the_nhs_are_asked_for(stub: Stub, source: RatingsSource) -> None:
    among_many(stub)
    read(stub, source)
    stub.locations["XA101"] = hospital("XA101", "XA1", "Outstanding", "2026-08-20")
    stub.requests.clear()
    record = read(stub, source, now=NOW + timedelta(days=3), since=NOW)
    # The stub lists every other record as changed, from the first on; the home's provider is one of them.
    assert asked_for(stub)[:3] == ["/providers/XA1", "/locations/XA101", "/locations/XN102"]
    assert not [path for path in asked_for(stub) if "1-" in path]
    assert record.counts["changes"] == {"better": 2}
    assert words()["XA101"] == "Outstanding"
    assert len(words()) == 33
    assert "startTimestamp=2026-09-01T09%3A00%3A00Z&endTimestamp=2026-09-04T09%3A00%3A00Z" in stub.requests[0]


def test_a_scheduled_reading_goes_on_from_the_last_one_that_stands(stub: Stub, source: RatingsSource) -> None:
    with talking_to(stub) as client:
        first = read_api(source, client=client, now=NOW)
        assert first is not None
        assert not any("changes" in path for path in stub.requests)
        stub.locations = {}
        stub.providers = {}
        stub.requests.clear()
        assert read_api(source, client=client, now=NOW + timedelta(days=1)) is None
        assert read_api(source, client=client, now=NOW + timedelta(days=2)) is None
        assert "startTimestamp=2026-09-02T09%3A00%3A00Z" in stub.requests[-1]
        assert set(words()) == {"XA101", "XN101", "XN102"}


@pytest.mark.parametrize("fault", ["busy", "broken", "hang", "cut off", "dripping body"])
def test_what_passes_is_waited_out(stub: Stub, source: RatingsSource, fault: str) -> None:
    stub.faults = [stub_of_api.BY_NAME[fault]] * 2
    assert read(stub, source).state == State.APPLIED


@pytest.mark.parametrize("keep", ["nhs", "all"])
@pytest.mark.parametrize(
    ("fault", "times"), [("busy", HASTY.attempts), ("broken", HASTY.attempts), ("malformed", 1), ("forbidden", 1)]
)
def test_beyond_patience_nothing_is_applied_and_the_same_request_goes_on(
    stub: Stub, source: RatingsSource, fault: str, times: int, keep: str
) -> None:
    stub.faults_at["/locations/XN101"] = [stub_of_api.BY_NAME[fault]] * times
    with pytest.raises(StoppedHalfway, match=r"records are read and kept, nothing is applied"):
        read(stub, source, keep=keep)
    assert not RatingImport.objects.exists()
    assert "gave out" in RatingsSource.objects.get(pk=source.pk).last_problem
    before = set(asked_for(stub)) - {"/locations/XN101"}
    stub.requests.clear()
    assert read(stub, source, now=NOW + timedelta(days=1), keep=keep).as_at == date(2026, 9, 1)
    assert not before & set(asked_for(stub)) - {"/providers/XE1"}
    assert set(words()) >= {"XA101", "XN101", "XN102"}


def test_a_reading_of_last_week_is_begun_again(stub: Stub, source: RatingsSource) -> None:
    stub.faults_at["/locations/XN102"] = [stub_of_api.forbidden]
    with pytest.raises(StoppedHalfway):
        read(stub, source)
    stub.locations["XA101"] = hospital("XA101", "XA1", "Outstanding")
    record = read(stub, source, now=NOW + timedelta(days=8))
    assert record.as_at == date(2026, 9, 9)
    assert words()["XA101"] == "Outstanding"


def test_a_torn_working_file_is_begun_again(stub: Stub, source: RatingsSource) -> None:
    stub.faults_at["/locations/XN102"] = [stub_of_api.forbidden]
    with pytest.raises(StoppedHalfway):
        read(stub, source)
    path = Path(configured.MEDIA_ROOT) / "ratings" / f"api-{source.pk}.working"
    os.truncate(path, path.stat().st_size - 7)
    assert read(stub, source).state == State.APPLIED
    assert set(words()) == {"XA101", "XN101", "XN102"}


def test_a_record_half_written_is_read_again(stub: Stub, source: RatingsSource) -> None:
    stub.faults_at["/locations/XN102"] = [stub_of_api.forbidden]
    with pytest.raises(StoppedHalfway):
        read(stub, source)
    with (Path(configured.MEDIA_ROOT) / "ratings" / f"api-{source.pk}.working").open("ab") as torn:
        torn.write(b'{"kind":"location","id":"XN1')
    assert read(stub, source).state == State.APPLIED
    assert set(words()) == {"XA101", "XN101", "XN102"}


def test_a_record_of_another_shape_waits_and_the_others_are_imported(stub: Stub, source: RatingsSource) -> None:
    stub.locations["XN102"]["currentRatings"] = SECRET
    record = read(stub, source)
    assert words() == {"XA101": "Good", "XN101": "Good"}
    assert "Record XN102, currentRatings" in source.last_problem
    assert record.reading["unreadable_records"]
    assert SECRET not in stored_path(record).read_text()


def test_a_stored_reading_is_read_a_record_at_a_time_and_one_cut_short_is_refused(
    stub: Stub, source: RatingsSource, tmp_path: Path
) -> None:
    stored = stored_path(read(stub, source)).read_bytes()
    assert {one["locationId"] for one in json.loads(stored)["locations"]} == {"XA101", "XN101", "XN102"}
    path = tmp_path / "saved.json"
    path.write_bytes(stored)
    one_after_another = [reading for reading in read_saved_records(path) if isinstance(reading, Reading)]
    path.write_bytes(stored.replace(b"\n", b" "))  # the same JSON, not a record a line
    assert one_after_another == list(read_saved_records(path))
    assert len(one_after_another) == 5
    for lost in (1, 3, 200):
        path.write_bytes(stored[:-lost])
        with pytest.raises(UnreadableFile):
            list(read_saved_records(path))


def test_two_readings_at_once_are_refused(stub: Stub, source: RatingsSource) -> None:
    held = Path(configured.MEDIA_ROOT) / "ratings" / f"api-{source.pk}.working"
    with closing(WorkingFile(held)), pytest.raises(Busy):
        read(stub, source)
    assert stub.requests == []


def test_what_was_received_and_never_run_is_not_fetched_again(stub: Stub, source: RatingsSource) -> None:
    with talking_to(stub) as client:
        received = fetch_records(source, client=client, now=NOW)
        stub.requests.clear()
        again = fetch_records(source, client=client, now=NOW)
    assert received == again
    assert stub.requests == []


def test_a_day_or_a_moment_to_come_is_refused(stub: Stub, source: RatingsSource) -> None:
    with pytest.raises(Refused, match="in the future"):
        read(stub, source, as_at=date(2026, 9, 2))
    with pytest.raises(Refused, match="in the past"):
        read(stub, source, since=NOW + timedelta(seconds=1))


def test_an_undone_reading_gives_back_what_was_before(stub: Stub, source: RatingsSource, cast: Cast) -> None:
    among_many(stub)
    read(stub, source)
    stub.locations["XN101"] = hospital("XN101", "XN1", "Inadequate", "2026-08-20")
    second = read(stub, source, now=NOW + timedelta(hours=1))
    assert words()["XN101"] == "Inadequate"
    undo_import(second, by=cast.national, now=NOW + timedelta(hours=2), why="Read too early")
    assert set(words().values()) == {"Good"}
    assert check_ratings() == []


def test_after_a_monthly_file_the_newest_publication_is_current_and_absence_is_not_judged(
    stub: Stub, source: RatingsSource, tmp_path: Path
) -> None:
    rows = [
        ("XN101", "Overall", "Overall", "Requires improvement", "01/03/2026"),  # newer than what the API says
        ("XA101", "Overall", "Overall", "Requires improvement", "01/01/2026"),  # older
        ("XN103", "Overall", "Overall", "Outstanding", "01/01/2026"),  # the API does not list it
    ]
    load(tmp_path, rows, date(2026, 8, 1))
    del stub.locations["XN102"]
    record = read(stub, source)
    assert record.state == State.APPLIED
    shown = {
        row.organisation.cqc_id: row.word
        for row in CurrentRating.objects.filter(domain__key="overall", counted=True)
        .select_related("organisation")
        .order_by("published_on")
    }
    assert shown == {"XN101": "Requires improvement", "XA101": "Good", "XN103": "Outstanding"}
    assert not RatingChange.objects.filter(kind__in=["not_listed", "withdrawn", "returned"]).exists()
    assert check_ratings() == []


def test_a_rating_gone_from_a_deregistered_hospital_says_why(stub: Stub, source: RatingsSource) -> None:
    among_many(stub)
    read(stub, source)
    closed = hospital("XN102", "XN1") | {"registrationStatus": "Deregistered"}
    closed["currentRatings"]["overall"]["keyQuestionRatings"] = []
    stub.locations["XN102"] = closed
    read(stub, source, now=NOW + timedelta(hours=1))
    change = RatingChange.objects.select_related("organisation", "domain").get()
    assert (change.organisation.cqc_id, change.domain.key, change.kind) == ("XN102", "safe", "deregistered")


def command(database: str, stub: Stub, *options: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "django", "import_ratings", "--api", *options],
        cwd=ROOT, env=environment_for(database) | {"CQC_API_URL": stub.url, "CQC_API_KEY": KEY} | variables,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_without_a_key_the_command_says_so(committed: str, committed_cast: Cast, stub: Stub) -> None:
    process = command(committed, stub, CQC_API_KEY="")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "CQC_API_KEY" in said
    assert stub.requests == []


@pytest.mark.parametrize("options", [(), ("--all",)])
def test_a_killed_command_goes_on_where_it_stood(
    committed: str, committed_cast: Cast, stub: Stub, options: tuple[str, ...]
) -> None:
    stub.faults_at["/locations/XN102"] = [stub_of_api.hang]
    process = command(committed, stub, *options)
    wait_until(lambda: "/locations/XN102" in stub.requests)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not RatingImport.objects.exists()
    before = len(stub.requests)
    process = command(committed, stub, *options)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Applied" in out
    again = [path for path in stub.requests[before:] if "?" not in path]
    assert next(path for path in again if path.startswith("/locations")) == "/locations/XN102"
    assert not {"/providers/XA1", "/locations/XA101"} & set(again)
    assert {"XA101", "XN101", "XN102"} <= set(words())
    assert check_ratings() == []
    stored = json.loads(stored_path(RatingImport.objects.get()).read_text())
    assert [one["providerId"] for one in stored["providers"]][-2:] == ["XA1", "XN1"]
