"""Search over what everybody may see: trusts and hospitals, by name, former name or code."""

from django.db.models import Q
from django.urls import reverse

from tracker.people.access import Access
from tracker.sources import Found
from tracker.trusts.models import Site, Trust

MOST = 50


def trusts_and_hospitals(access: Access, words: str) -> list[Found]:
    """Up to fifty trusts and fifty hospitals whose name or former name holds `words`, or whose code it is."""
    trusts = Trust.objects.counted().matching(words).order_by("name")[:MOST]
    term = words.strip()
    sites = Site.objects.filter(Q(name__icontains=term) | Q(cqc_id__iexact=term)).select_related("trust")[:MOST]
    return [Found(f"{trust.name} ({trust.code})", reverse("trust", args=[trust.code]), "Trust") for trust in trusts] + [
        Found(f"{site.name}, {site.trust.name}", reverse("site", args=[site.cqc_id]), "Hospital") for site in sites
    ]
