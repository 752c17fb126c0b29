"""Lists of actions: the title with its counts, columns that sort, rows, and the same as a file."""

from collections.abc import Iterable
from datetime import date

from tracker.clock import Moment
from tracker.plans.models import Action
from tracker.reports.tables import Stamp, Table
from tracker.web.action_words import action_href, due_note, kind_words, place_of_action, status_tag
from tracker.web.actions_filter import Filtered
from tracker.web.addresses import address
from tracker.web.ratings_words import short_day


def actions_title(shown: int, in_all: int, *, is_filtered: bool) -> str:
    """ "42 actions", or "3 of 42 actions" when filtered."""
    noun = "action" if in_all == 1 else "actions"
    return f"{shown:,} of {in_all:,} {noun}" if is_filtered else f"{shown:,} {noun}"


def action_columns(path: str, filtered: Filtered, *, with_trust: bool) -> list[dict[str, str]]:
    """The columns, each with the address of the list sorted by it, the other way round when it is so already."""
    named = [("Reference", "reference"), ("Action", "action")]
    named += [("Trust", "trust")] if with_trust else []
    named += [("Owner", "owner"), ("Due", "due"), ("Status", "status")]
    columns = []
    for text, key in named:
        column = {"text": text}
        sorted_by, downwards = filtered.sort.removeprefix("-"), filtered.sort.startswith("-")
        if key == sorted_by:
            column["sorted"] = "descending" if downwards else "ascending"
        wanted = f"-{key}" if key == sorted_by and not downwards else key
        column["sort_href"] = address(path, {**filtered.query, "sort": "" if wanted == "due" else wanted})
        columns.append(column)
    return columns


def action_rows(rows: Iterable[Action], today: date, *, with_trust: bool) -> list[dict[str, object]]:
    """What each row shows; the template draws the status as a tag."""
    return [
        {
            "reference": action.reference,
            "href": action_href(action),
            "kind": kind_words(action.reference),
            "title": action.title,
            "place": place_of_action(action),
            "trust": action.trust.name if with_trust else "",
            "owner": str(action.owner),
            "due": short_day(action.due_on),
            "due_note": due_note(action, today),
            "late": due_note(action, today).endswith("overdue"),
            "status": status_tag(action.status),
        }
        for action in rows
    ]


def actions_table(rows: Iterable[Action], moment: Moment, chosen: str) -> Table:
    """The list as a file: confidential, and it says so."""
    return Table(
        title="Actions",
        stem="actions",
        headings=(
            "Reference", "Answers", "Action", "Trust code", "Trust", "Service", "Key question", "Hospital", "Owner",
            "Due", "Originally due", "Status", "Done on",
        ),
        rows=[
            (
                action.reference,
                kind_words(action.reference),
                action.title,
                action.trust.code,
                action.trust.name,
                str(action.service or ""),
                str(action.key_question or ""),
                str(action.site or ""),
                str(action.owner),
                action.due_on,
                action.original_due_on,
                status_tag(action.status)["text"],
                action.done_on,
            )
            for action in rows
        ],
        stamp=Stamp(moment.today, moment.now, chosen, "Turnaround", "Confidential: the trust's own plan"),
    )  # fmt: skip
