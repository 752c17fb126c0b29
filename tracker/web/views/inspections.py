"""A trust's published inspections: open to everybody signed in; recorded by its lead or national staff."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding as record_finding_of
from tracker.findings.operations import record_inspection as record_inspection_of
from tracker.findings.queries import InspectionsPage, inspections_page, ratings_published
from tracker.people.roles import Can
from tracker.plans.models import Action, ActionFinding
from tracker.plans.plan_models import ActionPlan
from tracker.ratings.lineage import trust_successions
from tracker.trusts.models import Trust
from tracker.web.addresses import PAGE, Pages
from tracker.web.exports import download_links, list_file, wanted_format
from tracker.web.finding_words import (
    FINDINGS_AND_ACTIONS,
    PUBLISHED_FINDINGS,
    finding_href,
    finding_lines,
    shown_inspection,
    shown_ratings,
)
from tracker.web.forms_findings import FindingForm, InspectionForm
from tracker.web.plan_words import plan_tag
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs
from tracker.web.trust_pages import succession_sentences, trust_frame

_EVERY = 1_000_000


@needs(Can.SEE_RATINGS)
def inspections(request: SignedInRequest, code: str) -> HttpResponse:
    """The trust's inspections, the newest first.  People of its plan also see which actions answer a finding;
    `?show=without_action` leaves only findings that none answers; `?finding=` opens the page that one is on."""
    trust = _trust(code)
    sees_plan = request.access.may(Can.SEE_PLANS, trust.pk)
    only = sees_plan and request.GET.get("show") == "without_action"
    asked = request.GET.get("finding", "")
    page = inspections_page(
        trust,
        number=Pages.asked(request.GET.get("page", "")),
        size=_EVERY if wanted_format(request) else PAGE,
        only_unanswered=only,
        with_finding=int(asked) if asked.isascii() and asked.isdigit() else None,
    )
    answers = _answers(request, page) if sees_plan else _Answers()
    actions = answers.actions
    columns = FINDINGS_AND_ACTIONS if sees_plan else PUBLISHED_FINDINGS
    if file := list_file(
        request,
        replace(columns, stem=f"inspections-of-{trust.code.lower()}"),
        finding_lines(page.inspections, actions, sees_plan=sees_plan),
        as_at=request.moment.today,
        chosen=f"{trust.name}{', findings with no action yet' if only else ''}",
    ):
        return file
    return render(
        request,
        "tracker/findings/inspections.jinja",
        {
            **trust_frame(request, trust, "inspections", {}),
            "successions": succession_sentences(trust, trust_successions(trust)),
            "inspections": [
                {**shown_inspection(one, actions, sees_plan=sees_plan), "plan": answers.plans.get(one.inspection.pk)}
                for one in page.inspections
            ],
            "pagination": Pages(page.number, page.total).links(
                request.path, {"show": "without_action"} if only else {}
            ),
            "only_unanswered": only,
            "unanswered": page.unanswered,
            "may_record": request.access.may(Can.RECORD_FINDINGS, trust.pk),
            "sees_plan": sees_plan,
            "makes_actions": request.access.may(Can.MAKE_ACTIONS, trust.pk),
            "downloads": download_links(request),
        },
    )


@needs(Can.RECORD_FINDINGS)
def record_inspection(request: SignedInRequest, code: str) -> HttpResponse:
    trust = _trust(code)
    _only_recorders(request, trust)
    form = InspectionForm(request.POST or None)

    def save() -> HttpResponse:
        made = record_inspection_of(trust, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, "Inspection recorded. Add what the report says the trust must and should do.")
        return redirect(f"{reverse('inspections', args=[trust.code])}#inspection-{made.pk}")

    return carry_out(request, form, save) or render(
        request, "tracker/findings/record_inspection.jinja", {"form": form, "trust": trust}
    )


@needs(Can.RECORD_FINDINGS)
def record_finding(request: SignedInRequest, code: str, inspection_id: int) -> HttpResponse:
    reports: QuerySet[Any] = Inspection.objects.select_related("trust").annotate(recorded=Count("findings"))
    inspection = get_object_or_404(reports, pk=inspection_id, trust__code=code.upper())
    trust: Trust = inspection.trust
    _only_recorders(request, trust)
    form = FindingForm(request.POST or None, trust=trust)

    def save() -> HttpResponse:
        made = record_finding_of(inspection, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{Finding.Kind(made.kind).label} recorded.")
        return redirect(finding_href(trust.code, made.pk))

    return carry_out(request, form, save) or render(
        request,
        "tracker/findings/record_finding.jinja",
        {
            "form": form,
            "trust": trust,
            "inspection": inspection,
            "ratings": shown_ratings(ratings_published(trust, [inspection.published_on])),
            "recorded": inspection.recorded,
        },
    )


def _trust(code: str) -> Trust:
    trust = Trust.objects.select_related("region", "system").filter(code=code.upper()).first()
    if trust is None:
        raise Http404
    return trust


def _only_recorders(request: SignedInRequest, trust: Trust) -> None:
    """To whoever records for other trusts only, this trust's form does not exist."""
    if not request.access.may(Can.RECORD_FINDINGS, trust.pk):
        raise Http404


@dataclass(frozen=True)
class _Answers:
    """What the plan says to the findings of a page: the actions by finding, the newest plan by inspection."""

    actions: dict[int, list[Action]] = field(default_factory=dict)
    plans: dict[int, dict[str, Any]] = field(default_factory=dict)


def _answers(request: SignedInRequest, page: InspectionsPage) -> _Answers:
    """As far as the person sees them, in one query: an inspection with a plan has an action that answers it."""
    newest = ActionPlan.objects.visible_to(request.access).filter(inspection=OuterRef("finding__inspection"))
    newest = newest.order_by("-number")
    rows = ActionFinding.objects.filter(
        finding__in=[finding.pk for one in page.inspections for finding in one.findings],
        action__in=Action.objects.visible_to(request.access),
    ).annotate(
        inspection_id=F("finding__inspection_id"),
        plan=Subquery(newest.values("reference")[:1]),
        plan_state=Subquery(newest.values("state")[:1]),
    )
    found = _Answers()
    for row in rows.select_related("action").order_by("action__reference"):
        found.actions.setdefault(row.finding_id, []).append(row.action)
        if row.plan:
            shown = {"reference": row.plan, "href": reverse("plan", args=[row.plan]), "state": plan_tag(row.plan_state)}
            found.plans[row.inspection_id] = shown
    return found
