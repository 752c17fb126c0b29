"""Following rating changes up: what fell opens done actions again and is noted on open ones.

Reactions are pulled: imports and their undoing leave `RatingChange` rows, this consumer reads past its own
bookmark.  The bookmark moves in the transaction that writes what followed, so that a run that is late, killed
or doubled loses nothing and repeats nothing; ids come in commit order, because applying and undoing an import
hold one lock.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from tracker.consequences.models import Consequence
from tracker.consequences.queries import actions_answering, fallen, undoing_of, undone_by
from tracker.people.access import Access
from tracker.people.scope import whole_service
from tracker.plans.closing import reopen_action
from tracker.plans.lifecycle import CLAIMED
from tracker.plans.models import Action
from tracker.plans.operations import note_on_action
from tracker.ratings.models import ChangeBookmark, RatingChange
from tracker.ratings.scale import Rating

CONSUMER = "consequences"
BATCH = 200  # changes that matter, a transaction
Kind = Consequence.Kind


@dataclass(frozen=True)
class FollowedUp:
    """What a run did: consequences by kind."""

    reopened: int = 0
    warned: int = 0
    withdrawn: int = 0

    def __add__(self, other: "FollowedUp") -> "FollowedUp":
        return FollowedUp(self.reopened + other.reopened, self.warned + other.warned, self.withdrawn + other.withdrawn)


def follow_up_changes(*, now: datetime, batch: int = BATCH) -> FollowedUp:
    """Act on every rating change since the last run; nothing when another run is at it.

    Call it outside any transaction: each batch commits with its bookmark."""
    # Committed at once: a bookmark written by the first batch would keep every other run waiting for its end.
    ChangeBookmark.objects.bulk_create([ChangeBookmark(consumer=CONSUMER)], ignore_conflicts=True)
    total = FollowedUp()
    while True:
        with transaction.atomic(durable=True), whole_service() as service:
            done = _follow_up_batch(service, now=now, batch=batch)
        if done is None:
            return total
        total += done


def _follow_up_batch(service: Access, *, now: datetime, batch: int) -> FollowedUp | None:
    """One batch past the bookmark, or none when there is nothing left or another run holds the bookmark."""
    bookmark = ChangeBookmark.objects.select_for_update(skip_locked=True).filter(consumer=CONSUMER).first()
    newest = RatingChange.objects.aggregate(newest=Max("pk"))["newest"]
    if bookmark is None or newest is None or newest <= bookmark.last_change_id:
        return None
    unread = RatingChange.objects.filter(pk__gt=bookmark.last_change_id, pk__lte=newest)
    relevant = list(
        (fallen(unread) | unread.filter(undoing=True, trust__isnull=False))
        .select_related("service", "domain", "site", "trust")
        .order_by("pk")[:batch]
    )
    written: list[Kind] = []
    for change in relevant:
        written += _withdraw(change, service, now=now) if change.undoing else _react(change, service, now=now)
    bookmark.last_change_id = relevant[-1].pk if len(relevant) == batch else newest
    bookmark.save(update_fields=["last_change_id"])
    return FollowedUp(*(written.count(kind) for kind in (Kind.REOPENED, Kind.WARNED, Kind.WITHDRAWN)))


def _react(change: RatingChange, service: Access, *, now: datetime) -> list[Kind]:
    """Open again, or note on, each action that answers for what fell; nothing when the fall was withdrawn since."""
    if undoing_of(change).exists():
        return []
    written, words = [], _words_of(change)
    for action in actions_answering(change).exclude(pk__in=_already_followed_up(change)):
        kind = _open_again_or_note(action, change, words, service, now=now)
        _write(action, change, kind, words, now=now)
        written.append(kind)
    return written


def _open_again_or_note(action: Action, change: RatingChange, words: str, service: Access, *, now: datetime) -> Kind:
    locked = Action.objects.select_for_update(no_key=True).get(pk=action.pk)  # its owner may be finishing it now
    if locked.status in CLAIMED:
        reopen_action(action, by=service, now=now, why=words, rating_change=change)
        return Kind.REOPENED
    note_on_action(action, by=service, now=now, why=words, rating_change=change)
    return Kind.WARNED


def _withdraw(change: RatingChange, service: Access, *, now: datetime) -> list[Kind]:
    """Say on each action that the change which opened it again, or was noted on it, has been withdrawn.

    The action is left as it is: whether it is still done is a person's judgement."""
    written = []
    earlier = Consequence.objects.filter(
        consumer=CONSUMER, rating_change_id__in=undone_by(change).values("pk"), kind__in=[Kind.REOPENED, Kind.WARNED]
    )
    for consequence in earlier.exclude(action__in=_already_followed_up(change)).select_related("action").order_by("pk"):
        did = "reopened this" if consequence.kind == Kind.REOPENED else "was noted on this"
        words = f"The rating change that {did} was withdrawn ({consequence.words}). The action stays as it is."
        note_on_action(consequence.action, by=service, now=now, why=words, rating_change=change)
        _write(consequence.action, change, Kind.WITHDRAWN, words, now=now)
        written.append(Kind.WITHDRAWN)
    return written


def _already_followed_up(change: RatingChange) -> list[int]:
    """Actions with a consequence of this change: the bookmark may have been set back by hand."""
    done = Consequence.objects.filter(consumer=CONSUMER, rating_change_id=change.pk)
    return list(done.values_list("action_id", flat=True))


def _write(action: Action, change: RatingChange, kind: Kind, words: str, *, now: datetime) -> None:
    Consequence.objects.create(
        trust_id=action.trust_id,
        rating_change_id=change.pk,
        consumer=CONSUMER,
        action=action,
        kind=kind,
        words=words,
        at=now,
    )


def _words_of(change: RatingChange) -> str:
    """The change as a person reads it: "Surgery at Northborough General Hospital, Safe: Good -> Requires
    improvement, published 3 May 2026"."""
    place = change.site or change.trust
    published = f"published {_day(change.published_on)}" if change.published_on else "publication date not given"
    before, after = (
        word or (Rating(rating).words if rating else "not rated")
        for rating, word in ((change.before_rating, change.before_word), (change.rating, change.word))
    )
    return f"{change.service} at {place}, {change.domain}: {before} -> {after}, {published}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
