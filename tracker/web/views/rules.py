"""The rules by which people settled rows for every file: listed, and ended."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.ratings.models import SettlingRule
from tracker.ratings.settling import end_rule as end
from tracker.reports.tables import Columns
from tracker.web.action_words import moment_words
from tracker.web.addresses import address
from tracker.web.exports import download_links, list_file
from tracker.web.forms_imports import ReasonForm
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs
from tracker.web.rule_words import ON_ENDING, counted, rule_words

Kind = SettlingRule.Kind
RULES: Final = Columns[Any](
    title="Rules by which rows are settled",
    stem="settling-rules",
    values={
        "Rule": lambda rule: rule.get_kind_display(),
        "Text": lambda rule: rule.given,
        "Means": lambda rule: rule.meaning,
        "Made by": lambda rule: str(rule.made_by),
        "Made": lambda rule: moment_words(rule.made_at),
        "Why": lambda rule: rule.why,
        "Rows settled": lambda rule: rule.rows,
        "Ended": lambda rule: moment_words(rule.ended_at) if rule.ended_at else "",
        "Ended by": lambda rule: str(rule.ended_by or ""),
        "Why ended": lambda rule: rule.ended_why,
    },
)


@needs(Can.LOAD_RATINGS)
def rules(request: SignedInRequest) -> HttpResponse:
    """The rules that hold, the newest first; `?show=all` those that have ended too."""
    show_all = request.GET.get("show") == "all"
    found = SettlingRule.objects.select_related("made_by", "ended_by").annotate(rows=Count("settled"))
    found = found.order_by("-pk") if show_all else found.filter(ended_at=None).order_by("-pk")
    chosen = "Those that have ended too" if show_all else "Those that hold"
    if file := list_file(request, RULES, found, as_at=request.moment.today, chosen=chosen):
        return file
    shown, pages = one_page(found, request.GET)
    return render(
        request,
        "tracker/imports/rules.jinja",
        {
            "total": pages.total,
            "show_all": show_all,
            "all_href": address(request.path, {"show": "all"}),
            "rules": [_shown(rule) for rule in shown],
            "pagination": pages.links(request.path, {"show": "all" if show_all else ""}),
            "downloads": download_links(request),
            "may_end": request.access.may(Can.SETTLE_ROWS),
        },
    )


def _shown(rule: Any) -> dict[str, Any]:
    return {
        "kind": rule.get_kind_display(),
        "given": rule.given,
        "meaning": rule.meaning,
        "made": f"{rule.made_by}, {moment_words(rule.made_at)}",
        "why": rule.why,
        "rows": rule.rows,
        "ended": f"Ended by {rule.ended_by or 'another rule'}, {moment_words(rule.ended_at)}" if rule.ended_at else "",
        "ended_why": rule.ended_why,
        "end_href": reverse("end_rule", args=[rule.pk]),
    }


@needs(Can.SETTLE_ROWS)
def end_rule(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """Says what becomes of the rows it settled, asks why, and ends the rule."""
    rule = get_object_or_404(SettlingRule.objects.select_related("made_by"), pk=rule_id)
    form = ReasonForm(request.POST or None, label="Why the rule ends")

    def save() -> HttpResponse:
        end(rule, by=request.user, now=request.moment.now, why=form.cleaned_data["why"])
        messages.success(request, "The rule has ended. Files read from now on are read without it.")
        return redirect("rules")

    settled = rule.settled.count()
    return carry_out(request, form, save) or render(
        request,
        "tracker/imports/end_rule.jinja",
        {
            "form": form,
            "has_ended": rule.ended_at is not None,
            "rule": rule_words(rule),
            "made": f"{rule.made_by}, {moment_words(rule.made_at)}",
            "settled": counted(settled) if settled else "",
            "effect": ON_ENDING[Kind(rule.kind)],
        },
    )
