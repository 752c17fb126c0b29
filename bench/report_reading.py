"""How much of invented inspection reports is read rightly, shape by shape, whole and damaged, and how fast.

An item counts as found when its kind, its words on one line and its regulations are all as they were put in.
Recall is the share of what stands in the texts that was found; precision, of what was read that stands there.
"""

import sys
import time
from collections import Counter
from datetime import date
from random import Random

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status
from tracker.demonstration.report_damage import DAMAGES
from tracker.demonstration.report_texts import SHAPES, Report, Shape, write_report
from tracker.findings.report_reading import Reading
from tracker.findings.report_text import read_report

TRUST, SITE = "Brindlemere Hospitals NHS Trust", "Brindlemere General Hospital"
ON = date(2019, 9, 19)
PAGES, A_PAGE = 300, 3_000  # characters
MOST_SECONDS = 2.0
Key = tuple[str, str, tuple[str, ...]]


def reports(shape: Shape, number: int) -> list[Report]:
    return [write_report(shape, Random(f"{shape} {one}"), trust=TRUST, site=SITE, on=ON) for one in range(number)]


def put_in(report: Report) -> Counter[Key]:
    return Counter((one.kind, " ".join(one.words.split()), one.regulations) for one in report.expected)


def read_out(reading: Reading) -> Counter[Key]:
    return Counter(
        (item.form.value, item.reading, tuple(f"{c.number}{c.paragraph}" for c in item.regulations))
        for item in reading.items
    )


def tally(report: Report, text: str) -> tuple[int, int, int]:
    """How many items stand in the text, were read, and are both."""
    stand, read = put_in(report), read_out(read_report(text, published_on=ON, sites=[SITE]))
    return stand.total(), read.total(), (stand & read).total()


def shares(tallies: list[tuple[int, int, int]]) -> tuple[float, float]:
    """Precision and recall."""
    stand, read, both = (sum(column) for column in zip(*tallies, strict=True))
    return both / max(read, 1), both / max(stand, 1)


def three_hundred_pages() -> str:
    """A report of 300 pages: prose as long as that, with lists between its chapters."""
    prose = (
        "Staff told us that the ward was busy and that they knew how to report an incident. We saw that most records\n"
        "were complete. Managers met each week to go through risks, and the minutes showed what had been agreed.\n"
    )
    chapters = []
    for number in range(12):
        chapters.append(write_report(SHAPES[number % 3], Random(number), trust=TRUST, site=SITE, on=ON).text)
        chapters.append("Our findings\n" + prose * (PAGES * A_PAGE // (12 * len(prose)) + 1))
    return "".join(chapters)


def measure(options: Options) -> list[Ratio]:
    number = 200 if options.whole else 40
    ratios = []
    for shape in SHAPES:
        whole = shares([tally(report, report.text) for report in reports(shape, number)])
        damaged = []
        print(f"shape {shape}: precision {whole[0]:.3f}, recall {whole[1]:.3f} of {number} whole texts")
        for name, damage in DAMAGES.items():
            tallies = [tally(one, damage(one.text, Random(name))) for one in reports(shape, number)]
            precision, recall = shares(tallies)
            damaged += tallies
            print(f"   {name:18} precision {precision:.3f}, recall {recall:.3f}")
        for what, (precision, recall), least in (("whole", whole, 1.0), ("damaged", shares(damaged), 0.95)):
            ratios.append(Ratio(f"report_{shape}_{what}_precision", precision, least, at_least=True))
            ratios.append(Ratio(f"report_{shape}_{what}_recall", recall, least, at_least=True))
    text = three_hundred_pages()
    taken = []
    for _ in range(5):
        started = time.process_time()
        reading = read_report(text, published_on=ON)
        taken.append(time.process_time() - started)
    print(f"{len(text) // A_PAGE} pages, {len(reading.items)} items: {min(taken):.2f} to {max(taken):.2f} s")
    return [*ratios, Ratio("report_300_pages_seconds", sorted(taken)[2], MOST_SECONDS)]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
