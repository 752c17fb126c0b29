"""Findings: the list of everything published, and one finding with its place, its notice, causes and actions."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from tracker.findings.causes import BY_CODE, suggest_causes
from tracker.findings.coding_operations import code_causes as code
from tracker.findings.models import Finding
from tracker.findings.notice_lifecycle import NoticeState, next_states
from tracker.findings.notice_operations import move_notice as move
from tracker.findings.queries import coders_agree, latest_codings
from tracker.findings.reading_models import Notice
from tracker.findings.regulations import INSTRUMENT_NAMES, TITLES, Instrument
from tracker.people.roles import Can
from tracker.plans.models import Action, ActionFinding
from tracker.reports.tables import LICENCE, SOURCE, Columns
from tracker.web.exports import download_links, list_file
from tracker.web.finding_words import place_of_finding, shown_finding
from tracker.web.findings_filter import read_filter
from tracker.web.forms_readings import CausesForm, NoticeForm
from tracker.web.paging import one_page
from tracker.web.ratings_words import long_day, short_day
from tracker.web.refusals import carry_out, theirs
from tracker.web.requests import SignedInRequest, needs, refuse_unless

COLUMNS = Columns[Finding](
    title="Findings",
    stem="findings",
    values={
        "Trust code": lambda finding: finding.trust.code,
        "Trust": lambda finding: finding.trust.name,
        "Inspection": lambda finding: finding.inspection.title,
        "Published": lambda finding: finding.inspection.published_on,
        "Kind": lambda finding: Finding.Kind(finding.kind).label,
        "Words": lambda finding: finding.words,
        "Service": lambda finding: str(finding.service or ""),
        "Key question": lambda finding: str(finding.key_question or ""),
        "Hospital": lambda finding: str(finding.site or ""),
        "Regulation": lambda finding: finding.regulation,
        "Improve by": lambda finding: finding.improve_by,
        "Found before": lambda finding: finding.recurrence_why,
    },
    source=SOURCE,
    licence=LICENCE,
)


@needs(Can.SEE_RATINGS)
def findings(request: SignedInRequest) -> HttpResponse:
    """Every published finding, by filters in the query string, 50 a page.  A cause asked for shows the person's own
    trusts' codings only."""
    filtered = read_filter(request.GET, request.access)
    rows = filtered.rows(request.access).select_related("trust", "inspection", "service", "key_question", "site")
    if filtered.form.is_valid() and (
        file := list_file(
            request, COLUMNS, rows, as_at=request.moment.today, chosen=", ".join(filtered.described().values())
        )
    ):
        return file
    shown, pages = one_page(rows, request.GET)
    noun = "finding" if pages.total == 1 else "findings"
    chosen = ", ".join(filtered.described().values())
    return render(
        request,
        "tracker/findings/findings.jinja",
        {
            "filter": filtered.form,
            "title": f"{pages.total:,} {noun}" + (f", filtered by {chosen}" if chosen else ""),
            "chips": filtered.chips(request.path),
            "clear_href": request.path,
            "rows": [
                {
                    **shown_finding(finding),
                    "trust": finding.trust.name,
                    "published": short_day(finding.inspection.published_on),
                }
                for finding in shown
            ],
            "pagination": pages.links(request.path, filtered.chosen),
            "downloads": download_links(request),
        },
        status=200 if filtered.form.is_valid() else 400,
    )


