"""The list of actions and one action: what is done about a finding, how it stands, and everything that happened."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.findings.models import Finding
from tracker.people.roles import Can
from tracker.plans.lifecycle import Status, next_statuses
from tracker.plans.models import Action
from tracker.plans.operations import make_action as make
from tracker.plans.operations import reassign_action as reassign
from tracker.plans.operations import record_progress as record
from tracker.plans.queries import people_of_the_plan, timeline
from tracker.plans.saving import default_query, views_of
from tracker.plans.writing import may_work_on
from tracker.trusts.models import Trust
from tracker.web.action_lists import action_columns, action_rows, actions_table, actions_title
from tracker.web.action_pages import find_action, sub_pages
from tracker.web.action_words import kind_words, place_of_action, reopened_because, shown_entry, status_tag
from tracker.web.actions_filter import read_filter
from tracker.web.addresses import address
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.finding_words import finding_href, shown_finding
from tracker.web.forms_actions import ActionForm, ProgressForm, ReassignForm
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out, theirs
from tracker.web.requests import SignedInRequest, needs, refuse_unless
from tracker.web.views.actions_closing import next_steps
from tracker.web.views.actions_saved import shown_view
from tracker.web.views.actions_talk import watched


@needs(Can.SEE_PLANS)
def actions(request: SignedInRequest) -> HttpResponse:
    """The actions the person may see, by filters in the query string, 50 a page."""
    today = request.moment.today
    opens_with = default_query(request.access)
    if not request.GET and opens_with:
        return redirect(f"{request.path}?{opens_with}")
    visible = Action.objects.visible_to(request.access)
    filtered = read_filter(request.GET, request.access)
    rows = filtered.rows(visible, request.access, today).select_related(
        "trust", "owner", "service", "key_question", "site"
    )
    several_trusts = "trust" in filtered.form.fields
    if wanted_format(request) and filtered.form.is_valid():
        return download(request, actions_table(rows, request.moment, ", ".join(filtered.described().values())))
    shown, pages = one_page(rows, request.GET)
    in_all = visible.count() if filtered.chosen else pages.total
    return render(
        request,
        "tracker/actions/actions.jinja",
        {
            "filter": filtered.form,
            "title": actions_title(pages.total, in_all, is_filtered=bool(filtered.chosen)),
            "chips": filtered.chips(request.path),
            "clear_href": f"{request.path}?all=1" if opens_with else request.path,
            "views": [shown_view(view, request.path, request.access.person_id) for view in views_of(request.access)],
            "save_href": address(reverse("saved_views"), filtered.query),
            "bulk_all_href": address(reverse("bulk_change"), {**filtered.query, "every": "1"}),
            "meeting_href": address(reverse("meeting"), filtered.query),
            "may_change": bool(request.access.trusts(Can.UPDATE_ACTIONS)),
            "sort": filtered.query["sort"],
            "columns": action_columns(request.path, filtered, with_trust=several_trusts),
            "rows": action_rows(shown, today, with_trust=several_trusts),
            "pagination": pages.links(request.path, filtered.query),
            "downloads": download_links(request),
            "may_make": bool(request.access.trusts(Can.MAKE_ACTIONS)),
        },
        status=200 if filtered.form.is_valid() else 400,
    )


@needs(Can.SEE_PLANS)
def action(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    return _page(request, found, _progress_form(request, found) if _may_record(request, found) else None)


@needs(Can.SEE_PLANS)
def record_progress(request: SignedInRequest, reference: str) -> HttpResponse:
    """The form on the action's page is sent here; a refusal shows the page again with everything typed."""
    if request.method != "POST":
        return action(request, reference)
    found = find_action(request, reference)
    refuse_unless(may_work_on(found, request.access))
    form = _progress_form(request, found)

    def save() -> HttpResponse:
        given = form.given
        owner = found.owner if given.pop("for_owner", False) else None
        made = record(found, by=request.access, now=request.moment.now, on_behalf_of=owner, **given)
        messages.success(request, f"Progress recorded: {Status(made.status_after).label.lower()}.")
        return redirect("action", found.reference)

    return carry_out(request, form, save) or _page(request, found, form)


