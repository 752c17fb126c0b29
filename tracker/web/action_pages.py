"""What the pages of one action share: finding it, its navigation, and a page that is one form."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.plans.closing_models import Evidence
from tracker.plans.models import Action
from tracker.web.forms_base import Form
from tracker.web.requests import SignedInRequest


def find_action(request: SignedInRequest, reference: str) -> Action:
    """The action, where the person may see it: otherwise there is none.  `pieces` of evidence stand behind it."""
    standing = Evidence.objects.filter(action=OuterRef("pk"), replaced_by=None).order_by()
    visible: QuerySet[Any] = Action.objects.visible_to(request.access).select_related(
        "trust", "owner", "executive", "service", "key_question", "site", "made_by", "verified_by", "check_of"
    )
    visible = visible.annotate(
        pieces=Coalesce(Subquery(standing.values("action").annotate(n=Count("pk")).values("n")), 0)
    )
    found: Action | None = visible.filter(reference=reference.upper()).first()
    if found is None:
        raise Http404
    return found


def sub_pages(action: Any, current: str) -> list[dict[str, Any]]:
    """The pages of the action that `find_action` found, for its navigation."""
    pages = (
        ("action", "Details", None),
        ("action_evidence", "Evidence", action.pieces),
        ("due_date", "Due date", None),
        ("action_comments", "Comments", None),
    )
    return [
        {
            "text": text,
            "href": reverse(name, args=[action.reference]),
            "current": name == current,
            **({"count": count, "count_label": "pieces"} if count is not None else {}),
        }
        for name, text, count in pages
    ]


def step(
    request: SignedInRequest,
    action: Action,
    form: Form,
    *,
    title: str,
    button: str,
    intro: str = "",
    facts: list[tuple[str, str]] | None = None,
    both: list[dict[str, str]] | None = None,
    back: str = "action",
) -> HttpResponse:
    """A page that is one form about the action.  `both` shows two people's texts of one field beside each other."""
    context = {
        "action": action, "form": form, "title": title, "button_text": button, "intro": intro, "facts": facts or [],
        "both": both or [], "back_href": reverse(back, args=[action.reference]),
    }  # fmt: skip
    return render(request, "tracker/actions/step.jinja", context)
