"""Lists with names: saved, shared in a trust, opened first, forgotten."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.working_models import SavedView
from tracker.plans.writing import person_of
from tracker.problems import NotAllowed, Refused
from tracker.trusts.models import Trust

NAME_LENGTH = 60
MOST = 50  # views of one person


def views_of(access: Access) -> QuerySet[SavedView]:
    """The person's own, and those shared in a trust where they see the plan."""
    shared = Q(trust_id__in=access.trusts(Can.SEE_PLANS) & set(access.home_trust_ids))
    return SavedView.objects.filter(Q(person_id=access.person_id) | shared).select_related("person")


def default_query(access: Access) -> str:
    """The query of the list this person opens first; empty for the whole list."""
    own = SavedView.objects.filter(person_id=access.person_id, is_default=True)
    return own.values_list("query", flat=True).first() or ""


@transaction.atomic
def save_view(
    *,
    by: Access,
    now: datetime,
    name: str,
    query: str,
    share_with: Trust | None = None,
    is_default: bool = False,
    nhs_number_checked: bool = False,
) -> SavedView:
    """Save a list under a name; one's own view of the same name is replaced.

    Raises `Refused` for no name, or one that looks like it holds an NHS number, and `NotAllowed` for a trust whose
    plan the person does not see."""
    person_id = person_of(by, "A view belongs to a person.")
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name.", field="name")
    if len(name) > NAME_LENGTH:
        raise Refused(f"Shorten the name to {NAME_LENGTH} characters or fewer.", field="name")
    refuse_nhs_numbers(f"{name} {query}", field="name", checked=nhs_number_checked)
    if share_with is not None and not (by.may(Can.SEE_PLANS, share_with.pk) and share_with.pk in by.home_trust_ids):
        raise NotAllowed("You may share a view in your own trust.")
    own = SavedView.objects.select_for_update().filter(person_id=person_id)
    if own.exclude(name=name).count() >= MOST:
        raise Refused(f"You have {MOST} views. Forget one first.", field="name")
    if is_default:
        own.update(is_default=False)
    given = {"query": query, "trust": share_with, "is_default": is_default, "saved_at": now}
    saved, _ = SavedView.objects.update_or_create(person_id=person_id, name=name, defaults=given)
    return saved


@transaction.atomic
def forget_view(view: SavedView, *, by: Access, now: datetime) -> None:
    """Delete one's own view.  Raises `NotAllowed` for somebody else's."""
    if by.person_id != view.person_id:
        raise NotAllowed("Only who saved a view may forget it.")
    view.delete()
