"""The sector: how the ratings of all trusts or hospitals are spread, as at any day."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.insight.choices import choices
from tracker.insight.distribution import spread, spread_by
from tracker.insight.selection import By, Level
from tracker.people.roles import Can
from tracker.ratings.as_at import as_at
from tracker.ratings.scale import OVERALL
from tracker.reports.tables import Stamp, Table
from tracker.web import sector_words as words
from tracker.web.addresses import address
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.ratings_filter import Filtered, read_filter
from tracker.web.requests import SignedInRequest, needs

_SHOWN = ("level", "type", "region", "system", "service", "question", "as_at")


@needs(Can.SEE_SECTOR)
def sector(request: SignedInRequest) -> HttpResponse:
    """The headline shares with their denominator and day, then counts and shares by what `by` says."""
    by = _by(request)
    lists = choices()
    filtered = read_filter(request.GET, lists, path=request.path, shown=_SHOWN, extra={"by": by.value})
    when = as_at(filtered.day)
    today = request.moment.today
    valid = filtered.is_valid and when.latest is not None
    selection = filtered.selection
    groups = spread_by(when, selection, today, by) if valid else []
    if wanted_format(request) and valid:
        headings, rows = words.table_export(groups, by)
        stem = f"sector-{selection.level.value}s-by-{by.value}"
        stamp = Stamp(when.listed_on, request.moment.now, filtered.in_words())
        return download(request, Table(f"Ratings by {words.BY_WORDS[by].lower()}", stem, headings, rows, stamp))
    whole = spread(when, selection, today) if valid else None
    return render(
        request,
        "tracker/sector/sector.jinja",
        {
            "filter": filtered.form,
            "valid": filtered.is_valid,
            "chips": filtered.chips(),
            "clear_href": request.path,
            "by": by.value,
            "by_words": words.BY_WORDS[by].lower(),
            "tabs": [
                {"text": text, "href": _tab(filtered, option), "current": option is by}
                for option, text in words.BY_WORDS.items()
            ],
            "what": _what(filtered),
            "whole": whole,
            "headline": words.headline(whole) if whole else "",
            "of": words.counted(whole.rated, selection.level, "rated") if whole else "",
            "parts": words.headline_parts(whole, filtered) if whole else [],
            "note": words.rounding_note(whole) if whole else "",
            "bar": words.bar(whole) if whole else None,
            "beside": words.beside(whole, filtered) if whole else [],
            "columns": words.table_columns(by),
            "rows": words.table_rows(groups, by, filtered),
            "unit": words.NOUNS[selection.level],
            "units": f"{words.NOUNS[selection.level]}s",
            "as_at": when.listed_on,
            "acute_href": address(reverse("sector"), {**filtered.query, "type": "general_acute"}),
            "movement_href": address(
                reverse("movement"), {k: v for k, v in filtered.query.items() if k not in {"by", "as_at"}}
            ),
            "downloads": download_links(request),
        },
        status=200 if filtered.is_valid else 400,
    )


def _by(request: SignedInRequest) -> By:
    try:
        return By(request.GET.get("by") or By.REGION)
    except ValueError:
        raise Http404 from None


def _tab(filtered: Filtered, by: By) -> str:
    """The same figures counted by something else.  Services are rated at hospitals, so that is where they open."""
    query = {**filtered.query, "by": by.value}
    if by is By.SERVICE:
        query |= {"level": query["level"] or Level.SITE.value, "service": ""}
    return address(reverse("sector"), query)


def _what(filtered: Filtered) -> str:
    """Whose ratings of what: "trusts' overall ratings", "hospitals' ratings of Surgery, Safe"."""
    chosen, lists = filtered.selection, filtered.form.lists
    whose = f"{words.NOUNS[chosen.level]}s’"
    service = "" if chosen.service == OVERALL else lists.names("services").get(chosen.service, chosen.service)
    question = "" if chosen.question == OVERALL else lists.names("questions").get(chosen.question, chosen.question)
    about = ", ".join(part for part in (service, question) if part)
    return f"{whose} ratings of {about}" if about else f"{whose} overall ratings"
