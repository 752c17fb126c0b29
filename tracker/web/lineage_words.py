"""Earlier and later registrations of a hospital, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from tracker.insight.rated_list import HospitalOfTrust
from tracker.ratings.lineage import SiteJoin
from tracker.reports.tables import Row
from tracker.trusts.models import Site
from tracker.web.ratings_words import age_words, long_day, rating_tone, rating_words, short_day


def join_sentences(site: Site, joins: Sequence[SiteJoin]) -> list[dict[str, str]]:
    """Each join as two links and why they are joined, told from the hospital that is looked at."""
    told = []
    for join in joins:
        day = f"on {long_day(join.on)}" if join.on else "on a day the source does not give"
        reason = join.reason.strip().rstrip(".")
        elsewhere = join.predecessor_trust != join.successor_trust
        told.append(
            {
                "before": f"{join.predecessor_name} ({join.predecessor_cqc_id})",
                "before_href": "" if join.predecessor_id == site.pk else _href(join.predecessor_cqc_id),
                "after": f"{join.successor_name} ({join.successor_cqc_id})",
                "after_href": "" if join.successor_id == site.pk else _href(join.successor_cqc_id),
                "how": f"{day}{f', {reason}' if reason else ''}",
                "trusts": f"from {join.predecessor_trust} to {join.successor_trust}" if elsewhere else "",
                "source": join.source,
            }
        )
    return told


def standing_words(site: Site, joins: Sequence[SiteJoin], today: date) -> str:
    """What a reader must know before the grid: closed, or carried on under another id."""
    successor = next((join for join in joins if join.predecessor_id == site.pk), None)
    if successor is not None:
        return (
            f"This registration was carried on as {successor.successor_name} ({successor.successor_cqc_id}). The "
            "ratings below are its last; where the later registration inherited them, they are counted "
            "there and not here."
        )
    if site.closed is not None and site.closed <= today:
        return f"This location closed on {long_day(site.closed)}. The register knows no later registration of it."
    return ""


def _href(cqc_id: str) -> str:
    return reverse("site", args=[cqc_id])


@dataclass(frozen=True)
class HospitalRow:
    """A hospital in the list of its trust: cells for the page, and the same for an export."""

    shown: list[object]
    exported: Row


def hospital_rows(hospitals: Sequence[HospitalOfTrust], on: date) -> list[HospitalRow]:
    rows = []
    for hospital in hospitals:
        word = rating_words(hospital.state, hospital.rating, hospital.word)
        age = age_words(hospital.published_on, on)
        published = short_day(hospital.published_on, "" if hospital.state is None else "no date given")
        standing = _standing(hospital, on)
        rows.append(
            HospitalRow(
                shown=[
                    {"text": f"{hospital.name} ({hospital.cqc_id})", "href": _href(hospital.cqc_id)},
                    {"word": word, "tone": rating_tone(hospital.rating)},
                    f"{published} ({age})" if age else published,
                    standing,
                ],
                exported=(hospital.cqc_id, hospital.name, word, hospital.published_on, standing),
            )
        )
    return rows


def _standing(hospital: HospitalOfTrust, on: date) -> str:
    if hospital.successors:
        return f"Carried on as {hospital.successors}"
    if hospital.closed is not None and hospital.closed <= on:
        return f"Closed on {long_day(hospital.closed)}"
    return "Open"
