"""Dates, times and numbers as the NHS content style writes them."""

from datetime import UTC, date, datetime
from importlib.metadata import metadata, version
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from config.jinja import clock_time, count_of, long_date, number_word, short_date, thousands, url


def test_dates_have_no_leading_nought_and_no_weekday() -> None:
    assert long_date(date(2026, 11, 3)) == "3 November 2026"
    assert short_date(date(2026, 11, 23)) == "23 Nov 2026"


def test_a_moment_is_shown_on_its_day_in_london() -> None:
    late_in_june = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert long_date(late_in_june) == "1 July 2026"
    assert clock_time(late_in_june) == "12:30am"


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [
        (0, 0, "midnight"),
        (0, 5, "12:05am"),
        (9, 0, "9am"),
        (12, 0, "midday"),
        (12, 30, "12:30pm"),
        (17, 30, "5:30pm"),
    ],
)
def test_times(hour: int, minute: int, shown: str) -> None:
    assert clock_time(datetime(2026, 1, 5, hour, minute, tzinfo=UTC)) == shown


def test_numbers_in_words_and_figures() -> None:
    assert [number_word(n) for n in (0, 1, 9, 10, 1204, -3)] == ["no", "one", "nine", "10", "1,204", "-3"]
    assert thousands(323_673) == "323,673"
    assert [count_of(n, "trust") for n in (0, 1, 1204)] == ["0 trusts", "1 trust", "1,204 trusts"]
    assert count_of(2, "inquiry", "inquiries") == "2 inquiries"


def test_a_url_takes_its_arguments_one_way_only() -> None:
    with pytest.raises(TypeError):
        url("anything", 1, code="RXX")


def test_text_is_escaped_and_a_form_outside_a_request_carries_no_token() -> None:
    page = engines["jinja"].from_string("{{ name }}{{ csrf() }}").render({"name": "<b>"})
    assert page == "&lt;b&gt;"


def test_the_templates_and_the_stylesheet_are_the_pair_their_maker_names() -> None:
    """The macros print the classes of one release of the design system; another would draw a broken page."""
    package = (Path(settings.BASE_DIR) / "package.json").read_text()
    pair = f"| 10.6.1 | {version('nhsuk-frontend-jinja')} |"
    assert '"nhsuk-frontend": "10.6.1"' in package
    assert pair in str(metadata("nhsuk-frontend-jinja").get_payload())


def test_the_lock_names_no_registry() -> None:
    lock = (Path(settings.BASE_DIR) / "package-lock.json").read_text()
    assert "://" not in lock
    assert lock.count('"integrity"') == 2
