"""Reads a received file, says what it would change, and applies it: whole, in part, or in one go.

There are two ways.  A page reads (`read_import`), a person looks at the proposed changes and accepts some or all
(`apply_import`).  A command or the watched folder reads and applies in one transaction (`run_import`); what the
circuit-breaker holds goes the first way.  Both diff and write by the same SQL.

Call these outside any transaction: each commits that it has begun, then does all its work in one transaction, so
that a process killed at any instant leaves nothing half-done and nothing to wait for.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F

from tracker.accounts.models import User
from tracker.problems import Busy, Refused
from tracker.ratings.applying import apply_chosen, is_first_of_all, load_delta, require_fresh
from tracker.ratings.circuit_breaker import reasons_to_hold
from tracker.ratings.current_ratings import count_once
from tracker.ratings.differ import Before, compared_with, diff, has_records, state_before
from tracker.ratings.import_lifecycle import in_force, require_applicable, require_move, state_in_force
from tracker.ratings.import_locks import hold_applying_lock, hold_reading_lock
from tracker.ratings.interpreting import interpret
from tracker.ratings.listing import Listing, list_cells
from tracker.ratings.matching_organisations import match_organisations, moving_organisations
from tracker.ratings.models import ImportEvent, ProposedChange, ProposedOrganisation, RatingImport, RatingsSource
from tracker.ratings.progress import Progress
from tracker.ratings.proposing import (
    EVERYTHING,
    Accept,
    choose_from_delta,
    choose_from_proposals,
    keep_proposals,
    keep_waiting_rows,
)
from tracker.ratings.receiving import stored_path
from tracker.ratings.restating import (
    choose_restated,
    columns_said,
    find_restated,
    has_statements,
    keep_restated,
    take_over_restated,
)
from tracker.ratings.staging import stage
from tracker.ratings.unreadable import UnreadableFile

State = RatingImport.State
Kind = ImportEvent.Kind


def read_import(rating_import: RatingImport, *, by: User | None, now: datetime) -> RatingImport:
    """Read the stored file and keep what it would change as proposals.

    Ends "ready", "held", "unchanged" or "refused" (with `refused_because`); an import part of which is in force
    ends "applied in part", or "applied" where nothing is left.  Raises `Busy` while the same file is being read
    and `Refused` where its state does not let it be read.
    """
    return _read(rating_import, by=by, now=now, at_once=False)


def run_import(rating_import: RatingImport, *, by: User | None, now: datetime) -> RatingImport:
    """Read the stored file and apply all of it in one transaction.

    Ends "applied", "unchanged", "refused", or "held" with its proposals kept.  One that is applied or found
    unchanged already is answered as it is: there is nothing to do.  Raises `Busy` while another is being applied.
    """
    if rating_import.state in {State.APPLIED, State.UNCHANGED, State.HELD}:
        return rating_import
    return _read(rating_import, by=by, now=now, at_once=True)


def _read(rating_import: RatingImport, *, by: User | None, now: datetime, at_once: bool) -> RatingImport:
    came_from = _begin_reading(rating_import)
    try:
        with Progress(rating_import.pk, now) as progress, transaction.atomic():
            hold_reading_lock(rating_import)
            if at_once:
                hold_applying_lock()
            _read_and_decide(_locked(rating_import), progress.say, by=by, now=now, at_once=at_once)
            progress.say("Ended")
    except UnreadableFile as refusal:
        _refuse(rating_import, refusal, came_from, by=by, now=now)
    except Busy:
        # Nothing was tried: a file that waits for its turn is not one whose reader is killed every time.
        RatingImport.objects.filter(pk=rating_import.pk, state=State.READING).update(
            state=came_from, attempts=F("attempts") - 1
        )
        raise
    rating_import.refresh_from_db()
    return rating_import


def _begin_reading(rating_import: RatingImport) -> str:
    """Say, for everybody to see, that it is being read; the state it came from."""
    with transaction.atomic():
        hold_reading_lock(rating_import)
        record = _locked(rating_import)
        require_move(record, State.READING)
        came_from = record.state
        record.state = State.READING
        record.attempts += 1
        record.save(update_fields=["state", "attempts"])
    return came_from


def _locked(rating_import: RatingImport) -> RatingImport:
    """The import as it stands now, its row locked; not its key, which progress told meanwhile refers to."""
    locked = RatingImport.objects.select_for_update(of=["self"], no_key=True)
    return locked.select_related("source").get(pk=rating_import.pk)


def _read_and_decide(
    record: RatingImport,
    say: Callable[[str, int, int | None], None],
    *,
    by: User | None,
    now: datetime,
    at_once: bool,
) -> None:
    say("Reading the file", 0, None)
    report = stage(record, stored_path(record), lambda rows: say("Reading the file", rows, None))
    say("Matching organisations", 0, None)
    interpret()
    match_organisations(record)
    listing = list_cells()
    say("Comparing", 0, None)
    before = compared_with(record)
    changes = diff(record, before, listing.levels)
    record.levels = listing.levels
    record.reading = report
    record.refused_because = ""
    record.read_at = now
    record.counts = {
        "changes": changes,
        "waiting": keep_waiting_rows(record),
        "duplicates": listing.duplicates,
        "listed": listing.listed,
        "historic": listing.historic,
    }
    record.held_because = _reasons_to_hold(record, before, changes, listing)
    _keep_coverage(record)
    restated = find_restated(record)
    if restated:
        record.counts |= {"organisations": restated, "moved": moving_organisations()}
    record.reading |= {"says": columns_said()}
    _decide(record, before, say, by=by, now=now, at_once=at_once)


def _decide(
    record: RatingImport,
    before: Before,
    say: Callable[[str, int, int | None], None],
    *,
    by: User | None,
    now: datetime,
    at_once: bool,
) -> None:
    """Apply, propose or say that nothing changes; `delta` holds what would."""
    changes: dict[str, int] = record.counts["changes"]
    total = sum(changes.values())
    partly = asserts_something(record)
    _forget_proposals(record)
    if total == 0 and not record.counts.get("organisations"):
        record.state = State.APPLIED if partly else State.UNCHANGED
        event = _save(record, Kind.READ if partly else Kind.UNCHANGED, by=by, now=now)
        take_over_restated(record, event)
        count_once()
    elif record.held_because:
        _propose(record)
        record.state = State.HELD
        _save(record, Kind.HELD, by=by, now=now, why=" ".join(record.held_because))
    elif at_once:
        say("Applying", 0, total)
        record.state = State.APPLIED
        event = _save(record, Kind.APPLIED, by=by, now=now)
        take_over_restated(record, event)
        if total == 0:
            count_once()
        elif is_first_of_all(before, changes):
            load_delta(record, event, total)
        else:
            choose_from_delta(record)
            apply_chosen(record, event, before)
    else:
        _propose(record)
        record.state = State.PART_APPLIED if partly else State.READY
        _save(record, Kind.READ, by=by, now=now)


def _propose(record: RatingImport) -> None:
    keep_proposals(record)
    keep_restated(record)


def _forget_proposals(record: RatingImport) -> None:
    ProposedChange.objects.filter(rating_import=record).delete()
    ProposedOrganisation.objects.filter(rating_import=record).delete()


def asserts_something(record: RatingImport) -> bool:
    """Whether anything this import said differently, of ratings or of organisations, stands."""
    return has_records(record) or has_statements(record)


def _reasons_to_hold(record: RatingImport, before: Before, changes: dict[str, int], listing: Listing) -> list[str]:
    if before.first_load or _is_agreed(record):
        return []
    last = (
        in_force()
        .filter(source__scope=record.source.scope, keep=record.keep)
        .filter(levels=listing.levels)
        .exclude(pk=record.pk)
        .order_by("-as_at", "-pk")
        .first()
    )
    only_some = record.source.scope == RatingsSource.Scope.API
    return reasons_to_hold(
        changes,
        known=_known_cells(record, before, listing.levels),
        listed=listing.listed,
        listed_last=None if last is None or only_some else last.counts.get("listed"),
    )


def _is_agreed(record: RatingImport) -> bool:
    """Whether a second person has agreed to what was last read.  They agreed to the changes they saw, not to what
    another reading finds, nor to a file that was undone since."""
    decisive = record.events.filter(kind__in=[Kind.READ, Kind.HELD, Kind.UNDONE, Kind.AGREED]).order_by("pk").last()
    return decisive is not None and decisive.kind == Kind.AGREED


def _known_cells(record: RatingImport, before: Before, levels: list[str]) -> int:
    """How many cells the scope listed before, among the levels the file lists and the organisations it keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({state_before(before, as_at=record.as_at)}) b",  # noqa: S608  a query of ours
            {
                "scope": record.source.scope,
                "levels": levels,
                "everybody": record.keep == RatingImport.Keep.ALL,
                "day": record.as_at,
            },
        )
        return int(cursor.fetchone()[0])


