"""Every rating is shown with the framework it was made under."""

from datetime import date

import pytest

from tracker.ratings.frameworks import NAMES, PERIODS, Framework, read_framework


def test_every_framework_has_a_name_and_dates_ascend() -> None:
    assert set(NAMES) == set(Framework)
    dates = [period.since for period in PERIODS if period.since is not None]
    assert dates == sorted(set(dates))


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (date(2013, 11, 21), Framework.REGULATIONS_2010),
        (date(2014, 11, 9), Framework.INSPECTION_2014),
        (date(2017, 6, 11), Framework.INSPECTION_2014),
        (date(2018, 5, 17), Framework.INSPECTION_2017),
        (date(2022, 1, 1), Framework.INSPECTION_2022),
        (date(2023, 11, 20), Framework.INSPECTION_2022),
        (date(2023, 11, 21), Framework.SINGLE_ASSESSMENT_2023),
        (None, Framework.UNKNOWN),
    ],
)
def test_by_publication_date(published: date | None, expected: Framework) -> None:
    assert read_framework("", published, report_type="CoreService") is expected


def test_trust_level_well_led_stands_apart_since_2024() -> None:
    def of(published: date, level: str = "provider", domain: str = "well_led") -> Framework:
        return read_framework("", published, level=level, service="overall", domain=domain)

    assert of(date(2025, 3, 1)) is Framework.TRUST_WELL_LED_2024
    assert of(date(2023, 12, 1)) is Framework.SINGLE_ASSESSMENT_2023
    assert of(date(2025, 3, 1), level="location") is Framework.SINGLE_ASSESSMENT_2023
    assert of(date(2025, 3, 1), domain="safe") is Framework.SINGLE_ASSESSMENT_2023


@pytest.mark.parametrize(
    ("named", "published", "expected"),
    [
        ("Single Assessment Framework", date(2023, 1, 1), Framework.SINGLE_ASSESSMENT_2023),
        ("single_assessment_2023", None, Framework.SINGLE_ASSESSMENT_2023),
        ("Rating characteristics", date(2026, 9, 1), Framework.RATING_CHARACTERISTICS),
        ("Key lines of enquiry", date(2018, 1, 1), Framework.INSPECTION_2017),
        ("Key lines of enquiry", date(2026, 9, 1), Framework.RATING_CHARACTERISTICS),
        ("A framework of 2031", date(2024, 2, 1), Framework.SINGLE_ASSESSMENT_2023),
        ("A framework of 2031", None, Framework.UNKNOWN),
    ],
)
def test_the_sources_own_word_decides(named: str, published: date | None, expected: Framework) -> None:
    assert read_framework(named, published) is expected
