"""Lists of actions with names: save one, open it, forget it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.plans.saving import forget_view, save_view, views_of
from tracker.plans.working_models import SavedView
from tracker.trusts.models import Trust
from tracker.web.actions_filter import read_filter
from tracker.web.addresses import address
from tracker.web.forms_lists import SaveViewForm
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless


def shown_view(view: SavedView, path: str, person_id: int | None) -> dict[str, object]:
    by = "" if view.person_id == person_id else f"shared by {view.person}"
    return {"name": view.name, "href": f"{path}?{view.query}" if view.query else f"{path}?all=1", "id": view.pk,
            "by": by, "is_default": view.is_default, "is_shared": view.trust_id is not None}  # fmt: skip


@needs(Can.SEE_PLANS)
def saved_views(request: SignedInRequest) -> HttpResponse:
    """`?status=…`: the list to be saved is the one whose filters stand in this page's own address."""
    homes = Trust.objects.filter(pk__in=set(request.access.home_trust_ids) & request.access.trusts(Can.SEE_PLANS))
    home = homes.order_by("name").first()
    filtered = read_filter(request.GET, request.access)
    form = SaveViewForm(request.POST or None, may_share=home is not None)
    query = address("", filtered.query).removeprefix("?")

    def save() -> HttpResponse:
        given = form.given
        share_with = home if given.pop("share", False) else None
        saved = save_view(by=request.access, now=request.moment.now, query=query, share_with=share_with, **given)
        messages.success(request, f"“{saved.name}” saved.")
        return redirect(f"{_list()}?{query}" if query else f"{_list()}?all=1")

    return carry_out(request, form, save) or render(
        request,
        "tracker/actions/saved_views.jinja",
        {
            "form": form,
            "described": list(filtered.described().values()),
            "views": [shown_view(view, _list(), request.access.person_id) for view in views_of(request.access)],
        },
    )


@needs(Can.SEE_PLANS)
def forget(request: SignedInRequest, view_id: int) -> HttpResponse:
    """Posted from the page of saved views."""
    view = views_of(request.access).filter(pk=view_id).first()
    if view is None:
        raise Http404
    if request.method == "POST":
        refuse_unless(view.person_id == request.access.person_id)
        forget_view(view, by=request.access, now=request.moment.now)
        messages.success(request, f"“{view.name}” is forgotten.")
    return redirect("saved_views")


def _list() -> str:
    return reverse("actions")
