"""What the pages of one trust share: its name and standing, its sub-navigation, and the day they are as at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from tracker.trusts.models import Site, Succession, Trust
from tracker.web.addresses import address
from tracker.web.fields import CheckboxField
from tracker.web.forms_base import FilterForm
from tracker.web.ratings_filter import DayField
from tracker.web.ratings_grids import Grid
from tracker.web.ratings_words import TYPE_WORDS, long_day
from tracker.web.requests import SignedInRequest


class DayForm(FilterForm):
    """As at which day a grid is shown, and whether only services with a change."""

    as_at = DayField(label="As at", help_text="Leave empty for the latest")
    changes_only = CheckboxField(label="Changes only", required=False)


@dataclass(frozen=True)
class Asked:
    """The form as sent; a mistake in it means the latest day, and the form says so."""

    form: DayForm
    day: date | None
    changes_only: bool

    @property
    def query(self) -> dict[str, object]:
        return {"as_at": self.day.isoformat() if self.day else ""}


def read_day(data: Mapping[str, Any]) -> Asked:
    """The day and the choice of changes in a query string."""
    form = DayForm(data, auto_id="day-%s")
    given = form.cleaned_data if form.is_valid() else {}
    return Asked(form, given.get("as_at"), bool(given.get("changes_only")))


@dataclass(frozen=True)
class Hospital:
    """A hospital and its grid."""

    site: Site
    grid: Grid


def trust_frame(request: SignedInRequest, trust: Trust, current: str, query: Mapping[str, object]) -> dict[str, Any]:
    """The trust, where it stands, and the pages about it."""
    places = [
        ("trust", "Ratings"),
        ("timeline", "Timeline"),
        ("hospitals", "Hospitals"),
        ("inspections", "Inspections"),
    ]
    facts = [TYPE_WORDS.get(trust.type, "Type not known")]
    facts += [place.name for place in (trust.region, trust.system) if place is not None]
    return {
        "trust": trust,
        "facts": ", ".join(facts),
        "provisional": trust.standing == Trust.Standing.PROVISIONAL,
        "closed": trust.closed is not None and trust.closed <= request.moment.today,
        "sub_navigation": [
            {"text": text, "href": address(reverse(name, args=[trust.code]), query), "current": name == current}
            for name, text in places
        ],
        "breadcrumbs": [{"text": "Trusts", "href": reverse("trusts")}],
    }


def succession_sentences(trust: Trust, successions: Iterable[Succession]) -> list[dict[str, str]]:
    """Each join in a sentence, with the other trust to go to."""
    sentences = []
    for join in successions:
        onward = join.predecessor_id == trust.pk
        other = join.successor if onward else join.predecessor
        text = f"On {long_day(join.on)} " + (
            f"{trust.name} carried on as" if onward else f"{trust.name} took over from"
        )
        sentences.append(
            {
                "text": text,
                "other": f"{other.name} ({other.code})",
                "href": reverse("trust", args=[other.code]),
                "reason": join.reason.strip().rstrip("."),
                "onward": "yes" if onward else "",
                "on": join.on.isoformat(),
            }
        )
    return sentences
