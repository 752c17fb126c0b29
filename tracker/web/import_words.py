"""The words, tones and links of imports on a page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.urls import reverse

from tracker.ratings.models import (
    ChangeKind,
    ImportEvent,
    OrganisationKind,
    ProposedChange,
    RatingChange,
    RatingImport,
    RatingsSource,
)
from tracker.ratings.words import say_change
from tracker.web.action_words import moment_words
from tracker.web.addresses import address

State = RatingImport.State
STATE_TONES: Final = {
    State.RECEIVED: "blue",
    State.READING: "blue",
    State.READY: "yellow",
    State.HELD: "orange",
    State.APPLYING: "blue",
    State.PART_APPLIED: "yellow",
    State.APPLIED: "green",
    State.UNCHANGED: "grey",
    State.REFUSED: "red",
    State.SET_ASIDE: "grey",
    State.UNDONE: "grey",
}
STATE_WORDS: Final = {State.READY: "Waiting for a decision", State.HELD: "Held"}
KINDS: Final = (
    OrganisationKind.MOVED, OrganisationKind.JOINED, ChangeKind.WORSE, ChangeKind.BETTER, ChangeKind.FIRST,
    ChangeKind.REWORDED, ChangeKind.CORRECTED, ChangeKind.WITHDRAWN, ChangeKind.DEREGISTERED, ChangeKind.MERGED,
    ChangeKind.RETURNED, ChangeKind.RECONFIRMED, OrganisationKind.DESCRIBED, ChangeKind.HISTORIC,
)  # fmt: skip
KIND_NOTES: Final[dict[str, str]] = {
    OrganisationKind.MOVED: "Its ratings are then shown at the other trust.",
    OrganisationKind.JOINED: "The first is then counted no longer where the second is rated.",
    ChangeKind.RECONFIRMED: "The same rating, published again later. It is no improvement.",
    ChangeKind.CORRECTED: "Another rating with the same publication date.",
    ChangeKind.WITHDRAWN: "The file lists the organisation or its ratings no longer.",
    ChangeKind.HISTORIC: "From CQC's own history: shown there, never current.",
}
WAITING_FOR_A_PERSON: Final = (State.READY, State.HELD, State.PART_APPLIED)
"""States in which somebody has to decide."""


def state_tag(state: str) -> dict[str, str]:
    """The state in a few words, with its tag's colour."""
    known = State(state)
    return {"text": STATE_WORDS.get(known, str(known.label)), "colour": STATE_TONES[known]}


def import_href(record: RatingImport) -> str:
    return reverse("import", args=[record.public_id])


def person_or_service(event_by: object) -> str:
    return str(event_by) if event_by else "Turnaround"


def in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by kind of change, those that matter most first."""
    return {kind.value: counts[kind] for kind in KINDS if counts.get(kind)}


def say(change: ProposedChange | RatingChange) -> str:
    """ "Northborough General Hospital: Surgery, Safe: Good -> Requires improvement, report of 3 May 2026"."""
    words = say_change(change, service=change.service.name, domain=change.domain.name)
    return f"{change.organisation.name}: {words}"


def kind_words(kind: str) -> str:
    """A kind of change, of ratings or of organisations, in words."""
    return str(OrganisationKind(kind).label if kind in OrganisationKind.values else ChangeKind(kind).label)


def change_groups(
    record: RatingImport, counts: Mapping[str, int], samples: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """The change set as the list component takes it: a group a kind, the first changes of each in words."""
    groups = []
    for kind, count in in_order(counts).items():
        href = address(reverse("import_changes", args=[record.public_id]), {"kind": kind})
        group: dict[str, Any] = {
            "id": kind,
            "title": kind_words(kind),
            "count": count,
            "chosen": True,
            "changes": [{"text": text} for text in samples.get(kind, [])],
            "note": KIND_NOTES.get(kind),
        }
        more = f"See and choose among all {count:,}" if count > 1 else "See this change"
        groups.append({**group, "more": {"text": f"{more}: {kind_words(kind).lower()}", "href": href}})
    return groups


def shown_event(event: ImportEvent) -> dict[str, str]:
    """One event of an import's history."""
    applied = event.detail.get("applied") if isinstance(event.detail, dict) else None
    said = [event.why] if event.why else []
    if applied:
        said.append("1 change." if applied == 1 else f"{applied:,} changes.")
    return {
        "title": event.get_kind_display(),
        "date": moment_words(event.at),
        "datetime": event.at.isoformat(),
        "by": person_or_service(event.by),
        "text": " ".join(said),
    }


def shown_source(source: RatingsSource) -> dict[str, str]:
    """Where ratings come from, when it was last looked at and when it will be next."""
    by_hand = source.kind == RatingsSource.Kind.BY_HAND
    never = "When somebody loads a file" if by_hand else "Not yet"
    found = moment_words(source.last_found) if source.last_found else "No file yet"
    return {
        "name": source.name,
        "checked": moment_words(source.last_checked) if source.last_checked else never,
        "found": "" if by_hand else found,
        "next": moment_words(source.next_check) if source.next_check else "",
        "problem": source.last_problem,
    }


def size_words(size: int) -> str:
    return f"{size / 1024**2:,.1f} MB" if size >= 1024**2 else f"{max(1, size // 1024):,} KB"


def effect_words(ratings: int, trusts: int, organisations: int = 0) -> str:
    """ "214 ratings of 9 trusts and details of 2 organisations"."""
    of_trusts = f"of {trusts:,} {'trust' if trusts == 1 else 'trusts'}"
    effects = [f"{ratings:,} {'rating' if ratings == 1 else 'ratings'} {of_trusts}"] if ratings else []
    if organisations:
        effects.append(f"details of {organisations:,} {'organisation' if organisations == 1 else 'organisations'}")
    return " and ".join(effects) or "nothing that is shown"


def month_ago(today: date) -> date:
    """The first day of the month before this one: what monthly files since then changed."""
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