@needs(Can.SEE_RATINGS)
def finding(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """One finding.  Its words, place and regulations are public; its notice, causes, actions and the reading it came
    from are shown to people of the plan."""
    found = _finding(finding_id)
    sees = request.access.may(Can.SEE_PLANS, found.trust_id)
    records = request.access.may(Can.RECORD_FINDINGS, found.trust_id)
    earlier = found.recurrence_of
    answering = _actions(request, *filter(None, (found, earlier))) if sees else {}
    context: dict[str, Any] = {
        "finding": {**shown_finding(found), "published": long_day(found.inspection.published_on)},
        "trust": found.trust,
        "inspection": found.inspection,
        "place": place_of_finding(found),
        "regulations": [
            {
                "text": str(one),
                "title": TITLES[Instrument(one.instrument)].get(one.number, ""),
                "instrument": INSTRUMENT_NAMES[Instrument(one.instrument)],
            }
            for one in found.regulations.all()
        ],
        "earlier": _earlier(earlier, answering.get(earlier.pk, [])) if earlier else None,
        "recurrence_why": found.recurrence_why,
        "later": [
            {**shown_finding(one), "published": long_day(one.inspection.published_on)}
            for one in (_recurrences(found) if found.came_back else ())  # type: ignore[attr-defined]  # annotated
        ],
        "sees_plan": sees,
        "may_record": records,
        "may_make": request.access.may(Can.MAKE_ACTIONS, found.trust_id),
    }
    if sees:
        context |= _confidential(request, found, answering[found.pk])
    return render(request, "tracker/findings/finding.jinja", context)


@needs(Can.RECORD_FINDINGS)
def code_causes(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Which causes this person sees behind the finding."""
    found = _recorded(request, finding_id)
    own = [one for one in latest_codings(request.access, finding=found) if one.by_id == request.user.pk]
    suggested = {one.code: one.phrase for one in suggest_causes(found.words)}
    held = [cause.code for cause in own[0].causes.all()] if own else []
    form = CausesForm(
        request.POST or None,
        suggested=suggested,
        initial={
            "behind": held, "seen": held, "none_behind": own[0].none_behind if own else False,
            "note": own[0].note if own else "",
        },
    )  # fmt: skip

    def save() -> HttpResponse:
        given = form.given
        code(
            found,
            by=request.access,
            now=request.moment.now,
            causes=[*given["behind"], *given["seen"]],
            none_behind=given["none_behind"],
            note=given["note"],
            nhs_number_checked=given["nhs_number_checked"],
        )
        messages.success(request, "Causes coded.")
        return redirect("finding", found.pk)

    return carry_out(request, form, save) or render(
        request, "tracker/findings/code_causes.jinja", {"form": form, "finding": shown_finding(found)}
    )


@needs(Can.RECORD_FINDINGS)
def move_notice(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """What became of the notice or condition that this finding is."""
    found = _recorded(request, finding_id)
    notice = get_object_or_404(Notice.objects.visible_to(request.access), finding=found)
    form = NoticeForm(request.POST or None, notice=notice, initial={"version": notice.version})

    def save() -> HttpResponse:
        event = move(notice, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"Recorded: {NoticeState(event.state_after).label.lower()}.")
        return redirect("finding", found.pk)

    return carry_out(request, form, save) or render(
        request,
        "tracker/findings/move_notice.jinja",
        {
            "form": form,
            "finding": shown_finding(found),
            "state": notice.get_state_display(),
            "ended": not next_states(notice.form, notice.state),
            "theirs": theirs(form),
        },
    )


def _finding(finding_id: int) -> Finding:
    return get_object_or_404(
        Finding.objects.select_related(
            "trust",
            "inspection",
            "service",
            "key_question",
            "site",
            "recurrence_of__inspection",
            "recurrence_of__service",
            "recurrence_of__key_question",
            "recurrence_of__site",
            "notice",
            "read_item__reading",
        ).annotate(came_back=Exists(Finding.objects.filter(recurrence_of=OuterRef("pk")))),
        pk=finding_id,
    )


def _recurrences(found: Finding) -> QuerySet[Finding]:
    return found.recurrences.select_related("inspection", "service", "key_question", "site")


def _recorded(request: SignedInRequest, finding_id: int) -> Finding:
    """To whoever records for other trusts only, the form does not exist."""
    found = _finding(finding_id)
    if not request.access.may(Can.SEE_PLANS, found.trust_id):
        raise Http404
    refuse_unless(request.access.may(Can.RECORD_FINDINGS, found.trust_id))
    return found


def _earlier(earlier: Finding, actions: Sequence[Action]) -> dict[str, Any]:
    """The earlier finding that came back, with the actions that answered it, for people of the plan."""
    return {**shown_finding(earlier, actions), "published": long_day(earlier.inspection.published_on)}


def _actions(request: SignedInRequest, *findings: Finding) -> dict[int, list[Action]]:
    """The actions that answer each finding, as far as the person sees them."""
    answers = ActionFinding.objects.filter(
        finding__in=findings, action__in=Action.objects.visible_to(request.access)
    ).select_related("action")
    answering: dict[int, list[Action]] = {finding.pk: [] for finding in findings}
    for answer in answers.order_by("action__reference"):
        answering[answer.finding_id].append(answer.action)
    return answering


def _confidential(request: SignedInRequest, found: Finding, actions: Sequence[Action]) -> dict[str, Any]:
    of_inspection = latest_codings(request.access, finding__inspection=found.inspection_id)
    notice, item = getattr(found, "notice", None), getattr(found, "read_item", None)
    return {
        "actions": shown_finding(found, actions)["actions"],
        "reading": item.reading if item else None,
        "item_number": item.number if item else None,
        "codings": [
            {
                "by": str(coding.by),
                "on": long_day(coding.at.date()),
                "causes": [
                    {"name": BY_CODE[cause.code].name, "layer": cause.layer, "phrase": cause.phrase}
                    for cause in coding.causes.all()
                ],
                "none_behind": coding.none_behind,
                "note": coding.note,
            }
            for coding in of_inspection
            if coding.finding_id == found.pk
        ],
        "suggested": [{"name": BY_CODE[one.code].name, "phrase": one.phrase} for one in suggest_causes(found.words)],
        "agreements": coders_agree(of_inspection),
        "notice": notice,
        "notice_state": notice.get_state_display() if notice else "",
        "notice_ended": notice is not None and not next_states(notice.form, notice.state),
        "notice_events": [
            {
                "title": NoticeState(event.state_after).label,
                "datetime": event.happened_on.isoformat(),
                "date": long_day(event.happened_on),
                "by": str(event.by),
                "text": event.why,
            }
            for event in (notice.events.select_related("by") if notice else [])
        ],
    }
