"""What an import would change, in words: looked through, chosen from, reviewed and handed to a worker to apply."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker import tasks
from tracker.people.roles import Can
from tracker.ratings.models import ChangeKind, OrganisationKind, ProposedOrganisation, RatingImport
from tracker.ratings.proposing import Accept, accepted_organisations, accepted_ratings
from tracker.trusts.models import Trust
from tracker.web.addresses import address
from tracker.web.exports import download_links, list_file
from tracker.web.forms_imports import ChangesFilter
from tracker.web.import_lists import CHANGES, ChangesOfImport, counts_by_kind, organisations_of
from tracker.web.import_words import effect_words, in_order, kind_words
from tracker.web.paging import one_page
from tracker.web.requests import SignedInRequest, needs
from tracker.web.views.imports import find, may_apply


@needs(Can.LOAD_RATINGS)
def import_changes(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The proposed changes, 50 a page, by kind and trust; single ones can be ticked."""
    record = find(public_id)
    return _list(request, record, applied=False, may_choose=may_apply(request, record))


@needs(Can.LOAD_RATINGS)
def import_applied(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the import did change, and what its undoing did."""
    return _list(request, find(public_id), applied=True, may_choose=False)


def _list(request: SignedInRequest, record: RatingImport, *, applied: bool, may_choose: bool) -> HttpResponse:
    changes = ChangesOfImport(record, applied=applied)
    kinds = in_order(changes.kinds())
    form = ChangesFilter(request.GET, kinds=kinds, trusts=changes.trusts())
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    changes = changes.narrowed(**chosen) if form.is_valid() else changes.none()
    words = ", ".join([record.file_name, *(kind_words(v) if name == "kind" else v for name, v in chosen.items())])
    if form.is_valid() and (file := list_file(request, CHANGES, changes, as_at=record.as_at, chosen=words)):
        return file
    rows, pages = one_page(changes, request.GET)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for change in rows:
        grouped.setdefault(change["heading"], []).append(change)
    review = reverse("review_import", args=[record.public_id])
    return render(
        request,
        "tracker/imports/changes.jinja",
        {
            "record": record,
            "filter": form,
            "path": request.path,
            "total": pages.total,
            "in_all": sum(kinds.values()),
            "grouped": grouped,
            "pagination": pages.links(request.path, chosen),
            "downloads": download_links(request),
            "may_choose": may_choose,
            "review_href": review,
            "review_all_href": address(review, chosen),
            "chosen": chosen,
        },
        status=200 if form.is_valid() else 400,
    )


@needs(Can.LOAD_RATINGS)
def review_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the changes named in the query string come to, before they are applied; sent, a worker applies them."""
    record = find(public_id)
    if not may_apply(request, record):
        if request.method == "POST":
            messages.error(request, f"This import is “{record.get_state_display()}”: nothing of it can be applied now.")
        return redirect("import", record.public_id)
    accept = _accepted(request)
    ratings = accepted_ratings(record, Accept(**accept))
    organisations = accepted_organisations(record, Accept(**accept))
    found = ratings.aggregate(ratings=Count("pk"), trusts=Count("organisation__trust", distinct=True))
    restated = organisations.count()
    if (not accept and "only" in request.GET) or not (found["ratings"] or restated):
        messages.error(request, "Nothing was chosen. Tick the changes to apply, or review them all.")
        return redirect("import", record.public_id)
    newest = record.events.order_by("-pk").values_list("pk", flat=True).first() or 0
    if request.method == "POST":
        seen = request.POST.get("event_id", "")
        if seen != str(newest):
            messages.error(request, "Something else happened to this import after you looked. Look again and decide.")
            return redirect(request.get_full_path())
        tasks.forget_why_not_applied(record.pk, newest)
        if not tasks.poke(
            tasks.apply_import, record.pk, person_id=request.user.pk, event_id=newest, accept=accept or None
        ):
            messages.error(request, "No worker can be reached, so nothing was applied. Try again in a minute.")
            return redirect(request.get_full_path())
        return redirect(address(reverse("import", args=[record.public_id]), {"applying": newest}))
    kinds: dict[str, int] = {}
    for chosen in (ratings, ProposedOrganisation.objects.filter(pk__in=organisations.values("pk"))):
        kinds |= dict(chosen.order_by().values_list("kind").annotate(Count("pk")))
    return render(
        request,
        "tracker/imports/review.jinja",
        {
            "record": record,
            "count": found["ratings"] + restated,
            "effect": effect_words(found["ratings"], found["trusts"], organisations_of(organisations)),
            "kinds": [{"text": kind_words(kind), "count": count} for kind, count in in_order(kinds).items()],
            "left": sum(counts_by_kind(record).values()) - found["ratings"] - restated,
            "event_id": newest,
            "full_path": request.get_full_path(),
        },
    )


def _accepted(request: SignedInRequest) -> dict[str, list[Any]]:
    """Which changes the query string names, as `Accept` takes them.

    Nothing named means all of them, but where a form of ticks was sent (`only`): then none was ticked."""
    kinds = request.GET.getlist("kind")
    if any(kind not in {*ChangeKind.values, *OrganisationKind.values} for kind in kinds):
        raise Http404
    codes = request.GET.getlist("trust")
    accept: dict[str, list[Any]] = {}
    if kinds:
        accept["kinds"] = kinds
    if codes:
        accept["trusts"] = list(Trust.objects.filter(code__in=codes).order_by("pk").values_list("pk", flat=True))
    for field, name in (("change", "changes"), ("restated", "restated")):
        given = request.GET.getlist(field)
        if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in given):
            raise Http404
        if given:
            accept[name] = [int(text) for text in given]
    return accept