@needs(Can.MAKE_ACTIONS)
def make_action(request: SignedInRequest) -> HttpResponse:
    """A new action for the findings named in the query string (`?finding=12&finding=13`), or for none."""
    trust, findings = _what_to_answer(request)
    people = people_of_the_plan(trust.pk, request.moment.today)
    form = ActionForm(
        request.POST or None,
        trust=trust,
        people=people,
        answers_findings=bool(findings),
        initial={"owner": request.user.pk if people.filter(pk=request.user.pk).exists() else None},
    )

    def save() -> HttpResponse:
        made = make(trust, by=request.access, now=request.moment.now, findings=findings, **form.given)
        messages.success(request, f"{made.reference} made. {made.owner} owns it and will be reminded.")
        return redirect("action", made.reference)

    return carry_out(request, form, save) or render(
        request,
        "tracker/actions/make_action.jinja",
        {"form": form, "trust": trust, "findings": [shown_finding(finding) for finding in findings]},
    )


@needs(Can.SEE_PLANS)
def reassign_action(request: SignedInRequest, reference: str) -> HttpResponse:
    found = find_action(request, reference)
    refuse_unless(request.access.may(Can.UPDATE_ACTIONS, found.trust_id))
    held = {"owner": found.owner_id, "executive": found.executive_id, "version": found.version}
    form = ReassignForm(
        request.POST or None,
        people=people_of_the_plan(found.trust_id, request.moment.today),
        held_by=[found.owner_id, found.executive_id],
        initial=held,
    )

    def save() -> HttpResponse:
        reassign(found, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{found.reference} has changed hands.")
        return redirect("action", found.reference)

    if (answer := carry_out(request, form, save)) is not None:
        return answer
    stands = {"owner": str(found.owner), "executive": str(found.executive)} if theirs(form) else {}
    return render(request, "tracker/actions/reassign_action.jinja", {"form": form, "action": found, "stands": stands})


def _may_record(request: SignedInRequest, found: Action) -> bool:
    return may_work_on(found, request.access) and bool(next_statuses(found.status))


def _progress_form(request: SignedInRequest, found: Action) -> ProgressForm:
    return ProgressForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        action=found,
        person_id=request.access.person_id,
        initial={"version": found.version, "status": found.status},
        auto_id="progress_%s",
    )


def _what_to_answer(request: SignedInRequest) -> tuple[Trust, list[Finding]]:
    """The findings to answer and their trust; without any, the person's own trust."""
    makes_for = request.access.trusts(Can.MAKE_ACTIONS)
    asked = request.GET.getlist("finding")
    if asked:
        ids = {int(one) for one in asked if one.isascii() and one.isdigit() and len(one) < 19}
        findings = list(
            Finding.objects.filter(pk__in=ids, trust_id__in=makes_for).select_related(
                "trust", "service", "key_question", "site"
            )
        )
        if len(findings) != len(set(asked)) or len({finding.trust_id for finding in findings}) != 1:
            raise Http404
        return findings[0].trust, findings
    trust = Trust.objects.filter(pk__in=makes_for).order_by("name").first()
    if trust is None:
        raise Http404
    return trust, []


def _page(request: SignedInRequest, found: Action, form: ProgressForm | None) -> HttpResponse:
    stands = theirs(form) if form else {}
    entries = timeline(found, request.access)
    findings = found.findings.select_related("inspection", "service", "key_question", "site", "trust")
    context: dict[str, Any] = {
        "action": found,
        "status": status_tag(found.status),
        "kind": kind_words(found.reference),
        "place": place_of_action(found),
        "today": request.moment.today,
        "findings": [
            {
                **shown_finding(finding),
                "inspection": finding.inspection.title,
                "href": finding_href(found.trust.code, finding.pk),
            }
            for finding in findings
        ],
        "events": [shown_entry(entry) for entry in entries],
        "sub_pages": sub_pages(found, "action"),
        "steps": next_steps(request, found),
        "watched": watched(request, found.pk),
        "verification": found.verifications.select_related("by", "evidence").first() if found.verified_on else None,
        "reopened_because": reopened_because(found, entries),
        "form": form,
        "theirs": {**stands, "status": Status(stands["status"]).label} if stands else {},
        "may_reassign": request.access.may(Can.UPDATE_ACTIONS, found.trust_id),
    }
    return render(request, "tracker/actions/action.jinja", context)
