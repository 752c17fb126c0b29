"""Actions by what they are to one person: watched, named in, waiting for their decision."""

from collections.abc import Mapping

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing_models import Extension
from tracker.plans.lifecycle import Asked
from tracker.plans.models import Action, ActionEvent, ActionQuerySet
from tracker.plans.working_models import Mention, Watching


def how_many(lists: Mapping[str, QuerySet[Action]], access: Access) -> dict[str, int]:
    """How many actions each list has, all of them in one query."""
    if access.person_id is None or not lists:
        return dict.fromkeys(lists, 0)
    counted = {
        name: Coalesce(Subquery(found.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")), 0)
        for name, found in lists.items()
    }
    row = User.objects.filter(pk=access.person_id).annotate(**counted).values_list(*lists).get()
    return dict(zip(lists, row, strict=True))


def watched_by(access: Access) -> ActionQuerySet:
    watching = Watching.objects.filter(action=OuterRef("pk"), person_id=access.person_id)
    return Action.objects.visible_to(access).filter(Exists(watching))


def changed_since_looked(access: Access) -> ActionQuerySet:
    """Watched actions to which somebody else, or the service, did something since the person last looked."""
    later = ActionEvent.objects.filter(action=OuterRef("action"), at__gt=OuterRef("seen_at")).exclude(
        by=access.person_id
    )
    watching = Watching.objects.filter(Exists(later), action=OuterRef("pk"), person_id=access.person_id)
    return Action.objects.visible_to(access).filter(Exists(watching))


def mentioning(access: Access) -> ActionQuerySet:
    """Actions with a comment that names the person and that they have not read."""
    unread = Mention.objects.filter(comment__action=OuterRef("pk"), person_id=access.person_id, seen_at=None)
    return Action.objects.visible_to(access).filter(Exists(unread))


def to_decide(access: Access) -> ActionQuerySet:
    """Actions for which a later date is asked on which the person may decide."""
    asked = (
        Extension.objects.filter(
            action=OuterRef("pk"), state=Asked.ASKED, trust_id__in=access.trusts(Can.DECIDE_EXTENSIONS)
        )
        .exclude(asked_by=access.person_id)
        .exclude(asked_for=access.person_id)
    )
    return Action.objects.visible_to(access).filter(Exists(asked))
