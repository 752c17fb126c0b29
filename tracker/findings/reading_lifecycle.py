"""The life of a reading of a report, and of each item in it: two tables.

`docs/lifecycles.md` holds their drawings, made by `manage.py draw_lifecycles`; a test compares them.
"""

from django.db.models import TextChoices

from tracker.people.roles import Can


class ReadingState(TextChoices):
    DRAFT = "draft", "Being checked"
    CONFIRMED = "confirmed", "Confirmed"
    SET_ASIDE = "set_aside", "Set aside"


class ItemState(TextChoices):
    PROPOSED = "proposed", "Read, not yet checked"
    AGREED = "agreed", "Checked"
    SET_ASIDE = "set_aside", "Set aside"
    REPLACED = "replaced", "Split or joined"
    PUBLISHED = "published", "Published"


# A confirmed reading has published its findings: it stays.
READING_MOVES: dict[tuple[ReadingState, ReadingState], Can] = {
    (ReadingState.DRAFT, ReadingState.CONFIRMED): Can.RECORD_FINDINGS,
    (ReadingState.DRAFT, ReadingState.SET_ASIDE): Can.RECORD_FINDINGS,
}

ITEM_MOVES: dict[tuple[ItemState, ItemState], Can] = {
    (ItemState.PROPOSED, ItemState.AGREED): Can.RECORD_FINDINGS,
    (ItemState.PROPOSED, ItemState.SET_ASIDE): Can.RECORD_FINDINGS,
    (ItemState.PROPOSED, ItemState.REPLACED): Can.RECORD_FINDINGS,
    (ItemState.PROPOSED, ItemState.PUBLISHED): Can.RECORD_FINDINGS,  # a clear one, with the rest of its reading
    (ItemState.AGREED, ItemState.SET_ASIDE): Can.RECORD_FINDINGS,
    (ItemState.AGREED, ItemState.REPLACED): Can.RECORD_FINDINGS,
    (ItemState.AGREED, ItemState.PUBLISHED): Can.RECORD_FINDINGS,
    (ItemState.SET_ASIDE, ItemState.AGREED): Can.RECORD_FINDINGS,
}
