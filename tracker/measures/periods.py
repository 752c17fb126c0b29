"""Periods of a measure: a day, a week, a month or a quarter, each named by its first day.  Dates only."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum


class Frequency(StrEnum):
    """How often a measure has a value."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


def period_of(day: date, frequency: Frequency) -> date:
    """The first day of the period `day` lies in: a week begins on its Monday, a quarter in January, April ..."""
    if frequency is Frequency.DAY:
        return day
    if frequency is Frequency.WEEK:
        return day - timedelta(days=day.weekday())
    months = 1 if frequency is Frequency.MONTH else 3
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def following(period: date, frequency: Frequency) -> date:
    """The period after `period`."""
    if frequency is Frequency.DAY:
        return period + timedelta(days=1)
    if frequency is Frequency.WEEK:
        return period + timedelta(days=7)
    month = period.month - 1 + (1 if frequency is Frequency.MONTH else 3)
    return date(period.year + month // 12, month % 12 + 1, 1)


def periods_between(first: date, last: date, frequency: Frequency) -> Iterator[date]:
    """Every period from `first` to `last`, both included."""
    period = period_of(first, frequency)
    while period <= last:
        yield period
        period = following(period, frequency)


def period_words(period: date, frequency: Frequency) -> str:
    """A period in print: April 2026, April to June 2026, week of 6 April 2026, 6 April 2026."""
    if frequency is Frequency.MONTH:
        return f"{period:%B %Y}"
    if frequency is Frequency.QUARTER:
        return f"{period:%B} to {date(period.year, period.month + 2, 1):%B %Y}"
    day = f"{period.day} {period:%B %Y}"
    return f"week of {day}" if frequency is Frequency.WEEK else day


def short_period(period: date, frequency: Frequency) -> str:
    """A period on a chart: Apr 2026; of weeks and days, 6 Apr 26."""
    if frequency in {Frequency.MONTH, Frequency.QUARTER}:
        return f"{period:%b %Y}"
    return f"{period.day} {period:%b %y}"
