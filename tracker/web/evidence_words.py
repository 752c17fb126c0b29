"""The words, tones and links of evidence."""

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from tracker.plans.closing_models import Evidence, EvidenceKind
from tracker.plans.lifecycle import Scan
from tracker.web.action_words import moment_words
from tracker.web.ratings_words import long_day

SCAN_TONES = {
    Scan.PENDING: "grey",
    Scan.CLEAN: "green",
    Scan.INFECTED: "red",
    Scan.ERROR: "orange",
    Scan.LINK: "white",
}


def shown_evidence(one: Evidence) -> dict[str, str]:
    """A piece of evidence as a list or its page shows it."""
    period = f"{long_day(one.covers_from)} to {long_day(one.covers_to)}" if one.covers_from and one.covers_to else ""
    return {
        "id": str(one.public_id),
        "title": one.title,
        "href": reverse("evidence", args=[one.public_id]),
        "kind": EvidenceKind(one.kind).label,
        "dated": long_day(one.dated_on),
        "covers": period,
        "version": str(one.number),
        "link": one.link,
        "file": one.file_name,
        "file_href": reverse("evidence_file", args=[one.public_id]) if one.scan == Scan.CLEAN else "",
        "size": filesizeformat(one.size) if one.size else "",
        "sha256": one.sha256,
        "added": f"{moment_words(one.added_at)} by {one.added_by}",
        "scan": Scan(one.scan).label,
        "scan_tone": SCAN_TONES[Scan(one.scan)],
        "scan_words": one.scan_words,
    }
