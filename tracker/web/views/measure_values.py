"""Recording values: type one, or paste many; a preview says what each row means before anything is kept."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.measures.models import Measure, MeasureValue
from tracker.measures.operations import record_values
from tracker.measures.pasting import MOST_ROWS, split_lines
from tracker.measures.queries import standing_values
from tracker.people.roles import Can
from tracker.web.addresses import address
from tracker.web.forms_measures import PasteForm, TypeForm, ValuesForm
from tracker.web.pasted_values import Preview, Typed, preview_of, sent_rows
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless
from tracker.web.views.measures import may_record, measure_seen


@needs(Can.SEE_PLANS)
def measure_values(request: SignedInRequest, measure_id: int) -> HttpResponse:
    """`step` says what was sent: a value typed, text pasted, or the rows of the preview."""
    found = measure_seen(request, measure_id)
    refuse_unless(may_record(request, found))
    step = request.POST.get("step", "")
    if step == "save":
        return _save(request, found, sent_rows(request.POST), request.POST.get("source", ""))
    paste = PasteForm(request.POST if step == "paste" else None, auto_id="paste_%s")
    typed = TypeForm(request.POST if step == "type" else None, auto_id="type_%s")
    if step == "paste" and paste.is_valid():
        rows = split_lines(paste.cleaned_data["text"])
        if 0 < len(rows) <= MOST_ROWS:
            return _preview(request, found, rows, MeasureValue.Source.PASTED)
        said = f"Paste at most {MOST_ROWS} lines at once" if rows else "Paste at least one line with a date and a value"
        paste.add_error("text", said)
    if step == "type" and typed.is_valid():
        row = (1, typed.cleaned_data["period"], typed.cleaned_data["value"])
        return _preview(request, found, [row], MeasureValue.Source.TYPED)
    return render(
        request,
        "tracker/measures/add_values.jinja",
        {"measure": found, "paste": paste, "typed": typed, "form": typed if step == "type" else paste},
    )


def _preview(request: SignedInRequest, found: Measure, rows: list[Typed], source: str) -> HttpResponse:
    preview = _read(request, found, rows, decided=False)
    form = ValuesForm(replaces=preview.replaces, row_errors=preview.mistakes, initial={"form_key": uuid4()})
    return _preview_page(request, found, form, preview, source)


def _save(request: SignedInRequest, found: Measure, rows: list[Typed], source: str) -> HttpResponse:
    """Keep the rows once nothing is wrong with any of them; otherwise show them again, as typed."""
    preview = _read(request, found, rows, decided=True)
    form = ValuesForm(request.POST, replaces=preview.replaces, row_errors=preview.errors)
    source = source if source in MeasureValue.Source.values else MeasureValue.Source.TYPED

    def save() -> HttpResponse:
        given = form.given
        done = record_values(
            found,
            by=request.access,
            now=request.moment.now,
            values=preview.values(),
            source=source,
            why=given.get("why", ""),
            batch=given["form_key"],
            nhs_number_checked=given["nhs_number_checked"],
        )
        if not done.added and not done.replaced:
            messages.info(request, "Nothing changed: the values stood already or were left out.")
            return redirect("measure", found.pk)
        said = [f"{done.added} {'value' if done.added == 1 else 'values'} added"] if done.added else []
        said += [f"{done.replaced} replaced"] if done.replaced else []
        messages.success(request, f"{' and '.join(said)}. New values are ringed on the chart.")
        return redirect(address(reverse("measure", args=[found.pk]), {"new": done.batch}))

    return carry_out(request, form, save) or _preview_page(request, found, form, preview, source)


def _read(request: SignedInRequest, found: Measure, rows: list[Typed], *, decided: bool) -> Preview:
    stands = {value.period: value.value for value in standing_values(found)}
    data = request.POST if decided else {}
    return preview_of(found, rows, stands, today=request.moment.today, data=data)


def _preview_page(
    request: SignedInRequest, found: Measure, form: ValuesForm, preview: Preview, source: str
) -> HttpResponse:
    counts = {
        state: preview.count(state) for state in ("new", "same", "differs", "wrong", "left out") if preview.count(state)
    }
    return render(
        request,
        "tracker/measures/check_values.jinja",
        {
            "measure": found,
            "form": form,
            "rows": [row.shown for row in preview.rows],
            "counts": counts,
            "source": source,
            "has_mistakes": bool(preview.mistakes),
        },
    )
