"""How long the chart of a measure takes, from its values to the page's markup: five years of months.

Run as `python -m bench.spc_chart`.  No database.  Each figure is the median of many, in parts of the 2 ms a chart
may take, scaled to an idle machine by how long a fixed piece of work waited for the processor beside it.
"""

import os
import sys
import time
from datetime import date
from decimal import Decimal
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
django.setup()

from django.template import engines  # noqa: E402 - templates need the settings

from bench.measuring.ratios import Ratio, exit_status  # noqa: E402
from tracker.charts.spc_chart import Mark, spc_chart  # noqa: E402
from tracker.measures.spc import Direction, analyse  # noqa: E402

MONTHS = 60
ALLOWED = 0.002  # seconds
RUNS = 200
PAGE = (
    '{% from "components/spc_chart.jinja" import spc_chart %}'
    '{{ spc_chart("bench", chart, "Falls: improvement", "Mean 50", rows) }}'
)


def waiting() -> float:
    """How many times longer than its own processor time a fixed piece of work takes: 1 on an idle machine."""
    wall, own = time.perf_counter(), time.process_time()
    sum(number * number % 7 for number in range(1_000_000))
    return max(1.0, (time.perf_counter() - wall) / (time.process_time() - own))


def measure() -> list[Ratio]:
    template = engines["jinja"].env.from_string(PAGE)  # type: ignore[attr-defined]
    series = [
        (date(2021 + n // 12, n % 12 + 1, 1), Decimal(500 - n // 30 * 60 + n * 37 % 71) / 10) for n in range(MONTHS)
    ]
    marks = [Mark(date(2023, 6, 20), "MD-014 started"), Mark(date(2023, 9, 1), "MD-014 done")]
    arithmetic, whole = [], []
    delay = waiting()
    for _ in range(RUNS):
        started = time.perf_counter()
        analysis = analyse(series, direction=Direction.DOWN, target=Decimal(45), rebases=[date(2023, 7, 1)])
        arithmetic.append(time.perf_counter() - started)
        chart = spc_chart(analysis, number="{:,.1f}".format, period="{:%b %Y}".format, marks=marks)
        rows = [(f"{p.on:%b %Y}", str(p.value), "50.0", "40.0", "60.0", p.variation) for p in analysis.points]
        template.render(chart=chart, rows=rows)
        whole.append(time.perf_counter() - started)
    delay = (delay + waiting()) / 2
    return [
        Ratio("spc_arithmetic_to_2_ms", median(arithmetic) / delay / ALLOWED, 0.5),
        Ratio("spc_chart_to_2_ms", median(whole) / delay / ALLOWED, 1),
    ]


if __name__ == "__main__":
    sys.exit(exit_status(measure()))
