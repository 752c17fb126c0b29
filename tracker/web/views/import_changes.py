"""What an import would change, in words: looked through, chosen from, reviewed and handed to a worker to apply."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker import tasks
from tracker.people.roles import Can
from tracker.ratings.models import ChangeKind, ProposedChange, RatingChange, RatingImport
from tracker.web.addresses import address
from tracker.web.forms_imports import ChangesFilter
from tracker.web.import_words import effect_words, in_order, say
from tracker.web.paging import one_page
from tracker.web.requests import SignedInRequest, needs
from tracker.web.views.imports import counts_by_kind, find, may_apply


@needs(Can.LOAD_RATINGS)
def import_changes(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The proposed changes, 50 a page, by kind and trust; single ones can be ticked."""
    record = find(public_id)
    proposed = ProposedChange.objects.filter(rating_import=record)
    return _list(request, record, proposed, may_choose=may_apply(request, record))


@needs(Can.LOAD_RATINGS)
def import_applied(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the import did change, and what its undoing did."""
    record = find(public_id)
    return _list(request, record, RatingChange.objects.filter(event__rating_import=record), may_choose=False)


def _list(request: SignedInRequest, record: RatingImport, changes: QuerySet[Any], *, may_choose: bool) -> HttpResponse:
    kinds = in_order(dict(changes.order_by().values_list("kind").annotate(Count("pk"))))
    named = changes.exclude(organisation__trust=None).order_by()
    trusts = named.values_list("organisation__trust__code", "organisation__trust__name").distinct()
    form = ChangesFilter(request.GET, kinds=kinds, trusts=sorted(trusts, key=lambda trust: trust[1]))
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    shown = changes if form.is_valid() else changes.none()
    if "kind" in chosen:
        shown = shown.filter(kind=chosen["kind"])
    if "trust" in chosen:
        shown = shown.filter(organisation__trust__code=chosen["trust"])
    shown = shown.select_related("organisation", "organisation__trust", "organisation__site__trust")
    shown = shown.select_related("service", "domain").order_by("organisation__trust__name", "organisation__name", "pk")
    rows, pages = one_page(shown, request.GET)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for change in rows:
        heading = str(change.organisation.trust or "Other organisations")
        said = {"id": change.pk, "text": say(change), "kind": ChangeKind(change.kind).label}
        grouped.setdefault(heading, []).append(said)
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
    chosen = _narrowed(ProposedChange.objects.filter(rating_import=record), accept)
    if (not accept and "only" in request.GET) or not chosen.exists():
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
    found = chosen.aggregate(ratings=Count("pk"), trusts=Count("organisation__trust", distinct=True))
    kinds = in_order(dict(chosen.order_by().values_list("kind").annotate(Count("pk"))))
    return render(
        request,
        "tracker/imports/review.jinja",
        {
            "record": record,
            "count": found["ratings"],
            "effect": effect_words(found["ratings"], found["trusts"]),
            "kinds": [{"text": ChangeKind(kind).label, "count": count} for kind, count in kinds.items()],
            "left": sum(counts_by_kind(record).values()) - found["ratings"],
            "event_id": newest,
            "full_path": request.get_full_path(),
        },
    )


def _accepted(request: SignedInRequest) -> dict[str, list[Any]]:
    """Which changes the query string names, as `Accept` takes them.

    Nothing named means all of them, but where a form of ticks was sent (`only`): then none was ticked."""
    kinds = request.GET.getlist("kind")
    if any(kind not in ChangeKind.values for kind in kinds):
        raise Http404
    ids = [text for text in request.GET.getlist("change") if text.isascii() and text.isdigit() and len(text) < 19]
    if len(ids) != len(request.GET.getlist("change")):
        raise Http404
    codes = request.GET.getlist("trust")
    accept: dict[str, list[Any]] = {}
    if kinds:
        accept["kinds"] = kinds
    if codes:
        from_codes = ProposedChange.objects.filter(organisation__trust__code__in=codes).order_by()
        accept["trusts"] = list(from_codes.values_list("organisation__trust_id", flat=True).distinct())
    if ids:
        accept["changes"] = [int(text) for text in ids]
    return accept


def _narrowed(proposed: QuerySet[ProposedChange], accept: dict[str, list[Any]]) -> QuerySet[ProposedChange]:
    """The same choice as `Accept` makes."""
    fields = {"kinds": "kind__in", "trusts": "organisation__trust_id__in", "changes": "pk__in"}
    return proposed.filter(**{fields[name]: values for name, values in accept.items()})
