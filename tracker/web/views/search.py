"""Search over what everybody may see."""

from django.http import HttpResponse
from django.shortcuts import render

from tracker.people.roles import Can
from tracker.sources import implementations
from tracker.web.fields import TextField
from tracker.web.forms_base import FilterForm
from tracker.web.requests import SignedInRequest, needs


class SearchForm(FilterForm):
    q = TextField(label="Name, former name or code", required=False, max_length=100, label_size="m")


@needs(Can.SEE_RATINGS)
def search(request: SignedInRequest) -> HttpResponse:
    """What both applications find for the words, or how to look again."""
    form = SearchForm(request.GET, auto_id="search-%s")
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = [one for source in implementations("SEARCH") for one in (source(request.access, words) if words else ())]
    return render(
        request,
        "tracker/ratings/search.jinja",
        {"form": form, "words": words, "found": found},
        status=200 if form.is_valid() else 400,
    )
