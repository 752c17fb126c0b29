"""The list of measures, one measure with its chart, and adding, changing and linking one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.measures.models import Measure, Rebase
from tracker.measures.operations import change_measure as change
from tracker.measures.operations import make_measure as make
from tracker.measures.operations import recalculate_limits as recalculate
from tracker.measures.operations import withdraw_recalculation as withdraw
from tracker.measures.periods import Frequency, period_words
from tracker.measures.queries import charted, history_of, plain, possible_owners
from tracker.measures.spc import Direction
from tracker.people.roles import Can
from tracker.plans.measuring import did_it_work, link_measure, links_of, unlink_measure
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action
from tracker.trusts.models import Trust
from tracker.web.action_words import moment_words
from tracker.web.exports import download_links, list_file, wanted_format
from tracker.web.forms_measures import (
    ChangeMeasureForm,
    LinkActionForm,
    NewMeasureForm,
    RecalculateForm,
    WithdrawForm,
    initial_of,
)
from tracker.web.measure_lists import (
    MEASURES,
    VALUES,
    measure_columns,
    measure_rows,
    measures_title,
    place_of_measure,
    point_rows,
)
from tracker.web.measure_words import (
    DIRECTION_WORDS,
    FREQUENCY_WORDS,
    chart_of,
    chart_rows,
    headline,
    lines_words,
    marks_of,
    needed_words,
    shown_verdict,
    with_unit,
)
from tracker.web.measures_filter import read_filter
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out, theirs
from tracker.web.requests import SignedInRequest, needs, refuse_unless


@needs(Can.SEE_PLANS)
def measures(request: SignedInRequest) -> HttpResponse:
    """The measures the person may see, by filters in the query string, 50 a page."""
    visible = Measure.objects.visible_to(request.access)
    filtered = read_filter(request.GET, visible)
    rows = filtered.rows(visible, request.access, request.moment.today).select_related(
        "trust", "owner", "service", "site"
    )
    several_trusts = "trust" in filtered.form.fields
    if wanted_format(request) and filtered.form.is_valid():
        chosen = ", ".join(filtered.described().values())
        file = list_file(request, MEASURES, rows, as_at=request.moment.today, chosen=chosen)
        assert file is not None
        return file
    shown, pages = one_page(rows, request.GET)
    in_all = visible.count() if filtered.chosen else pages.total
    return render(
        request,
        "tracker/measures/measures.jinja",
        {
            "filter": filtered.form,
            "title": measures_title(pages.total, in_all, is_filtered=bool(filtered.chosen)),
            "chips": filtered.chips(request.path),
            "clear_href": request.path,
            "sort": filtered.query["sort"],
            "columns": measure_columns(request.path, filtered, with_trust=several_trusts),
            "rows": measure_rows(shown, with_trust=several_trusts),
            "pagination": pages.links(request.path, filtered.query),
            "downloads": download_links(request),
            "may_make": bool(request.access.trusts(Can.KEEP_MEASURES)),
        },
        status=200 if filtered.form.is_valid() else 400,
    )


@needs(Can.SEE_PLANS)
def measure(request: SignedInRequest, measure_id: int) -> HttpResponse:
    """One measure: what it says, its chart and numbers, its actions and recalculations."""
    found = measure_seen(request, measure_id)
    shown = charted(found)
    if (file := list_file(request, VALUES, point_rows(shown), as_at=found.latest_on, chosen=found.name)) is not None:
        return file
    worked = did_it_work(shown, list(links_of(found, request.access)))
    new = _new_batch(request)
    ringed = frozenset(value.period for value in shown.values if new is not None and value.batch == new)
    context: dict[str, Any] = {
        "measure": found,
        "place": place_of_measure(found),
        "headline": headline(found, shown.analysis.more_needed),
        "chart": chart_of(shown, marks_of(shown, worked), ringed),
        "lines": lines_words(shown),
        "rows": chart_rows(shown),
        "unit": found.unit.capitalize() if found.unit and found.unit != "%" else "Value",
        "csv_href": f"{request.path}?format=csv",
        "needed": needed_words(shown.analysis.more_needed) if shown.analysis.more_needed else "",
        "verdicts": [shown_verdict(one, shown) for one in worked],
        "rebases": [
            {
                "id": rebase.pk,
                "from": period_words(rebase.on, Frequency(found.frequency)),
                "why": rebase.why,
                "by": str(rebase.by),
                "at": moment_words(rebase.at),
            }
            for rebase in shown.rebases
        ],
        "direction": DIRECTION_WORDS[Direction(found.direction)],
        "frequency": FREQUENCY_WORDS[Frequency(found.frequency)],
        "target": with_unit(found.target, found.unit),
        "may_keep": request.access.may(Can.KEEP_MEASURES, found.trust_id),
        "may_record": may_record(request, found),
    }
    return render(request, "tracker/measures/measure.jinja", context)


@needs(Can.SEE_PLANS)
def measure_history(request: SignedInRequest, measure_id: int) -> HttpResponse:
    """Everything that happened to the measure: values, corrections, recalculations and changes."""
    found = measure_seen(request, measure_id)
    events = [
        {
            "title": entry.title,
            "date": moment_words(entry.at),
            "datetime": entry.at.isoformat(),
            "by": str(entry.by),
            "text": entry.words,
        }
        for entry in history_of(found)
    ]
    return render(request, "tracker/measures/history.jinja", {"measure": found, "events": events})


@needs(Can.KEEP_MEASURES)
def make_measure(request: SignedInRequest) -> HttpResponse:
    """A new measure of the person's trust."""
    trust = Trust.objects.filter(pk__in=request.access.trusts(Can.KEEP_MEASURES)).order_by("name").first()
    if trust is None:
        raise Http404
    people = possible_owners(trust.pk, request.moment.today)
    own = request.user.pk if people.filter(pk=request.user.pk).exists() else None
    form = NewMeasureForm(
        request.POST or None, trust=trust, people=people, initial={"owner": own, "frequency": Frequency.MONTH.value}
    )

    def save() -> HttpResponse:
        made = make(trust, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{made.name} added. Now add its values.")
        return redirect("measure", made.pk)

    return carry_out(request, form, save) or _form_page(request, form, "Add a measure", "Add measure", trust.name)


@needs(Can.SEE_PLANS)
def change_measure(request: SignedInRequest, measure_id: int) -> HttpResponse:
    found = _kept_measure(request, measure_id)
    form = ChangeMeasureForm(
        request.POST or None,
        trust=found.trust,
        people=possible_owners(found.trust_id, request.moment.today),
        has_values=bool(found.points),
        initial=initial_of(found, plain(found.target) if found.target is not None else ""),
    )

    def save() -> HttpResponse:
        change(found, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"{form.cleaned_data['name']} saved.")
        return redirect("measure", found.pk)

    if (answer := carry_out(request, form, save)) is not None:
        return answer
    stands = {name: text for name, text in theirs(form).items() if name != "version"}
    return _form_page(request, form, "Change the measure", "Save measure", found.name, found, stands=stands)


@needs(Can.SEE_PLANS)
def recalculate_limits(request: SignedInRequest, measure_id: int) -> HttpResponse:
    found = _kept_measure(request, measure_id)
    form = RecalculateForm(request.POST or None)

    def save() -> HttpResponse:
        made = recalculate(found, by=request.access, now=request.moment.now, **form.given)
        messages.success(
            request, f"Limits recalculated from {period_words(made.on, Frequency(found.frequency))}. The old ones stay."
        )
        return redirect("measure", found.pk)

    return carry_out(request, form, save) or _form_page(
        request, form, "Recalculate limits", "Recalculate limits", found.name, found
    )


@needs(Can.SEE_PLANS)
def withdraw_recalculation(request: SignedInRequest, measure_id: int, rebase_id: int) -> HttpResponse:
    found = _kept_measure(request, measure_id)
    rebase = Rebase.objects.filter(pk=rebase_id, measure=found).select_related("measure").first()
    if rebase is None:
        raise Http404
    form = WithdrawForm(request.POST or None)

    def save() -> HttpResponse:
        withdraw(rebase, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, "The recalculation is withdrawn. It stays in the history.")
        return redirect("measure", found.pk)

    title = f"Withdraw the recalculation from {period_words(rebase.on, Frequency(found.frequency))}"
    return carry_out(request, form, save) or _form_page(request, form, title, "Withdraw it", found.name, found)


@needs(Can.SEE_PLANS)
def link_action(request: SignedInRequest, measure_id: int) -> HttpResponse:
    found = _kept_measure(request, measure_id)
    linked = links_of(found, request.access).values("action")
    actions = Action.objects.visible_to(request.access).filter(trust=found.trust_id).exclude(pk__in=linked)
    form = LinkActionForm(request.POST or None, actions=actions.order_by("reference"))

    def save() -> HttpResponse:
        link = link_measure(found, by=request.access, now=request.moment.now, **form.cleaned_data)
        messages.success(request, f"{link.action.reference} is linked. Its start is marked on the chart.")
        return redirect("measure", found.pk)

    return carry_out(request, form, save) or _form_page(
        request, form, "Link an action", "Link action", found.name, found
    )


@needs(Can.SEE_PLANS)
def unlink_action(request: SignedInRequest, measure_id: int, link_id: int) -> HttpResponse:
    """Posted from the measure's page; opened by address it leads back there."""
    found = _kept_measure(request, measure_id)
    link = ActionMeasure.objects.visible_to(request.access).in_force().filter(pk=link_id, measure=found).first()
    if request.method == "POST" and link is not None:
        unlink_measure(link, by=request.access, now=request.moment.now)
        messages.success(request, "The action is no longer linked to this measure.")
    return redirect("measure", found.pk)


def measure_seen(request: SignedInRequest, measure_id: int) -> Measure:
    """The measure, where the person may see it: otherwise there is none."""
    visible = Measure.objects.visible_to(request.access).select_related("trust", "owner", "service", "site")
    found = visible.filter(pk=measure_id).first() if measure_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def may_record(request: SignedInRequest, found: Measure) -> bool:
    return request.access.person_id == found.owner_id or request.access.may(Can.KEEP_MEASURES, found.trust_id)


def _kept_measure(request: SignedInRequest, measure_id: int) -> Measure:
    found = measure_seen(request, measure_id)
    refuse_unless(request.access.may(Can.KEEP_MEASURES, found.trust_id))
    return found


def _new_batch(request: SignedInRequest) -> UUID | None:
    """What was just recorded, which the chart rings."""
    try:
        return UUID(request.GET.get("new", ""))
    except ValueError:
        return None


def _form_page(
    request: SignedInRequest,
    form: Any,
    title: str,
    button: str,
    intro: str,
    found: Measure | None = None,
    *,
    stands: dict[str, str] | None = None,
) -> HttpResponse:
    way_up = [{"text": "Measures", "href": reverse("measures")}]
    if found is not None:
        way_up.append({"text": found.name, "href": reverse("measure", args=[found.pk])})
    context = {"form": form, "title": title, "button_text": button, "intro": intro, "way_up": way_up}
    return render(request, "tracker/measures/form.jinja", {**context, "stands": stands or {}})
