"""Records of CQC's API, as it writes them and as it should not."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ratings.cqc_api import (
    SINGLE_ASSESSMENT,
    Reading,
    UnreadableRecord,
    read_location,
    read_provider,
    read_saved_records,
)
from tracker.ratings.rows import OrganisationLink, RatingRow
from tracker.ratings.unreadable import UnreadableFile

QUESTIONS = ("Safe", "Effective", "Caring", "Responsive", "Well-led")


def rated(rating: str, *questions: str, **more: Any) -> dict[str, Any]:
    return {
        "rating": rating,
        "keyQuestionRatings": [{"name": name, "rating": rating} for name in questions],
        **more,
    }


TARN: dict[str, Any] = {
    "locationId": "RZ101",
    "providerId": "RZ1",
    "organisationType": "Location",
    "type": "NHS Healthcare Organisation",
    "name": "Tarnside Infirmary ",
    "registrationStatus": "Registered",
    "registrationDate": "15/06/2010",
    "numberOfBeds": "0",
    "mainPhoneNumber": "00000000000",
    "postalCode": "ZZ1 1ZZ",
    "localAuthority": "Lakeland",
    "region": "North West",
    "onspdLatitude": "54.5",
    "onspdLongitude": "-3.0",
    "inspectionCategories": [
        {"code": "H6", "name": "Community health - NHS & Independent"},
        {"code": "H1", "primary": "true", "name": "Acute hospital - NHS non-specialist"},
    ],
    "regulatedActivities": [
        {
            "name": "Surgical procedures",
            "code": "RA5",
            "contacts": [{"personGivenName": "Nobody", "personFamilyName": "Atall"}],
            "nominatedIndividual": {"personFamilyName": "Nemo"},
        }
    ],
    "inspectionAreas": [
        {
            "inspectionAreaId": "maternity",
            "inspectionAreaName": "Maternity and gynaecology",
            "status": "Superseded",
            "endDate": "2019-05-08",
            "supersededBy": ["npimaternity"],
        },
        {"inspectionAreaId": "npimaternity", "inspectionAreaName": "Maternity", "status": "Active (Rated)"},
        {"inspectionAreaId": "surgery", "inspectionAreaName": "Surgery", "status": "Active (Rated)"},
    ],
    "relationships": [
        {"relatedLocationId": "RZ9Q4", "type": "HSCA Predecessor", "reason": "NHS Transfer"},
        {"relatedLocationId": "RZ8A1", "type": "HSCA Successor", "reason": "New Provider"},
        {"relatedLocationId": "RZ7A1", "type": "Shares premises", "reason": ""},
    ],
    "reports": [{"linkId": "aaaa-1", "reportDate": "2020-03-24", "reportType": "Location"}],
    "currentRatings": {
        "reportDate": "2020-03-24",
        "overall": {
            "rating": "Good",
            "reportDate": "2020-03-24",
            "reportLinkId": "aaaa-1",
            "keyQuestionRatings": [
                {"name": "Well-led", "rating": "Good", "reportDate": "2019-01-02", "reportLinkId": "bbbb-2"},
                {"name": "Safe", "rating": "Requires improvement"},
            ],
        },
        "serviceRatings": [
            rated("Good", "Caring", "Safe", name="surgery", reportDate="2020-03-24", reportLinkId="aaaa-1"),
            rated("Outstanding", name="maternity", reportDate="2016-07-27"),
            rated("Good", name="npimaternity", reportDate="2020-03-24"),
            rated("Inspected but not rated", name="accident", reportDate="2013-11-21"),
            rated("Inspected but not rated", name="accident", reportDate="2013-11-21"),
        ],
    },
    "historicRatings": [
        {
            "reportDate": "2016-07-27",
            "reportLinkId": "cccc-3",
            "overall": {"rating": "Requires improvement"},
            "serviceRatings": [rated("Inadequate", "Safe", name="maternity")],
        },
        {"reportDate": "2015-01-05", "reportLinkId": "dddd-4", "serviceRatings": [rated("Good", name="surgery")]},
    ],
}


def tarn(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(TARN) | changes


def brief(rows: list[RatingRow]) -> list[tuple[str, ...]]:
    return [(row.service, row.domain, row.rating, row.publication_date, row.listing) for row in rows]


def test_the_present_grid_dates_every_rating_by_its_own_report() -> None:
    rows = [row for row in read_location(TARN).rows if row.listing != "historic"]
    assert brief(rows) == [
        ("Overall", "Overall", "Good", "2020-03-24", "current"),
        ("Overall", "Well-led", "Good", "2019-01-02", "current"),
        ("Overall", "Safe", "Requires improvement", "2020-03-24", "current"),
        ("Surgery", "Overall", "Good", "2020-03-24", "current"),
        ("Surgery", "Caring", "Good", "2020-03-24", "current"),
        ("Surgery", "Safe", "Good", "2020-03-24", "current"),
        ("Maternity and gynaecology", "Overall", "Outstanding", "2016-07-27", "superseded"),
        ("Maternity", "Overall", "Good", "2020-03-24", "current"),
        ("accident", "Overall", "Inspected but not rated", "2013-11-21", "current"),
        ("accident", "Overall", "Inspected but not rated", "2013-11-21", "current"),
    ]
    assert [row.report_type for row in rows][:3] == ["Location", "", "Location"]


def test_history_holds_what_was_rated_then_and_no_more() -> None:
    rows = [row for row in read_location(TARN).rows if row.listing == "historic"]
    assert brief(rows) == [
        ("Overall", "Overall", "Requires improvement", "2016-07-27", "historic"),
        ("Maternity and gynaecology", "Overall", "Inadequate", "2016-07-27", "historic"),
        ("Maternity and gynaecology", "Safe", "Inadequate", "2016-07-27", "historic"),
        ("Surgery", "Overall", "Good", "2015-01-05", "historic"),
    ]


def test_every_row_says_whose_it_is_and_where_it_stands() -> None:
    row = read_location(TARN, number=7).rows[0]
    assert row == RatingRow(
        part="location RZ101",
        line=7,
        level="location",
        organisation_id="RZ101",
        ods_code="",
        organisation_name="Tarnside Infirmary",
        organisation_type="NHS Healthcare Organisation",
        category="Acute hospital - NHS non-specialist",
        postcode="ZZ1 1ZZ",
        local_authority="Lakeland",
        nhs_region="",
        provider_id="RZ1",
        provider_name="",
        service="Overall",
        domain="Overall",
        rating="Good",
        publication_date="2020-03-24",
        report_type="Location",
        inherited="",
        url="https://www.cqc.org.uk/location/RZ101",
        listing="current",
        registration_status="Registered",
        framework="",
    )


def test_only_succession_makes_a_link_and_it_points_forward_in_time() -> None:
    assert read_location(TARN).links == [
        OrganisationLink("RZ9Q4", "RZ101", "NHS Transfer"),
        OrganisationLink("RZ101", "RZ8A1", "New Provider"),
    ]


def test_a_rating_of_another_organisation_is_inherited() -> None:
    record = tarn(
        currentRatings={"overall": rated("Good", "Safe", organisationId="RZ9Q4", reportDate="2020-03-24")},
        historicRatings=[
            {"reportDate": "2016-01-01", "organisationId": "RZ101", "overall": rated("Good")},
        ],
    )
    assert [row.inherited for row in read_location(record).rows] == ["Y", "Y", "N"]


def test_a_rating_never_published_has_no_date_and_stays() -> None:
    record = tarn(currentRatings={"overall": rated("No published rating", *QUESTIONS)}, historicRatings=[])
    rows = read_location(record).rows
    assert {(row.rating, row.publication_date) for row in rows} == {("No published rating", "")}
    assert [row.domain for row in rows] == ["Overall", *QUESTIONS]


@pytest.mark.parametrize("gone", ["currentRatings", "historicRatings", "inspectionAreas", "reports", "relationships"])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_record_without_any_of_its_lists_is_read(gone: str, how: str) -> None:
    record = tarn(**{gone: None})
    if how == "missing":
        del record[gone]
    assert read_location(record).organisation.organisation_id == "RZ101"


def test_the_single_assessment_framework_is_named() -> None:
    record = tarn(
        currentRatings=None,
        historicRatings=None,
        assessment=[
            {
                "assessmentPlanPublishedDateTime": "2024-08-09 00:00:00",
                "ratings": {
                    "overall": [rated("Good", "Safe", status="Current")],
                    "asgRatings": [
                        rated("Requires Improvement", "Caring", name="Surgery", status="Current"),
                        rated("Inadequate", title="Surgery", status="Historic"),
                    ],
                },
            },
            {"assessmentPlanPublishedDateTime": "2024-09-09", "ratings": None},
        ],
    )
    rows = read_location(record).rows
    assert brief(rows) == [
        ("Overall", "Overall", "Good", "2024-08-09 00:00:00", "current"),
        ("Overall", "Safe", "Good", "2024-08-09 00:00:00", "current"),
        ("Surgery", "Overall", "Requires Improvement", "2024-08-09 00:00:00", "current"),
        ("Surgery", "Caring", "Requires Improvement", "2024-08-09 00:00:00", "current"),
        ("Surgery", "Overall", "Inadequate", "2024-08-09 00:00:00", "historic"),
    ]
    assert {row.framework for row in rows} == {SINGLE_ASSESSMENT}


def test_a_trusts_own_well_led_rating_leaves_its_framework_to_its_date() -> None:
    record = {
        "providerId": "RZ1",
        "name": "Tarnside NHS Trust",
        "odsCode": "RZ1",
        "assessment": [
            {
                "assessmentPlanPublishedDateTime": "2025-02-03",
                "ratings": {"overall": {"status": "Current", **rated("Good", "Well-led")}},
            }
        ],
    }
    overall, well_led = read_provider(record).rows
    assert (overall.framework, well_led.framework) == (SINGLE_ASSESSMENT, "")
    assert (well_led.level, well_led.provider_id, well_led.provider_name) == (
        "provider",
        "RZ1",
        "Tarnside NHS Trust",
    )
    assert well_led.url == "https://www.cqc.org.uk/provider/RZ1"


def test_the_organisation_is_described_and_nobody_in_it_is() -> None:
    reading = read_location(json.dumps(TARN).encode())
    assert reading.organisation.registered == "15/06/2010"
    assert (reading.organisation.latitude, reading.organisation.longitude) == ("54.5", "-3.0")
    told = repr(reading)
    assert not [word for word in ("Nobody", "Atall", "Nemo", "00000000000") if word in told]


def test_numbers_and_booleans_read_like_their_text() -> None:
    record = tarn(onspdLatitude=54.5, onspdLongitude=-3.0)
    record["inspectionCategories"][1]["primary"] = True
    assert read_location(record).organisation == read_location(TARN).organisation


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"locationId": None}, "locationId", "is not one of CQC's ids: ''"),
        ({"locationId": "../RZ101"}, "locationId", "is not one of CQC's ids: '../RZ101'"),
        ({"providerId": ""}, "providerId", "is not one of CQC's ids: ''"),
        ({"name": " "}, "name", "is missing"),
        ({"name": "Tarn\0side"}, "name", "holds a NUL character"),
        ({"currentRatings": []}, "currentRatings", "Expected `object | null`, got `array`"),
        ({"historicRatings": {"a": 1}}, "historicRatings", "Expected `array | null`, got `object`"),
        (
            {"historicRatings": [{"overall": {"rating": ["Good"]}}]},
            "historicRatings[0].overall.rating",
            "Expected `bool | int | float | str | null`, got `array`",
        ),
        (
            {"relationships": [{"relatedLocationId": "", "type": "HSCA Successor"}]},
            "relationships",
            "is not one of CQC's ids: ''",
        ),
    ],
)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_what_is_essential_and_wrong_refuses_the_record(
    changes: dict[str, Any], field: str, reason: str, as_bytes: bool
) -> None:
    record: Any = tarn(**changes)
    with pytest.raises(UnreadableRecord) as caught:
        read_location(json.dumps(record).encode() if as_bytes else record)
    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert caught.value.record_id in {"RZ101", ""}


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{", b"[]", b"\xff", b'{"locationId": "\\ud800"}', b'{"a":' * 100_000]
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        read_location(content)


_SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


@given(st.sampled_from(sorted(TARN)), _JSON)
def test_whatever_stands_in_a_field_the_record_is_read_whole_or_refused(field: str, value: Any) -> None:
    try:
        reading = read_location(tarn(**{field: value}))
    except UnreadableRecord:
        return
    for row in reading.rows:
        assert len(row) == len(RatingRow._fields)
        assert all(isinstance(cell, str) for name, cell in row._asdict().items() if name != "line")


@given(st.permutations(range(5)), st.permutations(QUESTIONS))
def test_the_order_of_services_and_key_questions_changes_nothing(services: list[int], names: list[str]) -> None:
    record = tarn()
    current = record["currentRatings"]
    current["serviceRatings"] = [current["serviceRatings"][place] for place in services]
    current["overall"]["keyQuestionRatings"] = [{"name": name, "rating": "Good"} for name in names]
    ordered = tarn()
    ordered["currentRatings"]["overall"]["keyQuestionRatings"] = [
        {"name": name, "rating": "Good"} for name in QUESTIONS
    ]
    assert sorted(read_location(record).rows) == sorted(read_location(ordered).rows)


class TestSavedRecords:
    def save(self, directory: Path, content: Any) -> Path:
        path = directory / "saved.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    @pytest.mark.parametrize("wrap", [lambda records: records, lambda records: {"locations": records}])
    def test_a_list_alone_or_under_its_name_is_read(self, tmp_path: Path, wrap: Any) -> None:
        other = tarn(locationId="RZ102")
        read = list(read_saved_records(self.save(tmp_path, wrap([TARN, other]))))
        assert [isinstance(one, Reading) and one.organisation.organisation_id for one in read] == ["RZ101", "RZ102"]
        assert [isinstance(one, Reading) and one.rows[0].line for one in read] == [1, 2]

    def test_a_bad_record_is_handed_over_and_the_rest_are_read(self, tmp_path: Path) -> None:
        records = [TARN, tarn(locationId="RZ102", currentRatings="soon"), "nonsense", tarn(locationId="RZ104")]
        read = list(read_saved_records(self.save(tmp_path, records)))
        assert [type(one).__name__ for one in read] == ["Reading", "UnreadableRecord", "UnreadableRecord", "Reading"]
        assert str(read[1]) == "Record RZ102, currentRatings: Expected `object | null`, got `str`"

    def test_providers_and_locations_may_share_a_file(self, tmp_path: Path) -> None:
        provider = {"providerId": "RZ1", "name": "Tarnside NHS Trust"}
        read = list(read_saved_records(self.save(tmp_path, {"providers": [provider], "locations": [TARN]})))
        assert [isinstance(one, Reading) and one.organisation.level for one in read] == ["provider", "location"]

    @pytest.mark.parametrize(
        "content", [b"", b"<!doctype html>", b"[{", {"total": 3}, "locations", b"[" * 100_000, b"\xff\xfe"]
    )
    def test_a_file_of_something_else_is_refused(self, tmp_path: Path, content: Any) -> None:
        with pytest.raises(UnreadableFile, match="not a list of records"):
            list(read_saved_records(self.save(tmp_path, content)))
