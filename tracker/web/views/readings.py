"""A report read and checked: paste or send it, see each item beside its place in the text, and confirm."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tracker.findings import item_operations as items_
from tracker.findings import reading_operations as readings_
from tracker.findings.models import Inspection
from tracker.findings.reading_lifecycle import ItemState, ReadingState
from tracker.findings.reading_models import ReadItem, ReportReading
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused
from tracker.web.forms_readings import AddItemForm, ReadItemForm, ReadReportForm, SetReadingAsideForm, SplitForm
from tracker.web.reading_words import STATE_TAGS, counted, differences, marked_text, shown_event, shown_item
from tracker.web.refusals import carry_out, theirs
from tracker.web.requests import SignedInRequest, needs, refuse_unless

EVENTS_SHOWN = 20


@needs(Can.RECORD_FINDINGS)
def read_report(request: SignedInRequest, code: str, inspection_id: int) -> HttpResponse:
    """Paste a report's text or send its file; the reading is then checked."""
    inspection = get_object_or_404(
        Inspection.objects.select_related("trust"),
        pk=inspection_id,
        trust__code=code.upper(),
        trust__in=request.access.trusts(Can.RECORD_FINDINGS),
    )
    form = ReadReportForm(request.POST or None, request.FILES or None)

    def save() -> HttpResponse:
        given = form.given
        if given["file"]:
            made = readings_.read_sent_report(
                inspection,
                by=request.access,
                now=request.moment.now,
                file=given["file"],
                name=given["file"].name,
                nhs_number_checked=given["nhs_number_checked"],
            )
        else:
            made = readings_.read_pasted_report(
                inspection,
                by=request.access,
                now=request.moment.now,
                text=given["text"],
                nhs_number_checked=given["nhs_number_checked"],
            )
        messages.success(request, "Read. Check each item, then confirm: nothing is published before that.")
        return redirect("reading", made.public_id)

    if answer := carry_out(request, form, save):
        return answer
    if form.refused is not None and "NHS number" in form.refused.message:
        form.ask_about_number()
    draft = inspection.readings.filter(trust=inspection.trust, state=ReadingState.DRAFT).first()
    return render(
        request, "tracker/findings/read_report.jinja", {"form": form, "inspection": inspection, "draft": draft}
    )


@needs(Can.SEE_PLANS)
def reading(request: SignedInRequest, reading_id: uuid.UUID) -> HttpResponse:
    """The items beside the text, each with its place marked.  A button of an item is sent here too."""
    found = _reading(request, reading_id)
    problem = ""
    if request.method == "POST":
        refuse_unless(request.access.may(Can.RECORD_FINDINGS, found.trust_id))
        try:
            anchor = _press(request, found)
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except Refused as refused:
            request.refused = True  # type: ignore[attr-defined]  # read by the transaction's middleware
            problem = refused.message
            found = _reading(request, reading_id)
        else:
            return redirect(f"{reverse('reading', args=[found.public_id])}#{anchor}")
    items = [
        item
        for item in found.items.select_related("service", "key_question", "site")
        if item.state != ItemState.REPLACED
    ]
    items.sort(key=lambda item: (item.places[0][0] if item.places else len(found.text), item.number))
    draft = found.state == ReadingState.DRAFT
    return render(
        request,
        "tracker/findings/reading.jinja",
        {
            "reading": found,
            "problem": problem,
            "state": {"text": ReadingState(found.state).label, "colour": STATE_TAGS[ReadingState(found.state)]},
            "items": [shown_item(item) for item in items],
            "pieces": marked_text(found, items, whole="whole" in request.GET),
            "counted": counted(items),
            "differences": differences(found, items),
            "scores": found.scores,
            "may_check": draft and request.access.may(Can.RECORD_FINDINGS, found.trust_id),
            "events": [shown_event(e) for e in found.events.select_related("by", "item")[:EVENTS_SHOWN]],
        },
    )


@needs(Can.RECORD_FINDINGS)
def correct_item(request: SignedInRequest, reading_id: uuid.UUID, item_number: int) -> HttpResponse:
    found, item = _item(request, reading_id, item_number)
    held = {
        "version": item.version, "kind": item.kind, "words": item.words, "service": item.service_id,
        "key_question": item.key_question_id, "site": item.site_id, "regulation": item.regulation,
        "due_on": item.due_on,
    }  # fmt: skip
    form = ReadItemForm(request.POST or None, trust=found.trust, initial=held)

    def save() -> HttpResponse:
        items_.correct_item(item, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"Item {item.number} corrected.")
        return redirect(f"{reverse('reading', args=[found.public_id])}#item-{item.number}")

    return carry_out(request, form, save) or _item_page(request, "correct_item.jinja", found, item, form)