_COVER: Final = """
INSERT INTO import_listing (rating_import_id, organisation_id)
SELECT %s, id FROM named WHERE id IS NOT NULL AND waits = '' ON CONFLICT DO NOTHING
"""


def _keep_coverage(record: RatingImport) -> None:
    """A reading of the API may be of some organisations only; which they were is kept."""
    if record.source.scope == RatingsSource.Scope.API:
        with connection.cursor() as cursor:
            cursor.execute(_COVER, [record.pk])


def _refuse(
    rating_import: RatingImport, refusal: UnreadableFile, came_from: str, *, by: User | None, now: datetime
) -> None:
    """Say why it was refused.  An import that is in force stays what it was: what it asserted still stands."""
    with transaction.atomic():
        record = _locked(rating_import)
        end = State.REFUSED
        if in_force().filter(pk=record.pk).exists():
            end = State(came_from) if came_from != State.READING else _standing(record)
        require_move(record, end)
        record.state = end
        record.refused_because = str(refusal) if end == State.REFUSED else ""
        record.read_at = now
        detail: dict[str, Any] = refusal.as_dict()
        _save(record, Kind.REFUSED, by=by, now=now, why=str(refusal), detail=detail)


def _standing(record: RatingImport) -> RatingImport.State:
    """What an import in force is when a killed reader has left only "being read" to tell."""
    if _is_left(record):
        return State.PART_APPLIED if asserts_something(record) else State.READY
    return state_in_force(record)


