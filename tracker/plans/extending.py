"""A later due date: asked for with its reason and effect, granted or refused by somebody else, or given up."""

from datetime import date, datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing_models import Extension
from tracker.plans.lifecycle import EXTENSION_MOVES, OPEN, Asked
from tracker.plans.models import Action, ActionEvent
from tracker.plans.writing import check_holds_a_role, check_may_work_on, locked, person_of, record
from tracker.problems import NotAllowed, Refused

Kind = ActionEvent.Kind


@transaction.atomic
def ask_extension(
    action: Action,
    *,
    by: Access,
    now: datetime,
    due_wanted: date,
    reason: str,
    impact: str,
    interim_control: str,
    on_behalf_of: User | None = None,
    nhs_number_checked: bool = False,
) -> Extension:
    """Ask that the action be due later.  Its owner, or whoever may update it, for its owner or not.

    Raises `NotAllowed`, or `Refused` for what is missing, a day that is not later, an action that is not open, or
    one for which a later date is asked already."""
    person_id = person_of(by, "A later date is asked for by a person.")
    action, before = locked(action, by)
    check_may_work_on(action, by)
    today = Moment(now).today
    if before not in OPEN:
        raise Refused(f"{action.reference} is {before.label.lower()}: its due date no longer matters.")
    if action.extensions.filter(state=Asked.ASKED).exists():
        raise Refused(f"A later date is asked for {action.reference} already and not decided.")
    if due_wanted <= action.due_on or due_wanted < today:
        raise Refused("Enter a day later than the due date, and not in the past.", field="due_wanted")
    for text, field, say in (
        (reason, "reason", "Say why it needs longer."),
        (impact, "impact", "Say what the delay means for patients."),
        (interim_control, "interim_control", "Say what keeps patients safe until then."),
    ):
        if not text.strip():
            raise Refused(say, field=field)
        refuse_nhs_numbers(text, field=field, checked=nhs_number_checked)
    if on_behalf_of is not None:
        check_holds_a_role(action.trust_id, on_behalf_of, today, field="on_behalf_of")
    asked = Extension.objects.create(
        trust_id=action.trust_id,
        action=action,
        due_before=action.due_on,
        due_wanted=due_wanted,
        reason=reason.strip(),
        impact=impact.strip(),
        interim_control=interim_control.strip(),
        asked_at=now,
        asked_by_id=person_id,
        asked_for=on_behalf_of,
    )
    changes = {"due_on": [action.due_on.isoformat(), due_wanted.isoformat()]}
    record(
        action, Kind.EXTENSION_ASKED, before=before, why=asked.reason, by=by, now=now,
        on_behalf_of=on_behalf_of, changes=changes,
    )  # fmt: skip
    return asked


def may_decide(extension: Extension, by: Access) -> bool:
    """Somebody entitled, who neither asked nor had it asked for them."""
    entitled = by.may(Can.DECIDE_EXTENSIONS, extension.trust_id)
    return entitled and by.person_id not in (None, extension.asked_by_id, extension.asked_for_id)


@transaction.atomic
def decide_extension(
    extension: Extension, *, by: Access, now: datetime, grant: bool, why: str, nhs_number_checked: bool = False
) -> Extension:
    """Grant the later date, which moves the due date, or refuse it; with a reason either way.

    Raises `NotAllowed`, or `Refused` when it is decided already, its action is no longer open, or no reason is
    given."""
    person_id = person_of(by, "A later date is decided by a person.")
    action, before = locked(extension.action, by)
    asked = Extension.objects.select_for_update().get(pk=extension.pk)
    if not may_decide(asked, by):
        raise NotAllowed("A later date is decided by somebody entitled who did not ask for it.")
    _check_move(asked, Asked.GRANTED if grant else Asked.REFUSED)
    if grant and before not in OPEN:
        raise Refused(f"{action.reference} is {before.label.lower()}: its due date no longer matters.")
    if not why.strip():
        raise Refused("Say why.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    _settle(asked, Asked.GRANTED if grant else Asked.REFUSED, why, person_id=person_id, now=now)
    changes = {}
    if grant:
        changes = {"due_on": [action.due_on.isoformat(), asked.due_wanted.isoformat()]}
        action.due_on = asked.due_wanted
        action.times_moved += 1
        action.version += 1
        action.save(update_fields=["due_on", "times_moved", "version"])
    kind = Kind.EXTENDED if grant else Kind.EXTENSION_REFUSED
    record(action, kind, before=before, why=why.strip(), by=by, now=now, changes=changes)
    return asked


@transaction.atomic
def withdraw_extension(extension: Extension, *, by: Access, now: datetime, why: str) -> Extension:
    """No longer ask for a later date.  Raises `NotAllowed`, or `Refused` when it is decided already."""
    person_id = person_of(by, "A person asked, and a person gives up asking.")
    action, before = locked(extension.action, by)
    check_may_work_on(action, by)
    asked = Extension.objects.select_for_update().get(pk=extension.pk)
    _check_move(asked, Asked.WITHDRAWN)
    refuse_nhs_numbers(why, field="why", checked=False)
    _settle(asked, Asked.WITHDRAWN, why, person_id=person_id, now=now)
    record(action, Kind.EXTENSION_WITHDRAWN, before=before, why=why.strip(), by=by, now=now)
    return asked


def _check_move(asked: Extension, to: Asked) -> None:
    stands = Asked(asked.state)
    if (stands, to) not in EXTENSION_MOVES:
        raise Refused(f"This has been {stands.label.lower()} already.")


def _settle(asked: Extension, state: Asked, why: str, *, person_id: int, now: datetime) -> None:
    asked.state, asked.decision = state, why.strip()
    asked.decided_at, asked.decided_by_id = now, person_id
    asked.save(update_fields=["state", "decision", "decided_at", "decided_by"])
