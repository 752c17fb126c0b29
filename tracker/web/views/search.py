"""Search over what everybody may see."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from tracker.people.roles import Can
from tracker.reports.tables import LICENCE, SOURCE, Columns
from tracker.sources import Found, implementations
from tracker.web.exports import download_links, list_file
from tracker.web.fields import TextField
from tracker.web.forms_base import FilterForm
from tracker.web.requests import SignedInRequest, needs

FOUND: Final = Columns[Found](
    title="Found by searching",
    stem="search",
    values={"Name": lambda found: found.text, "What it is": lambda found: found.what},
    source=SOURCE,
    licence=LICENCE,
)


class SearchForm(FilterForm):
    q = TextField(label="Name, former name or code", required=False, max_length=100, label_size="m")


@needs(Can.SEE_RATINGS)
def search(request: SignedInRequest) -> HttpResponse:
    """What both applications find for the words, or how to look again."""
    form = SearchForm(request.GET, auto_id="search-%s")
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = [one for source in implementations("SEARCH") for one in (source(request.access, words) if words else ())]
    if file := list_file(request, FOUND, found, as_at=request.moment.today, chosen=words):
        return file
    return render(
        request,
        "tracker/ratings/search.jinja",
        {"form": form, "words": words, "found": found, "downloads": download_links(request)},
        status=200 if form.is_valid() else 400,
    )
