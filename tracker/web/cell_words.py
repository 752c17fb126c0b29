"""The history of a cell in words: what each record said, which files carried it, what is not known."""

from collections.abc import Sequence
from typing import Final

from tracker.ratings.queries import HistoryEntry
from tracker.reports.tables import Row
from tracker.web.ratings_grids import inherited_words
from tracker.web.ratings_words import framework_words, long_day, rating_tone, rating_words, report_link, short_day

Shown = dict[str, object]


def history_rows(entries: Sequence[HistoryEntry]) -> list[list[object]]:
    """The rows of the table on the page: rating, published, listed, framework, notes, report."""
    rows: list[list[object]] = []
    for entry in entries:
        link = report_link(entry.url)
        rated: Shown = (
            {"word": rating_words(entry.state, entry.rating, entry.word), "tone": rating_tone(entry.rating)}
            if entry.listed
            else {"word": "No longer listed", "tone": "none"}
        )
        report: object = {"text": "CQC's page", "href": link, "about": short_day(entry.published_on)} if link else ""
        rows.append(
            [
                short_day(entry.published_on) if entry.listed else "",
                rated,
                listed_words(entry),
                framework_words(entry.framework) if entry.listed else "",
                "; ".join(notes(entry)),
                report,
            ]
        )
    return rows


def listed_words(entry: HistoryEntry) -> str:
    """From which file to which the source said so."""
    if entry.historic:
        return f"{entry.source}'s own history, read {long_day(entry.file_as_at)}"
    if not entry.listed:
        return f"missing from the file as at {long_day(entry.file_as_at)}"
    first = f"file as at {long_day(entry.in_force_from)}"
    if entry.last_as_at is None or entry.last_as_at <= entry.in_force_from:
        return first if entry.scope == "bulk" else f"{entry.source}, read {long_day(entry.in_force_from)}"
    return f"files as at {long_day(entry.in_force_from)} to {long_day(entry.last_as_at)}"


def notes(entry: HistoryEntry) -> list[str]:
    """What else a reader must know of the record."""
    found = []
    if entry.is_current:
        found.append("current")
    inherited = inherited_words(entry.inherited)
    if inherited and entry.listed:
        found.append(inherited)
    if entry.disputed:
        found.append("disputed: two values for one day")
    if entry.retracted_at is not None:
        why = f": {entry.retracted_why}" if entry.retracted_why else ""
        found.append(f"taken back on {long_day(entry.retracted_at.date())}, because its import was undone{why}")
    return found


def missing_words(entries: Sequence[HistoryEntry]) -> str:
    """What the history cannot tell: it begins with the first file that was loaded."""
    listings = [entry.in_force_from for entry in entries if not entry.historic]
    if not listings:
        return "No loaded file lists this rating now: what is shown is CQC's own history of it."
    if any(entry.historic for entry in entries):
        return (
            f"The first file that lists this rating is as at {long_day(min(listings))}. What is older comes from CQC's "
            "own history, which may not be complete."
        )
    return (
        f"The first file that lists this rating is as at {long_day(min(listings))}. Earlier ratings, if there "
        "were any, are not known here."
    )


HISTORY_HEADINGS: Final = (
    "Published", "Rating", "Listed", "In force from", "Last file", "Framework", "Inherited", "Disputed", "From history",
    "Source", "File", "Report", "Taken back",
)  # fmt: skip


def entry_row(entry: HistoryEntry) -> Row:
    """One record as a row of an export."""
    return (
        entry.published_on,
        rating_words(entry.state, entry.rating, entry.word),
        "Yes" if entry.listed else "No longer listed",
        entry.in_force_from,
        entry.last_as_at,
        framework_words(entry.framework),
        "Yes" if inherited_words(entry.inherited) else "No",
        "Yes" if entry.disputed else "No",
        "Yes" if entry.historic else "No",
        entry.source,
        entry.file_name,
        report_link(entry.url) or "",
        entry.retracted_at.date() if entry.retracted_at else None,
    )