@needs(Can.RECORD_FINDINGS)
def split_item(request: SignedInRequest, reading_id: uuid.UUID, item_number: int) -> HttpResponse:
    found, item = _item(request, reading_id, item_number)
    form = SplitForm(request.POST or None, initial={"version": item.version, "words": item.words})

    def save() -> HttpResponse:
        parts = form.cleaned_data["words"].replace("\r\n", "\n").split("\n\n")
        try:
            made = items_.split_item(
                item, by=request.access, now=request.moment.now, version=form.cleaned_data["version"], parts=parts
            )
        except Refused as refused:
            refused.field = "words" if refused.field == "parts" else refused.field
            raise
        messages.success(request, f"Item {item.number} is now {len(made)} items.")
        return redirect(f"{reverse('reading', args=[found.public_id])}#item-{made[0].number}")

    return carry_out(request, form, save) or _item_page(request, "split_item.jinja", found, item, form)


@needs(Can.RECORD_FINDINGS)
def add_item(request: SignedInRequest, reading_id: uuid.UUID) -> HttpResponse:
    found = _to_check(request, reading_id)
    form = AddItemForm(request.POST or None)

    def save() -> HttpResponse:
        made = items_.add_item(found, by=request.access, now=request.moment.now, **form.given)
        messages.success(request, f"Item {made.number} added. Correct it to say where it applies.")
        return redirect(f"{reverse('reading', args=[found.public_id])}#item-{made.number}")

    return carry_out(request, form, save) or render(
        request, "tracker/findings/add_item.jinja", {"form": form, "reading": found}
    )


@needs(Can.RECORD_FINDINGS)
def set_reading_aside(request: SignedInRequest, reading_id: uuid.UUID) -> HttpResponse:
    found = _to_check(request, reading_id)
    form = SetReadingAsideForm(request.POST or None, initial={"version": found.version})

    def save() -> HttpResponse:
        given = form.cleaned_data
        readings_.set_reading_aside(
            found, by=request.access, now=request.moment.now, version=given["version"], why=given["why"]
        )
        messages.success(request, "Set aside. Nothing of it was published.")
        return redirect("inspections", found.trust.code)

    return carry_out(request, form, save) or render(
        request, "tracker/findings/set_reading_aside.jinja", {"form": form, "reading": found}
    )


def _press(request: SignedInRequest, found: ReportReading) -> str:
    """Do what the pressed button says; the anchor to go back to."""
    by, now = request.access, request.moment.now
    pressed = request.POST.get("do", "")
    version = _number(request.POST.get("version"))
    if pressed == "confirm":
        findings = readings_.confirm_reading(found, by=by, now=now, version=version)
        messages.success(request, f"Confirmed: {len(findings)} findings published.")
        return "top"
    if pressed == "join":
        numbers = [_number(one) for one in request.POST.getlist("item")]
        chosen = list(found.items.filter(number__in=numbers))
        versions = {item.pk: _number(request.POST.get(f"version-{item.number}")) for item in chosen}
        made = items_.join_items(chosen, by=by, now=now, versions=versions)
        return f"item-{made.number}"
    item = get_object_or_404(found.items, number=_number(request.POST.get("item")))
    if pressed == "agree":
        items_.agree_item(item, by=by, now=now, version=version)
    elif pressed == "set-aside":
        items_.set_item_aside(item, by=by, now=now, version=version)
    elif pressed == "restore":
        items_.restore_item(item, by=by, now=now, version=version)
    else:
        raise Http404
    return f"item-{item.number}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _reading(request: SignedInRequest, reading_id: uuid.UUID) -> ReportReading:
    """The reading, where the person may see it: otherwise there is none."""
    visible = ReportReading.objects.visible_to(request.access)
    return get_object_or_404(visible.select_related("inspection", "trust", "read_by"), public_id=reading_id)


def _to_check(request: SignedInRequest, reading_id: uuid.UUID) -> ReportReading:
    """The same, for a page that changes it; who only reads it is told that they may not."""
    found = _reading(request, reading_id)
    refuse_unless(request.access.may(Can.RECORD_FINDINGS, found.trust_id))
    return found


def _item(request: SignedInRequest, reading_id: uuid.UUID, item_number: int) -> tuple[ReportReading, ReadItem]:
    found = _to_check(request, reading_id)
    item = get_object_or_404(
        ReadItem.objects.select_related("service", "key_question", "site"), reading=found, number=item_number
    )
    item.reading = found
    return found, item


def _item_page(
    request: SignedInRequest, template: str, found: ReportReading, item: ReadItem, form: Any
) -> HttpResponse:
    return render(
        request,
        f"tracker/findings/{template}",
        {
            "form": form,
            "reading": found,
            "item": shown_item(item),
            "printed": item.printed,
            "theirs": theirs(form),
        },
    )
