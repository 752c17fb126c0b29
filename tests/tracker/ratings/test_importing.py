"""The importer, from bytes to history and back: what a person who loads CQC's file would notice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tracker.problems import Refused
from tracker.ratings.importer import agree_to_import, apply_import, read_import, run_import, set_aside_import
from tracker.ratings.models import CurrentRating, RatingChange, RatingImport, RatingRecord, WaitingRow
from tracker.ratings.proposing import Accept
from tracker.ratings.receiving import receive_import, source_by_hand, stored_path
from tracker.ratings.record_states import STATE_ON_DAY
from tracker.ratings.settling import make_provisional_trust, settle_row, to_read_again
from tracker.ratings.undoing import undo_import
from tracker.ratings.verifying import check_ratings
from tracker.ratings.words import say_change

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
HEADINGS = (
    "Location ID,Location Name,Location Type,Service / Population Group,Domain,Latest Rating,Publication Date,"
    "Report Type,Inherited Rating (Y/N),URL,Provider ID,Provider Name"
)
NHS = "NHS Healthcare Organisation"
State = RatingImport.State

Row = tuple[str, str, str, str, str]  # location, service, domain, rating, date
SURGERY_SAFE = ("XN101", "Surgery", "Safe", "Good", "01/02/2026")
OVERALL = ("XN101", "Overall", "Overall", "Good", "01/02/2026")


def write(path: Path, rows: list[Row], *, provider: str = "XN1") -> Path:
    lines = [
        f'{location},Northborough General,{NHS},"{service}",{domain},{rating},{day},CoreService,N,'
        f"https://www.cqc.org.uk/location/{location},{provider},Northborough"
        for location, service, domain, rating, day in rows
    ]
    path.write_text("\r\n".join([HEADINGS, *lines, ""]))
    return path


def receive(path: Path, as_at: date) -> RatingImport:
    record, _ = receive_import(path, name=path.name, as_at=as_at, keep="nhs", source=source_by_hand(), by=None, now=NOW)
    return record


def load(tmp_path: Path, rows: list[Row], as_at: date, **more: str) -> RatingImport:
    path = write(tmp_path / f"{as_at}.csv", rows, **more)
    return run_import(receive(path, as_at), by=None, now=NOW)


def currently(location: str = "XN101") -> dict[tuple[str, str], str]:
    return {
        (row.service.key, row.domain.key): row.word
        for row in CurrentRating.objects.filter(organisation__cqc_id=location).select_related("service", "domain")
    }


def test_a_first_file_makes_ratings_current_and_announces_nothing(cast: Cast, tmp_path: Path) -> None:
    record = load(tmp_path, [OVERALL, SURGERY_SAFE], date(2026, 3, 1))
    assert record.state == State.APPLIED
    assert currently() == {("overall", "overall"): "Good", ("surgery", "safe"): "Good"}
    assert not RatingChange.objects.exists()
    rating = CurrentRating.objects.get(service__key="surgery")
    assert (rating.trust_id, rating.site_id) == (cast.northborough.pk, cast.general.pk)
    assert check_ratings() == []


def test_the_same_bytes_twice_write_nothing(cast: Cast, tmp_path: Path) -> None:
    first = load(tmp_path, [OVERALL], date(2026, 3, 1))
    again = load(tmp_path, [OVERALL], date(2026, 3, 1))
    assert again.pk == first.pk
    assert first.events.count() == again.events.count() == 2
    assert RatingRecord.objects.count() == 1
    assert [path.name for path in stored_path(first).parent.glob("*")].count(first.stored_name) == 1


def test_new_bytes_that_say_the_same_change_nothing(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [OVERALL], date(2026, 3, 1))
    again = load(tmp_path, [OVERALL, OVERALL], date(2026, 4, 1))
    assert again.state == State.UNCHANGED
    assert again.counts["duplicates"] == 1
    assert RatingRecord.objects.count() == 1


def test_the_same_bytes_cannot_be_as_at_another_day(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", [OVERALL])
    receive(path, date(2026, 3, 1))
    files = set(stored_path(RatingImport.objects.get()).parent.glob("*"))
    with pytest.raises(Refused, match="as at 1 March 2026"):
        receive(path, date(2026, 4, 1))
    assert set(stored_path(RatingImport.objects.get()).parent.glob("*")) == files


@pytest.mark.parametrize(
    ("rating", "day", "kind", "sentence"),
    [
        ("Inadequate", "03/05/2026", "worse", "Surgery, Safe: Good → Inadequate, report of 3 May 2026"),
        ("Outstanding", "03/05/2026", "better", "Surgery, Safe: Good → Outstanding, report of 3 May 2026"),
        (
            "good", "03/05/2026", "reconfirmed",
            "Surgery, Safe: Good again, report of 3 May 2026 (before: 1 February 2026)",
        ),
        (
            "Inadequate", "01/02/2026", "corrected",
            "Surgery, Safe: Good → Inadequate (corrected), report of 1 February 2026",
        ),
        (
            "Inspected but not rated", "03/05/2026", "reworded",
            "Surgery, Safe: Good → Inspected but not rated, report of 3 May 2026",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words_before_it_applies(
    cast: Cast, tmp_path: Path, rating: str, day: str, kind: str, sentence: str
) -> None:
    many = [(f"XN1{number:02}", "Overall", "Overall", "Good", "01/02/2026") for number in range(2, 12)]
    load(tmp_path, [SURGERY_SAFE, *many], date(2026, 3, 1))
    path = write(tmp_path / "next.csv", [("XN101", "Surgery", "Safe", rating, day), *many])
    record = read_import(receive(path, date(2026, 6, 1)), by=None, now=NOW)
    assert record.state == State.READY
    proposal = record.proposals.select_related("service", "domain").get()
    assert proposal.kind == kind
    assert say_change(proposal, service=proposal.service.name, domain=proposal.domain.name) == sentence
    assert currently()["surgery", "safe"] == "Good"
    apply_import(record, by=None, now=NOW)
    assert currently()["surgery", "safe"] == rating
    assert RatingChange.objects.get().kind == kind
    assert CurrentRating.objects.get(service__key="surgery").before_rating == 3


def test_a_file_that_lost_its_second_half_is_held_until_a_second_person_agrees(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [OVERALL, SURGERY_SAFE], date(2026, 3, 1))
    path = write(tmp_path / "half.csv", [OVERALL])
    record, _ = receive_import(
        path, name="half.csv", as_at=date(2026, 4, 1), keep="nhs", source=source_by_hand(), by=cast.national, now=NOW
    )
    record = run_import(record, by=cast.national, now=NOW)
    assert record.state == State.HELD
    assert "1 of 2 ratings are no longer listed" in record.held_because[0]
    assert len(currently()) == 2
    with pytest.raises(Refused):
        apply_import(record, by=cast.national, now=NOW)
    with pytest.raises(Refused, match="second person"):
        agree_to_import(record, by=cast.national, now=NOW, why="It is right")
    agree_to_import(record, by=cast.administrator, now=NOW, why="Surgery closed")
    apply_import(record, by=cast.national, now=NOW)
    assert currently() == {("overall", "overall"): "Good"}
    assert RatingChange.objects.get().kind == "withdrawn"


def test_part_is_accepted_and_the_rest_later(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "first.csv", [OVERALL, SURGERY_SAFE])
    record = read_import(receive(path, date(2026, 3, 1)), by=None, now=NOW)
    surgery = record.proposals.get(service__key="surgery")
    record = apply_import(record, by=None, now=NOW, accept=Accept(changes=[surgery.pk]))
    assert record.state == State.PART_APPLIED
    assert currently() == {("surgery", "safe"): "Good"}
    record = apply_import(record, by=None, now=NOW)
    assert record.state == State.APPLIED
    assert len(currently()) == 2
    assert check_ratings() == []


def test_two_values_on_one_day_both_stay_and_a_person_is_told(cast: Cast, tmp_path: Path) -> None:
    other = ("XN101", "Surgery", "Safe", "Inadequate", "01/02/2026")
    record = load(tmp_path, [SURGERY_SAFE, other], date(2026, 3, 1))
    both = CurrentRating.objects.filter(service__key="surgery").order_by("variant")
    assert [(row.variant, row.rating, row.disputed) for row in both] == [(0, 3, True), (1, 1, True)]
    assert record.counts["waiting"] == {"disputed": 2}


def test_of_two_dates_the_newest_is_listed_and_the_older_kept(cast: Cast, tmp_path: Path) -> None:
    older = ("XN101", "Surgery", "Safe", "Inadequate", "01/02/2019")
    load(tmp_path, [SURGERY_SAFE, older], date(2026, 3, 1))
    assert currently() == {("surgery", "safe"): "Good"}
    assert RatingRecord.objects.get(historic=True).rating == 1


def test_rows_that_cannot_be_read_or_matched_wait_and_are_not_absent(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [OVERALL, SURGERY_SAFE], date(2026, 3, 1))
    bad_date = ("XN101", "Surgery", "Safe", "Inadequate", "02/30/2026")
    record = load(tmp_path, [OVERALL, bad_date], date(2026, 4, 1))
    assert record.state == State.UNCHANGED
    assert record.waiting_rows.get().reason == WaitingRow.Reason.DATE
    assert currently()["surgery", "safe"] == "Good"
    stranger = load(tmp_path, [("QQ901", "Overall", "Overall", "Good", "01/02/2026")], date(2025, 1, 1), provider="QQ9")
    assert stranger.waiting_rows.get().detail == "The provider QQ9 is not in the register of NHS trusts."


def test_a_refused_file_leaves_nothing_but_its_reason(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "page.csv"
    path.write_text("<html><body>Service unavailable</body></html>")
    record = run_import(receive(path, date(2026, 3, 1)), by=None, now=NOW)
    assert record.state == State.REFUSED
    assert "not read" in record.refused_because
    assert not RatingRecord.objects.exists()


def test_an_older_file_adds_history_and_leaves_current_alone(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [SURGERY_SAFE], date(2026, 3, 1))
    load(tmp_path, [("XN101", "Surgery", "Safe", "Inadequate", "01/02/2024")], date(2025, 3, 1))
    assert currently() == {("surgery", "safe"): "Good"}
    assert list(RatingRecord.objects.order_by("in_force_from").values_list("rating", flat=True)) == [1, 3]
    assert check_ratings() == []


def test_an_import_set_aside_may_be_read_again(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", [OVERALL])
    record = read_import(receive(path, date(2026, 3, 1)), by=None, now=NOW)
    record = set_aside_import(record, by=None, now=NOW, why="Not yet")
    assert not record.proposals.exists()
    assert run_import(record, by=None, now=NOW).state == State.APPLIED


def test_undoing_tells_what_changed_and_the_file_may_be_applied_again(cast: Cast, tmp_path: Path) -> None:
    many = [(f"XN1{number:02}", "Overall", "Overall", "Good", "01/02/2026") for number in range(2, 12)]
    load(tmp_path, [SURGERY_SAFE, *many], date(2026, 3, 1))
    worse = ("XN101", "Surgery", "Safe", "Inadequate", "03/05/2026")
    record = load(tmp_path, [worse, *many], date(2026, 6, 1))
    record = undo_import(record, by=cast.national, now=NOW, why="The wrong file")
    assert currently()["surgery", "safe"] == "Good"
    undone = RatingChange.objects.get(undoing=True)
    assert (undone.before_rating, undone.rating) == (1, 3)
    assert run_import(record, by=None, now=NOW).state == State.APPLIED
    assert currently()["surgery", "safe"] == "Inadequate"
    assert check_ratings() == []


CELLS = [("Surgery", "Safe"), ("Surgery", "Caring"), ("Overall", "Overall")]
CONTENT = st.fixed_dictionaries(
    {},
    optional={cell: st.tuples(st.sampled_from(["Good", "Inadequate"]), st.integers(0, 2)) for cell in CELLS},
).filter(bool)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("load"), st.integers(0, 5), CONTENT), st.tuples(st.just("undo"), st.integers(0, 5))),
    min_size=2,
    max_size=7,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_files_and_undos_leaves_what_a_plain_replay_says(
    cast: Cast, tmp_path: Path, steps: list[tuple]
) -> None:
    replay_steps(cast, tmp_path, steps)


def listed_by(surviving: dict[int, tuple[RatingImport, dict]], month: int) -> dict[tuple[str, str], str]:
    """What the newest surviving file of `month` or before lists."""
    before = [number for number in surviving if number <= month]
    content = surviving[max(before)][1] if before else {}
    return {(service.casefold(), domain.casefold()): rating for (service, domain), (rating, _) in content.items()}


def as_at_month(month: int) -> dict[tuple[str, str], str]:
    """What the append-only history says was listed at the end of `month`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.key, d.key, b.word FROM ({STATE_ON_DAY}) b JOIN rated_service s ON s.id = b.service_id "
            "JOIN rated_domain d ON d.id = b.domain_id",
            {
                "scope": "bulk",
                "levels": ["location"],
                "everybody": True,
                "day": date(2026, 3, 1) + timedelta(days=month),
            },
        )
        return {(service, domain): word for service, domain, word in cursor.fetchall()}


