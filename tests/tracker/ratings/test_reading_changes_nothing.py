"""Reading a file changes nothing that is shown: a hospital moves to another trust when its file is applied."""

from datetime import date
from pathlib import Path
from typing import Any

from tests.cast import Cast
from tests.tracker.ratings.test_importing import NOW, Row, load, receive, write
from tracker.ratings.importer import apply_import, read_import, run_import
from tracker.ratings.models import CurrentRating, RatedOrganisation, RatingImport
from tracker.ratings.verifying import check_ratings

State = RatingImport.State
MANY: list[Row] = [(f"XN1{number:02}", "Overall", "Overall", "Good", "01/02/2026") for number in range(1, 12)]
WORSE: Row = ("XN101", "Overall", "Overall", "Inadequate", "03/05/2026")


def trusts() -> set[str]:
    """Whose the ratings of XN101 are: by what is shown, by the organisation, by the site."""
    rating = CurrentRating.objects.select_related("trust", "site__trust").get(organisation__cqc_id="XN101")
    organisation = RatedOrganisation.objects.select_related("trust").get(cqc_id="XN101")
    assert rating.trust
    assert rating.site
    assert organisation.trust
    return {rating.trust.code, rating.site.trust.code, organisation.trust.code}


def to_another_trust(path: Path, rows: list[Row]) -> Path:
    """A file in which the first hospital alone has another provider and another name."""
    lines = write(path, rows).read_text().splitlines()
    lines[1] = lines[1].replace(",XN1,", ",XA1,").replace("Northborough General", "Renamed")
    path.write_text("\r\n".join([*lines, ""]))
    return path


def test_a_hospital_moves_to_another_trust_when_its_file_is_applied_and_not_before(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, MANY, date(2026, 3, 1))
    path = to_another_trust(tmp_path / "next.csv", [WORSE, *MANY[1:]])
    record = read_import(receive(path, date(2026, 6, 1)), by=None, now=NOW)
    assert record.state == State.READY
    assert record.counts["moved"] == "1 organisation moves to another trust: XN101 from XN1 to XA1."
    assert trusts() == {"XN1"}
    assert RatedOrganisation.objects.get(cqc_id="XN101").name == "Northborough General"
    apply_import(record, by=None, now=NOW)
    assert trusts() == {"XA1"}
    assert not record.proposed_organisations.exists()
    assert RatedOrganisation.objects.get(cqc_id="XN101").name == "Renamed"
    assert check_ratings() == []


def test_a_file_with_the_same_ratings_says_that_a_hospital_moves(cast: Cast, tmp_path: Path, as_user: Any) -> None:
    load(tmp_path, MANY, date(2026, 3, 1))
    path = to_another_trust(tmp_path / "next.csv", MANY)
    record = read_import(receive(path, date(2026, 6, 1)), by=None, now=NOW)
    assert "XN101 from XN1 to XA1" in record.counts["moved"]
    page = as_user(cast.national).get(f"/imports/{record.public_id}").content.decode()
    assert "XN101 Northborough General moves from Northborough" in page
    assert "XN101 from XN1 to XA1" in record.events.order_by("-pk")[0].detail["moved"]
    assert trusts() == {"XN1"}


def test_a_file_applied_at_once_moves_the_hospital_and_says_so(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, MANY, date(2026, 3, 1))
    path = to_another_trust(tmp_path / "next.csv", MANY)
    record = run_import(receive(path, date(2026, 6, 1)), by=None, now=NOW)
    assert "XN101 from XN1 to XA1" in record.counts["moved"]
    assert trusts() == {"XA1"}
