"""What of a plan is dated or waits for an answer, and somebody is reminded of until it is kept."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, DateField, F, Func, Q, QuerySet, When
from django.db.models.functions import TruncDate

from tracker.clock import ENGLAND
from tracker.people.access import Access
from tracker.plans.closing_models import Extension
from tracker.plans.lifecycle import OPEN, Asked, Status
from tracker.plans.models import Action
from tracker.plans.sustaining import holds_from
from tracker.sources import DuePromises, Named, Pace, Standing

Rows = QuerySet[Any, Any]


class _MonthsLater(Func):
    """The day as many months later as the service asks an improvement to hold."""

    template = "(%(expressions)s + make_interval(months => %(months)s))::date"
    output_field = DateField()


def _standing(action: Action, owner_id: int | None, due_on: date, what: str, to: str = "") -> Standing:
    return Standing(
        due_on=due_on,
        owner_id=owner_id,
        executive_id=action.executive_id,
        reference=action.reference,
        what=f"{what} {action.reference}",
        href=f"/actions/{action.reference}{to}",
    )


# --- An action, to be done by its due date ------------------------------------------------------------------------
def _open_actions() -> Rows:
    return Action.objects.open().order_by().values_list("trust_id", "pk", "owner_id", "executive_id", "due_on")


def _still_open(ids: Collection[int]) -> dict[int, Standing]:
    return {
        one.pk: _standing(one, one.owner_id, one.due_on, "Action") for one in Action.objects.open().filter(pk__in=ids)
    }


# --- A done action, for somebody other than its owner to verify -----------------------------------------------------
_SOMEBODY_ELSE = Case(When(~Q(executive=F("owner")), then=F("executive_id")))


def _to_verify() -> Rows:
    """The executive is asked; where they own the action themselves, the improvement lead hears in time."""
    done = Action.objects.filter(status=Status.DONE).order_by()
    return done.values_list("trust_id", "pk", _SOMEBODY_ELSE, "executive_id", "done_on")


def _still_to_verify(ids: Collection[int]) -> dict[int, Standing]:
    return {
        one.pk: _standing(one, asked, one.done_on, "Evidence of", "/verify")
        for one in Action.objects.filter(status=Status.DONE, pk__in=ids)
        for asked in [one.executive_id if one.executive_id != one.owner_id else None]
        if one.done_on is not None
    }


# --- A verified action, to be called sustained once it has held -----------------------------------------------------
def _to_sustain() -> Rows:
    held = _MonthsLater("verified_on", months=int(settings.SUSTAINED_MONTHS))
    verified = Action.objects.filter(status=Status.VERIFIED).order_by()
    return verified.values_list("trust_id", "pk", "owner_id", "executive_id", held)


def _still_to_sustain(ids: Collection[int]) -> dict[int, Standing]:
    return {
        one.pk: _standing(
            one, one.owner_id, holds_from(one.verified_on, settings.SUSTAINED_MONTHS), "Check that it holds:"
        )
        for one in Action.objects.filter(status=Status.VERIFIED, pk__in=ids)
        if one.verified_on is not None
    }


# --- A later date that was asked for and is not decided --------------------------------------------------------------
def _asked() -> QuerySet[Extension]:
    return Extension.objects.filter(state=Asked.ASKED, action__status__in=OPEN).order_by()


def _to_decide() -> Rows:
    """The executive is asked, unless they asked themselves."""
    executive = F("action__executive_id")
    decides = Case(
        When(~Q(asked_by=executive) & (Q(asked_for=None) | ~Q(asked_for=executive)), then=executive),
    )
    asked_on = TruncDate("asked_at", tzinfo=ENGLAND)
    return _asked().values_list("trust_id", "pk", decides, "action__executive_id", asked_on)


def _still_to_decide(ids: Collection[int]) -> dict[int, Standing]:
    return {
        one.pk: _standing(
            one.action,
            None if one.action.executive_id in (one.asked_by_id, one.asked_for_id) else one.action.executive_id,
            one.asked_at.astimezone(ENGLAND).date(),
            "A later date for",
            "/due-date/decide",
        )
        for one in _asked().filter(pk__in=ids).select_related("action")
    }


# --- Their names ----------------------------------------------------------------------------------------------------
def _named(access: Access, ids: Collection[int]) -> dict[int, Named]:
    return {one.pk: _name(one) for one in Action.objects.visible_to(access).filter(pk__in=ids)}


def _named_extensions(access: Access, ids: Collection[int]) -> dict[int, Named]:
    visible = Extension.objects.filter(pk__in=ids, action__in=Action.objects.visible_to(access))
    return {one.pk: _name(one.action) for one in visible.select_related("action")}


def _name(action: Action) -> Named:
    return Named(action.reference, action.title, f"/actions/{action.reference}")


def _of_actions(
    kind: str, noun: str, kept: str, pace: Pace, why: str, promised: Callable[[], Rows], look_again: Any
) -> DuePromises:
    return DuePromises(kind, noun, kept, pace, promised, look_again, _named, why)


ACTIONS = _of_actions("action", "an action", "The action is done.", Pace.WORK, "you own it", _open_actions, _still_open)
VERIFICATIONS = _of_actions(
    "verification", "evidence to verify", "The action is verified, or no longer said to be done.", Pace.ANSWER,
    "its owner says that it is done, and somebody else verifies it", _to_verify, _still_to_verify,
)  # fmt: skip
SUSTAINED = _of_actions(
    "sustained", "a check that an improvement holds", "It is called sustained, or was opened again.", Pace.WORK,
    "you own it", _to_sustain, _still_to_sustain,
)  # fmt: skip
EXTENSIONS = DuePromises(
    "extension", "a later date asked for", "It is decided, or no longer asked for.", Pace.ANSWER, _to_decide,
    _still_to_decide, _named_extensions, "you are the accountable executive, and it waits for your decision",
)  # fmt: skip
PROMISES: Final = [ACTIONS, VERIFICATIONS, SUSTAINED, EXTENSIONS]