def replay_steps(cast: Cast, tmp_path: Path, steps: list[tuple]) -> None:
    """Load and undo files of six months in any order; the judge is the newest surviving file alone."""
    with transaction.atomic():
        surviving: dict[int, tuple[RatingImport, dict]] = {}
        for number, step in enumerate(steps):
            month = step[1]
            if step[0] == "undo":
                if month in surviving:
                    undo_import(surviving.pop(month)[0], by=None, now=NOW, why="A test")
            elif month not in surviving:
                rows = [
                    ("XN101", service, domain, rating, f"0{day + 1}/02/2026")
                    for (service, domain), (rating, day) in step[2].items()
                ]
                path = write(tmp_path / f"{number}.csv", rows)
                path.write_text(path.read_text() + "\r\n" * (number + 1))
                as_at = date(2026, 3, 1) + timedelta(days=month)
                record = receive(path, as_at)
                record = run_import(record, by=None, now=NOW)
                if record.state == State.HELD:
                    record = agree_to_import(record, by=cast.national, now=NOW, why="A test")
                    record = apply_import(record, by=None, now=NOW)
                surviving[month] = (record, step[2])
            assert currently() == listed_by(surviving, 5)
            for month in range(6):
                assert as_at_month(month) == listed_by(surviving, month)
            assert check_ratings() == []
        transaction.set_rollback(True)