def _is_left(record: RatingImport) -> bool:
    """Whether anything is proposed that a person has to decide."""
    return record.proposals.exists() or record.proposed_organisations.filter(silent=False).exists()


def _save(
    record: RatingImport,
    kind: Kind,
    *,
    by: User | None,
    now: datetime,
    why: str = "",
    detail: dict[str, Any] | None = None,
) -> ImportEvent:
    """Save the import and what was done with it together."""
    record.save()
    return ImportEvent.objects.create(
        rating_import=record, kind=kind, at=now, by=by, why=why, detail=record.counts if detail is None else detail
    )


def apply_import(
    rating_import: RatingImport, *, by: User | None, now: datetime, accept: Accept = EVERYTHING
) -> RatingImport:
    """Apply the proposed changes that are accepted; the others stay proposed and the import "applied in part".

    Raises `Refused` when the import is held or has nothing to apply, when nothing proposed is accepted, or when
    an accepted change was proposed against a state that has passed; `Busy` while another import is being applied.
    """
    with transaction.atomic():
        hold_applying_lock()
        record = _locked(rating_import)
        require_applicable(record)
        before = compared_with(record)
        ratings = choose_from_proposals(record, accept)
        organisations = choose_restated(record, accept)
        if not ratings and not organisations:
            raise Refused("None of the proposed changes is among those accepted. Nothing was applied.")
        require_fresh(record, before)
        left = _is_left(record)
        record.state = State.PART_APPLIED if left else State.APPLIED
        record.held_because = []
        event = _save(
            record,
            Kind.PART_APPLIED if left else Kind.APPLIED,
            by=by,
            now=now,
            detail={**record.counts, "applied": ratings + organisations},
        )
        take_over_restated(record, event)
        apply_chosen(record, event, before)
    rating_import.refresh_from_db()
    return rating_import


def agree_to_import(rating_import: RatingImport, *, by: User, now: datetime, why: str) -> RatingImport:
    """A second person agrees that a held file is right; it may then be applied.

    Raises `Refused` for the person who asked for the import, without a reason, and when it is not held."""
    with transaction.atomic():
        record = _locked(rating_import)
        require_move(record, State.READY)
        if by.pk == record.requested_by_id:
            raise Refused("You asked for this import yourself: a second person must agree to it.")
        if not why.strip():
            raise Refused("Say why this file is right although so much differs.", field="why")
        record.state = State.PART_APPLIED if asserts_something(record) else State.READY
        _save(record, Kind.AGREED, by=by, now=now, why=why.strip())
    rating_import.refresh_from_db()
    return rating_import


def set_aside_import(rating_import: RatingImport, *, by: User | None, now: datetime, why: str) -> RatingImport:
    """Decide that nothing of a file, or nothing more of it, is to be applied.  Its proposals are deleted; the file is
    kept, and may be read again.  An import in force stays so: only its new reading is set aside.

    Raises `Refused` where its state does not allow it."""
    with transaction.atomic():
        record = _locked(rating_import)
        end = state_in_force(record) if in_force().filter(pk=record.pk).exists() else State.SET_ASIDE
        require_move(record, end)
        _forget_proposals(record)
        record.state = end
        record.held_because = []
        _save(record, Kind.SET_ASIDE, by=by, now=now, why=why.strip())
    rating_import.refresh_from_db()
    return rating_import
