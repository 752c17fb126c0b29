"""The pages of imports: a file sent, read, looked at in words, applied in whole or part, held, undone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from markupsafe import escape

from tests.cast import Cast, make_person
from tests.plan_factories import NOW
from tests.ratings_files import ratings_file
from tests.tracker.web.page import Page
from tracker import tasks
from tracker.people.roles import Role
from tracker.ratings.importer import read_import, run_import
from tracker.ratings.models import CurrentRating, RatingImport, SettlingRule, WaitingRow
from tracker.ratings.receiving import receive_import, source_by_hand
from tracker.web.import_words import month_ago

State = RatingImport.State
WORSE = ("Inadequate", "03/05/2026")
BETTER = ("Outstanding", "03/05/2026")


def send(client: Client, content: bytes, name: str = "1_May_2026_ratings.csv") -> Page:
    answer = client.post("/imports/new", {"file": SimpleUploadedFile(name, content), "keep": "nhs"})
    assert answer.status_code == 200
    return Page(answer.content.decode())


def confirm(client: Client, sent: Page, *, day: tuple[str, str, str] = ("1", "5", "2026")) -> Any:
    fields = {e.get("name"): e.get("value") for e in sent.all("input")}
    typed = dict(zip(("as_at_day", "as_at_month", "as_at_year"), day, strict=True))
    return client.post("/imports/new", {"token": fields["token"], "keep": "nhs", **typed})


def received(content: bytes, as_at: date, *, by: Any = None) -> RatingImport:
    path = Path(settings.MEDIA_ROOT) / f"{as_at}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    source = source_by_hand()
    return receive_import(path, name=path.name, as_at=as_at, keep="nhs", source=source, by=by, now=NOW)[0]


def read(content: bytes, as_at: date = date(2026, 6, 1), *, by: Any = None) -> RatingImport:
    return read_import(received(content, as_at, by=by), by=by, now=NOW)


@pytest.fixture
def loaded(cast: Cast) -> RatingImport:
    """A first file, applied."""
    return run_import(received(ratings_file(), date(2026, 5, 1)), by=cast.national, now=NOW)


@pytest.fixture
def ready(cast: Cast, loaded: RatingImport) -> RatingImport:
    """A second file that waits for a decision: one rating better, one worse."""
    return read(ratings_file(surgery_safe=WORSE, maternity_caring=BETTER), by=cast.national)


@pytest.fixture
def held(cast: Cast, loaded: RatingImport) -> RatingImport:
    """A file that lacks a quarter of the ratings."""
    gone = {f"maternity_{domain}": None for domain in ("safe", "effective", "caring", "responsive", "well_led")}
    return read(ratings_file(**gone), by=cast.national)


def href(record: RatingImport, page: str = "") -> str:
    return f"/imports/{record.public_id}{page}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        (Role.NATIONAL_STAFF, "", 200),
        (Role.SYSTEM_ADMINISTRATOR, "", 200),
        (Role.IMPROVEMENT_LEAD, "XN1", 404),
        (Role.REGIONAL_STAFF, "", 404),
        (Role.CONVENOR, "", 404),
    ],
)
def test_imports_exist_only_for_people_who_load_ratings(
    cast: Cast, ready: RatingImport, as_user: Any, role: Role, at: str, status: int
) -> None:
    client = as_user(cast.person(role, at))
    pages = ("", "/changes", "/applied", "/review", "/set-aside", "/undo")
    for path in ("/imports", "/imports/new", "/imports/waiting", *(href(ready, page) for page in pages)):
        assert client.get(path).status_code == status


def test_a_sent_file_is_given_the_day_in_its_name_to_confirm_and_a_worker_is_told(
    cast: Cast, as_user: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, told = as_user(cast.national), []
    monkeypatch.setattr(tasks.read_import, "delay", lambda *given: told.append(given))
    sent = send(client, ratings_file())
    assert [
        e.get("value")
        for e in sent.all("input")
        if e.get(
            "name",
        ).startswith("as_at_")
    ] == ["1", "5", "2026"]
    assert not RatingImport.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = confirm(client, sent)
    record = RatingImport.objects.get()
    assert answer["Location"] == href(record)
    assert told == [(record.pk, cast.national.pk)]
    assert (record.as_at, record.requested_by) == (date(2026, 5, 1), cast.national)
    page = text(client, href(record))
    assert "Waiting to be read" in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_a_refused_day_asks_again_without_the_file_being_sent_again(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.national)
    sent = send(client, ratings_file())
    for day, said in ((("", "", ""), "Enter the day"), (("1", "1", "2199"), "is in the future")):
        answer = confirm(client, sent, day=day)
        assert said in answer.content.decode()
        sent = Page(answer.content.decode())
    assert confirm(client, sent).status_code == 302


def test_nobody_confirms_a_file_that_somebody_else_sent(cast: Cast, as_user: Any) -> None:
    sent = send(as_user(cast.national), ratings_file())
    answer = confirm(as_user(cast.administrator), sent)
    assert "no longer kept" in answer.content.decode()
    forged = as_user(cast.national).post("/imports/new", {"token": "../../etc/passwd", "keep": "nhs"})
    assert "no longer kept" in forged.content.decode()
    assert not RatingImport.objects.exists()


def test_an_empty_file_and_none_are_refused_at_the_field(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.national)
    assert (
        "empty"
        in client.post("/imports/new", {"file": SimpleUploadedFile("a.csv", b""), "keep": "nhs"}).content.decode()
    )
    assert "Choose the file" in client.post("/imports/new", {"keep": "nhs"}).content.decode()


def test_the_same_bytes_lead_to_their_import(cast: Cast, loaded: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    answer = confirm(client, send(client, ratings_file()))
    assert answer["Location"] == href(loaded)
    assert "received before" in text(client, href(loaded))


def test_a_garbled_file_says_why_it_was_refused_and_what_to_do(cast: Cast, as_user: Any) -> None:
    record = read(b"Not, a ratings\r\nfile, at all\r\n", by=cast.national)
    page = text(as_user(cast.national), href(record))
    assert record.state == State.REFUSED
    assert escape(record.refused_because) in page
    assert "load that one" in page


def test_a_file_that_says_nothing_new_says_so(cast: Cast, loaded: RatingImport, as_user: Any) -> None:
    record = read(ratings_file(note=","), by=cast.national)
    assert record.state == State.UNCHANGED
    assert "Nothing to change" in text(as_user(cast.national), href(record))


def test_changes_stand_in_words_by_kind_before_they_apply(cast: Cast, ready: RatingImport, as_user: Any) -> None:
    page = text(as_user(cast.national), href(ready))
    assert "Northborough General Hospital: Surgery, Safe: Good → Inadequate, report of 3 May 2026" in page
    assert page.index("Inadequate, report of") < page.index("Good → Outstanding, report of")
    assert "2 changes" in page
    assert CurrentRating.objects.filter(rating=1).count() == 0


def test_the_review_says_what_it_comes_to_and_a_worker_applies_it(
    cast: Cast, ready: RatingImport, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, told = as_user(cast.national), []
    monkeypatch.setattr(tasks.apply_import, "delay", lambda *given, **named: told.append((given, named)))
    page = Page(text(client, href(ready, "/review?kind=worse")))
    assert any(e.text == "This will change 1 rating of 1 trust." for e in page.all("p"))
    assert any(e.text == "The other 1 change stays to be decided." for e in page.all("p"))
    event = next(e.get("value") for e in page.all("input") if e.get("name") == "event_id")
    answer = client.post(href(ready, "/review?kind=worse"), {"event_id": event})
    assert "Applying the changes" in text(client, answer["Location"])
    [((import_id,), named)] = told
    assert named == {"person_id": cast.national.pk, "event_id": int(event), "accept": {"kinds": ["worse"]}}
    tasks.apply_import(import_id, **named)
    page_after = text(client, answer["Location"])
    assert "Applying the changes" not in page_after
    assert "Applied in part" in page_after
    assert "1 change left to decide" in page_after
    assert str(cast.national) in page_after
    assert CurrentRating.objects.get(service__key="surgery", domain__key="safe").rating == 1
    assert CurrentRating.objects.get(service__key="maternity", domain__key="caring").rating == 3


def test_what_happened_in_between_stops_the_applying_and_the_page_says_so(
    cast: Cast, ready: RatingImport, as_user: Any
) -> None:
    client = as_user(cast.national)
    newest = ready.events.order_by("-pk").values_list("pk", flat=True)[0]
    tasks.apply_import(ready.pk, person_id=cast.national.pk, event_id=newest - 1)
    ready.refresh_from_db()
    assert ready.state == State.READY
    answer = client.post(href(ready, "/review"), {"event_id": str(newest - 1)}, follow=True)
    assert "Something else happened" in answer.content.decode()


def test_the_broker_down_nothing_is_applied_and_the_page_says_so(
    cast: Cast, ready: RatingImport, as_user: Any, settings: Any
) -> None:
    newest = ready.events.order_by("-pk").values_list("pk", flat=True)[0]
    app = tasks.apply_import.app
    before = app.conf.broker_url
    app.pool.force_close_all()
    try:
        app.conf.broker_url = "redis://127.0.0.1:1/0"
        app.amqp._producer_pool = None
        app.set_current()
        answer = as_user(cast.national).post(href(ready, "/review"), {"event_id": str(newest)}, follow=True)
    finally:
        app.conf.broker_url = before
        app.pool.force_close_all()
        app.amqp._producer_pool = None
    assert "No worker can be reached, so nothing was applied." in answer.content.decode()


@pytest.mark.parametrize("query", ["?only=ticked", "?change=1", "?trust=XE1"])
def test_nothing_ticked_applies_nothing(cast: Cast, ready: RatingImport, as_user: Any, query: str) -> None:
    answer = as_user(cast.national).get(href(ready, f"/review{query}"), follow=True)
    assert answer.redirect_chain == [(href(ready), 302)]
    assert "Nothing was chosen" in answer.content.decode()


@pytest.mark.parametrize("query", ["?kind=all", "?change=x"])
def test_a_choice_that_is_none_is_not_found(cast: Cast, ready: RatingImport, as_user: Any, query: str) -> None:
    assert as_user(cast.national).get(href(ready, f"/review{query}")).status_code == 404


def test_single_changes_can_be_looked_for_and_ticked(cast: Cast, ready: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    page = Page(text(client, href(ready, "/changes?kind=worse&trust=XN1")))
    boxes = [e for e in page.all("input") if e.get("type") == "checkbox"]
    assert [e.text for e in page.all("h1")] == ["1 of 2 changes"]
    assert len(boxes) == 1
    assert "This will change 1 rating" in text(
        client, href(ready, f"/review?only=ticked&change={boxes[0].get('value')}")
    )


def test_a_held_file_says_why_and_only_a_second_person_may_agree(cast: Cast, held: RatingImport, as_user: Any) -> None:
    requester = as_user(cast.national)
    page = text(requester, href(held))
    assert held.state == State.HELD
    assert held.held_because[0] in page
    assert "the second person is somebody else" in page
    assert "Review the ticked kinds" not in page
    assert requester.get(href(held, "/review")).status_code == 302
    own = requester.post(href(held, "/agree"), {"why": "I am sure."}).content.decode()
    assert "a second person must agree" in own
    assert "I am sure." in own
    second = as_user(make_person("Second National", Role.NATIONAL_STAFF))
    assert "Say why" in second.post(href(held, "/agree"), {"why": ""}).content.decode()
    answer = second.post(href(held, "/agree"), {"why": "Maternity has closed."}, follow=True).content.decode()
    assert "Maternity has closed." in answer
    assert "Review the ticked kinds" in answer
    assert as_user(cast.administrator).get(href(held, "/agree")).status_code == 404


def test_an_undo_says_what_it_takes_back_asks_why_and_says_who(cast: Cast, ready: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    newest = ready.events.order_by("-pk").values_list("pk", flat=True)[0]
    tasks.apply_import(ready.pk, person_id=cast.national.pk, event_id=newest)
    assert "This takes back 2 ratings of 1 trust." in text(client, href(ready, "/undo"))
    assert "Say why" in client.post(href(ready, "/undo"), {"why": " "}).content.decode()
    answer = client.post(href(ready, "/undo"), {"why": "CQC withdrew the file."}, follow=True).content.decode()
    assert "CQC withdrew the file." in answer
    assert "Undone" in answer
    assert not CurrentRating.objects.filter(rating=1).exists()
    again = client.post(href(ready, "/undo"), {"why": "Twice."}).content.decode()
    assert "This import is “Undone”" in again


def test_a_file_set_aside_applies_nothing(cast: Cast, ready: RatingImport, as_user: Any) -> None:
    answer = as_user(cast.national).post(href(ready, "/set-aside"), {"why": "Not ours."}, follow=True)
    assert "Not ours." in answer.content.decode()
    assert not CurrentRating.objects.filter(rating=1).exists()


def test_imports_are_listed_the_newest_first(cast: Cast, ready: RatingImport, held: RatingImport, as_user: Any) -> None:
    page = Page(text(as_user(cast.national), "/imports"))
    newest_first = [href(record) for record in RatingImport.objects.order_by("-pk")]
    assert [e.get("href") for e in page.all("a") if e.get("href") in newest_first] == newest_first


def test_a_source_without_a_file_yet_is_no_error(cast: Cast, as_user: Any) -> None:
    tasks.check_sources()
    page = text(as_user(cast.national), "/imports")
    assert "Watched folder" in page
    assert "No file yet" in page


def test_today_counts_imports_and_trusts_as_their_lists_do(cast: Cast, held: RatingImport, as_user: Any) -> None:
    record = read(ratings_file(surgery_safe=WORSE), date(2026, 7, 1), by=cast.administrator)
    newest = record.events.order_by("-pk").values_list("pk", flat=True)[0]
    client = as_user(cast.national)
    page = text(client, "/")
    assert "Imports to decide (2)" in page
    assert "a second person must agree" in page
    assert [e.text for e in Page(text(client, "/imports?show=decide")).all("h1")] == ["2 imports to decide"]
    tasks.apply_import(record.pk, person_id=cast.national.pk, event_id=newest)
    record.refresh_from_db()
    assert record.state == State.APPLIED
    assert [e.text for e in Page(text(client, "/sector/worse?since=2026-07-01")).all("h1")] == [
        "1 trust re-rated worse since 1 July 2026"
    ]
    assert "No trust was re-rated worse" in text(client, "/sector/worse?since=2026-07-02")
    client.post(href(record, "/undo"), {"why": "Wrong file."})
    assert "No trust was re-rated worse" in text(client, "/sector/worse?since=2026-07-01")


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 1, 31), date(2025, 12, 1)),
        (date(2026, 3, 1), date(2026, 2, 1)),
    ],
)
def test_last_month_begins_on_its_first(today: date, since: date) -> None:
    assert month_ago(today) == since


@pytest.fixture
def unmatched(cast: Cast) -> RatingImport:
    """A file of a provider the register does not have."""
    return read(ratings_file(provider="XZ9", location="XZ901"), by=cast.national)


def test_rows_that_wait_are_counted_by_reason_and_settled_by_a_rule_that_says_how_many(
    cast: Cast, unmatched: RatingImport, as_user: Any
) -> None:
    client = as_user(cast.national)
    waiting = WaitingRow.objects.filter(state="waiting").count()
    assert waiting > 1
    page = text(client, "/imports/waiting")
    assert f"{waiting} rows waiting" in page
    assert "XZ9 is not in the register" in page
    row = WaitingRow.objects.order_by("pk")[0]
    form = text(client, f"/imports/waiting/{row.pk}")
    assert f"all {waiting} rows that wait" in form
    wrong = client.post(f"/imports/waiting/{row.pk}", {"kind": "provider_is", "meaning": "QQ9", "reach": "rule"})
    assert "There is no trust with the code “QQ9”" in wrong.content.decode()
    assert 'value="QQ9"' in wrong.content.decode()
    answer = client.post(
        f"/imports/waiting/{row.pk}", {"kind": "provider_is", "meaning": "XN1", "reach": "rule"}, follow=True
    )
    assert f"settled {waiting} rows" in answer.content.decode()
    assert "Read it again" in text(client, href(unmatched))


def test_one_row_is_settled_or_set_aside_by_itself_once(cast: Cast, unmatched: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    row = WaitingRow.objects.order_by("pk")[0]
    for _ in range(2):
        answer = client.post(f"/imports/waiting/{row.pk}", {"kind": "set_aside", "reach": "row"}, follow=True)
    assert "Somebody has settled this row already." in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "set_aside"
    assert WaitingRow.objects.filter(state="set_aside").count() == 1


def test_an_organisation_is_left_out_of_every_file_by_a_choice_that_says_so(
    cast: Cast, unmatched: RatingImport, as_user: Any
) -> None:
    client = as_user(cast.national)
    row = WaitingRow.objects.order_by("pk")[0]
    assert "Leave this organisation out of every file" in text(client, f"/imports/waiting/{row.pk}")
    aside = client.post(f"/imports/waiting/{row.pk}", {"kind": "set_aside", "reach": "rule"}).content.decode()
    assert "A row is set aside by itself" in aside
    assert not SettlingRule.objects.exists()
    answer = client.post(f"/imports/waiting/{row.pk}", {"kind": "leave_out"}, follow=True).content.decode()
    assert "left out of every file" in answer
    assert not WaitingRow.objects.filter(state="waiting").exists()


@pytest.mark.parametrize("reason", ["disputed", "date", "rating", "domain"])
def test_a_matched_organisation_is_not_offered_to_be_left_out(
    cast: Cast, unmatched: RatingImport, as_user: Any, reason: str
) -> None:
    row = WaitingRow.objects.order_by("pk")[0]
    WaitingRow.objects.update(reason=reason)
    client = as_user(cast.national)
    assert "out of every file" not in text(client, f"/imports/waiting/{row.pk}")
    for kind, reach in (("leave_out", "rule"), ("set_aside", "rule")):
        client.post(f"/imports/waiting/{row.pk}", {"kind": kind, "reach": reach})
    assert not SettlingRule.objects.exists()


def test_a_provider_that_is_not_in_the_register_can_be_taken_in(
    cast: Cast, unmatched: RatingImport, as_user: Any
) -> None:
    row = WaitingRow.objects.order_by("pk")[0]
    answer = as_user(cast.national).post(
        f"/imports/waiting/{row.pk}", {"kind": "provisional", "reach": "rule"}, follow=True
    )
    assert "provisional trust" in answer.content.decode()
    assert not WaitingRow.objects.filter(state="waiting").exists()


def test_the_administrator_sees_the_rows_and_settles_none(cast: Cast, unmatched: RatingImport, as_user: Any) -> None:
    client = as_user(cast.administrator)
    row = WaitingRow.objects.order_by("pk")[0]
    assert f"/imports/waiting/{row.pk}" not in text(client, "/imports/waiting")
    assert client.get(f"/imports/waiting/{row.pk}").status_code == 404