def test_rows_of_a_provider_not_in_the_register_are_settled_by_rule(cast: Cast, tmp_path: Path) -> None:
    row = ("QQ901", "Overall", "Overall", "Good", "01/02/2026")
    record = load(tmp_path, [row], date(2026, 3, 1), provider="QQ9")
    assert not CurrentRating.objects.exists()
    make_provisional_trust(code="QQ9", name="Quay Trust", by=cast.national, now=NOW + timedelta(minutes=1))
    assert to_read_again() == [record]
    record = read_import(record, by=cast.national, now=NOW + timedelta(minutes=2))
    apply_import(record, by=cast.national, now=NOW + timedelta(minutes=2))
    rating = CurrentRating.objects.get()
    assert rating.trust is not None
    assert (rating.trust.code, rating.trust.standing) == ("QQ9", "provisional")
    assert to_read_again() == []
    assert check_ratings() == []


def test_one_row_is_settled_from_the_stored_file(cast: Cast, tmp_path: Path) -> None:
    record = load(tmp_path, [OVERALL, ("XN101", "Surgery", "Safe", "Good", "30/02/2026")], date(2026, 3, 1))
    waiting = record.waiting_rows.get()
    settle_row(waiting, kind="date_means", meaning="28/02/2026", by=cast.national, now=NOW)
    record = read_import(record, by=cast.national, now=NOW)
    apply_import(record, by=cast.national, now=NOW)
    assert CurrentRating.objects.get(service__key="surgery").published_on == date(2026, 2, 28)


def test_a_proposal_overtaken_by_another_import_is_refused(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [SURGERY_SAFE], date(2026, 3, 1))
    path = write(tmp_path / "july.csv", [("XN101", "Surgery", "Safe", "Inadequate", "03/06/2026")])
    record = read_import(receive(path, date(2026, 7, 1)), by=None, now=NOW)
    record = agree_to_import(record, by=cast.national, now=NOW, why="One of one changed")
    june = load(tmp_path, [("XN101", "Surgery", "Safe", "Outstanding", "03/05/2026")], date(2026, 6, 1))
    june = agree_to_import(june, by=cast.national, now=NOW, why="One of one changed")
    apply_import(june, by=None, now=NOW)
    with pytest.raises(Refused, match="Read the file again"):
        apply_import(record, by=None, now=NOW)
    assert currently()["surgery", "safe"] == "Outstanding"
    record = read_import(record, by=None, now=NOW)
    assert apply_import(record, by=None, now=NOW).state == State.APPLIED
    assert currently()["surgery", "safe"] == "Inadequate"
