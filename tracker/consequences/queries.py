"""Which actions a rating change is about, and what changes have led to."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.consequences.models import Consequence
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.models import Action, ActionFinding
from tracker.ratings.lineage import site_joins
from tracker.ratings.models import ChangeKind, RatingChange
from tracker.ratings.scale import OVERALL
from tracker.trusts.models import Site


def fallen(changes: QuerySet[RatingChange]) -> QuerySet[RatingChange]:
    """Those of `changes` by which a trust's rating became worse.  Undoing an improvement is not a fall."""
    return changes.filter(kind=ChangeKind.WORSE, undoing=False, trust__isnull=False)


def undoing_of(change: RatingChange) -> QuerySet[RatingChange]:
    """The change by which an undo took `change` back: of the same cell, later, with its record before it."""
    return _same_cell(change).filter(undoing=True, pk__gt=change.pk, before_record_id=change.record_id)


def undone_by(change: RatingChange) -> QuerySet[RatingChange]:
    """The changes that `change`, written by an undo, took back."""
    return _same_cell(change).filter(undoing=False, pk__lt=change.pk, record_id=change.before_record_id)


def _same_cell(change: RatingChange) -> QuerySet[RatingChange]:
    return RatingChange.objects.filter(
        trust=change.trust_id,  # which the index is on
        organisation=change.organisation_id,
        service=change.service_id,
        domain=change.domain_id,
        variant=change.variant,
    )


def actions_answering(change: RatingChange) -> QuerySet[Action]:
    """The actions that answer for what `change` rates: of the same trust and service, of the same site where
    they name one, of the same key question where they name one (a change of Overall is about all of them).

    A site that has registered anew is the same site.  A rating of the trust or of a hospital itself is answered
    for by what names that place and no service.  An action that names no service answers for the places of its
    findings, where it has any.  One that answers a report as new as the change is left out: that report is the
    reason the action was made, not news about it."""
    answered = ActionFinding.objects.filter(action=OuterRef("pk"))
    sites = _registrations_of(change.site) if change.site else frozenset()
    for_its_findings = Q(Exists(answered), service=None)
    by_findings = for_its_findings & Exists(answered.filter(_about(change, sites, "finding__")))
    actions = Action.objects.filter((_about(change, sites) & ~for_its_findings) | by_findings, trust=change.trust_id)
    if change.published_on is not None:
        as_new = answered.filter(finding__inspection__published_on__gte=change.published_on)
        actions = actions.exclude(Exists(as_new))
    return actions.order_by("pk")


def _registrations_of(site: Site) -> frozenset[int]:
    """The ids of every site that is the same hospital, itself among them, however often it has re-registered."""
    joins = site_joins(site)
    return frozenset({site.pk} | {one.predecessor_id for one in joins} | {one.successor_id for one in joins})


def _about(change: RatingChange, sites: frozenset[int], prefix: str = "") -> Q:
    """That the service, site and key question under `prefix` are those `change` rates, at one of `sites`."""

    def where(field: str, value: object) -> Q:
        return Q(**{f"{prefix}{field}": value})

    here = where("site__in", sites) if sites else where("site", None)
    about = where("service", change.service_id) & (where("site", None) | here)
    if change.service.key == OVERALL:  # the place as a whole, which people say by naming no service
        about |= where("service", None) & here
    if change.domain.key == OVERALL:
        return about
    return about & (where("key_question", None) | where("key_question", change.domain_id))


def consequences_of(action: Action, access: Access) -> QuerySet[Consequence]:
    """What rating changes led to for the action, the newest first."""
    seen = Consequence.objects.filter(action=action, trust_id__in=access.trusts(Can.SEE_PLANS))
    return seen.order_by("-at", "-pk")
