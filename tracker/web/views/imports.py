"""Loading ratings: send a file, watch it being read, see what became of it, and decide with a reason."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from tracker import tasks
from tracker.people.roles import Can
from tracker.problems import Refused
from tracker.ratings.dates import date_in_name
from tracker.ratings.import_lifecycle import can_apply_from, in_force, moves_from
from tracker.ratings.import_locks import is_interrupted
from tracker.ratings.importer import agree_to_import as agree
from tracker.ratings.importer import set_aside_import as set_aside
from tracker.ratings.models import (
    ImportEvent,
    ImportProgress,
    OrganisationStatement,
    RatingImport,
    RatingRecord,
    RatingRetraction,
    RatingsSource,
    WaitingRow,
)
from tracker.ratings.receiving import receive_import, source_by_hand
from tracker.ratings.undoing import undo_import as undo
from tracker.web.addresses import address
from tracker.web.exports import download_links, list_file
from tracker.web.forms_imports import AsAtForm, ReasonForm, UploadForm
from tracker.web.held_uploads import held_upload, hold_upload
from tracker.web.import_lists import IMPORTS, counts_by_kind, organisations_of, samples
from tracker.web.import_words import (
    WAITING_FOR_A_PERSON,
    change_groups,
    effect_words,
    import_href,
    shown_event,
    shown_source,
    size_words,
    state_tag,
)
from tracker.web.paging import one_page
from tracker.web.ratings_words import short_day
from tracker.web.refusals import carry_out, say_refusal
from tracker.web.requests import SignedInRequest, needs

State = RatingImport.State
_STILL_WAITING = Q(waiting_rows__state=WaitingRow.State.WAITING)
SAMPLES = 5  # changes of a kind shown before "see all"


@needs(Can.LOAD_RATINGS)
def imports(request: SignedInRequest) -> HttpResponse:
    """Every import, the newest first; `?show=decide` leaves those somebody has to decide."""
    to_decide = request.GET.get("show") == "decide"
    found = RatingImport.objects.select_related("requested_by", "source").annotate(
        waiting=Count("waiting_rows", filter=_STILL_WAITING)
    )
    found = found.order_by("-pk")  # a grouped query forgets its model's order
    found = found.filter(state__in=WAITING_FOR_A_PERSON) if to_decide else found
    chosen = "Waiting for a decision" if to_decide else ""
    if file := list_file(request, IMPORTS, found, as_at=request.moment.today, chosen=chosen):
        return file
    rows, pages = one_page(found, request.GET)
    return render(
        request,
        "tracker/imports/imports.jinja",
        {
            "rows": [
                {
                    "name": record.file_name,
                    "href": import_href(record),
                    "as_at": short_day(record.as_at),
                    "state": state_tag(record.state),
                    "by": str(record.requested_by or record.source),
                    "waiting": record.waiting,
                }
                for record in rows
            ],
            "total": pages.total,
            "to_decide": to_decide,
            "pagination": pages.links(request.path, {"show": "decide" if to_decide else ""}),
            "downloads": download_links(request),
            "sources": [shown_source(source) for source in RatingsSource.objects.order_by("pk")],
        },
    )


@needs(Can.LOAD_RATINGS)
def upload_import(request: SignedInRequest) -> HttpResponse:
    """Two steps: the file, then the day it is as at, proposed from its name."""
    if request.method == "POST" and "token" in request.POST:
        return _confirm(request)
    form = UploadForm(request.POST or None, request.FILES or None)

    def hold() -> HttpResponse:
        file = form.cleaned_data["file"]
        token = hold_upload(file, person_id=request.user.pk)
        proposed = {"as_at": date_in_name(file.name), "keep": form.cleaned_data["keep"], "token": token}
        return _as_at_page(request, AsAtForm(initial=proposed), file.name)

    return carry_out(request, form, hold) or render(request, "tracker/imports/upload.jinja", {"form": form})


def _confirm(request: SignedInRequest) -> HttpResponse:
    form = AsAtForm(request.POST)
    name = ""
    try:
        path, name = held_upload(str(request.POST["token"]), person_id=request.user.pk)
    except Refused as refused:
        again = UploadForm({})
        again.is_valid()
        again.errors.clear()
        say_refusal(request, again, refused)
        return render(request, "tracker/imports/upload.jinja", {"form": again})

    def receive() -> HttpResponse:
        record, is_new = receive_import(
            path,
            name=name,
            as_at=form.cleaned_data["as_at"],
            keep=form.cleaned_data["keep"],
            source=source_by_hand(),
            by=request.user,
            now=request.moment.now,
        )
        transaction.on_commit(lambda: _received(path, record, request.user.pk))
        if not is_new:
            messages.info(request, "This file was received before: this is its import.")
        return redirect("import", record.public_id)

    return carry_out(request, form, receive) or _as_at_page(request, form, name)


def _received(path: Any, record: RatingImport, person_id: int) -> None:
    """Once the import is committed: its own copy is kept, so the held one goes, and a worker is told."""
    path.unlink(missing_ok=True)
    if record.state == State.RECEIVED:
        tasks.poke(tasks.read_import, record.pk, person_id)


def _as_at_page(request: SignedInRequest, form: AsAtForm, name: str | None) -> HttpResponse:
    return render(request, "tracker/imports/as_at.jinja", {"form": form, "file_name": name})


@needs(Can.LOAD_RATINGS)
def import_page(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One import: how far it is, what it would change or has changed, and what may be done with it."""
    record = find(public_id)
    interrupted = is_interrupted(record)
    at_work = record.state in {State.RECEIVED, State.READING} and not interrupted
    events = list(record.events.select_related("by").order_by("-pk"))
    newest = events[0].pk if events else 0
    asked = _asked_to_apply(request)
    counts = counts_by_kind(record)
    moves = moves_from(record.state)
    may = {move for move, can in moves.items() if request.access.may(can)}
    may_come_back = record.state in {State.READY, State.HELD} and in_force().filter(pk=record.pk).exists()
    return render(
        request,
        "tracker/imports/import.jinja",
        {
            "record": record,
            "state": state_tag(record.state),
            "size": size_words(record.size),
            "source": record.source.name,
            "by": str(record.requested_by or record.source),
            "at_work": at_work,
            "interrupted": interrupted,
            "progress": _progress(record) if at_work else None,
            "applying": asked == newest and not tasks.why_not_applied(record.pk, newest),
            "applying_href": address(request.path, {"applying": newest}),
            "not_applied": tasks.why_not_applied(record.pk, newest) if asked == newest else "",
            "groups": change_groups(record, counts, samples(record, SAMPLES)) if counts else [],
            "proposed": sum(counts.values()),
            "may_apply": may_apply(request, record) and bool(counts),
            "may_agree": State.READY in may and record.state == State.HELD,
            "is_requester": record.requested_by_id == request.user.pk,
            "may_set_aside": record.state in {State.READY, State.HELD} and State.SET_ASIDE in may,
            "may_undo": State.UNDONE in may,
            "may_read": State.READING in may and not at_work and (record.state != State.READING or interrupted),
            "settled_since": _settled_since(record, events),
            "waiting": record.waiting_rows.filter(state="waiting").count(),
            "changed": record.state in {State.APPLIED, State.PART_APPLIED},
            "in_force": may_come_back,
            "events": [shown_event(event) for event in events],
        },
    )


def _asked_to_apply(request: SignedInRequest) -> int | None:
    """The last event there was when this person asked for the changes to be applied, while that is under way."""
    asked = request.GET.get("applying", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _progress(record: RatingImport) -> dict[str, Any]:
    if record.state == State.RECEIVED:
        said = "A worker reads it as soon as one is free. It starts by itself, within a minute."
        return {"title": "Waiting to be read", "detail": said, "percent": None}
    progress = ImportProgress.objects.filter(rating_import=record).first()
    phase = progress.phase if progress else "Reading the file"
    rows = f"{progress.done:,} rows" if progress and progress.done else "It takes seconds to a few minutes."
    percent = None
    if progress and progress.total:
        percent = min(100, progress.done * 100 // progress.total)
        rows = f"{progress.done:,} of {progress.total:,} rows"
    return {"title": phase, "detail": rows, "percent": percent}


def _settled_since(record: RatingImport, events: Iterable[ImportEvent]) -> bool:
    """Whether a person settled rows of it after it was last read."""
    settled = (event.at for event in events if event.kind == ImportEvent.Kind.SETTLED)
    return any(record.read_at is None or at > record.read_at for at in settled)


def find(public_id: uuid.UUID) -> RatingImport:
    return get_object_or_404(RatingImport.objects.select_related("source", "requested_by"), public_id=public_id)


def may_apply(request: SignedInRequest, record: RatingImport) -> bool:
    """Whether this person may apply changes of it now."""
    can = can_apply_from(record.state)
    return can is not None and request.access.may(can)


@needs(Can.LOAD_RATINGS)
def read_again(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A button: read the stored file again, or for the first time when a worker never came."""
    record = find(public_id)
    can = moves_from(record.state).get(State.READING)
    if request.method == "POST":
        if can is None or not request.access.may(can):
            raise PermissionDenied
        if tasks.poke(tasks.read_import, record.pk, request.user.pk):
            messages.success(request, "A worker reads the file again. Refresh this page to see what it finds.")
        else:
            messages.error(request, "No worker can be reached, so nothing was started. Try again in a minute.")
    return redirect("import", record.public_id)


@needs(Can.SECOND_A_HELD_IMPORT)
def agree_to_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The second person's agreement to a held import."""
    record = find(public_id)
    form = ReasonForm(request.POST or None, label="Why this file is right although so much differs")
    return _decide(request, record, form, agree, "agree.jinja", "You agreed. Its changes may now be applied.")


@needs(Can.LOAD_RATINGS)
def set_aside_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    record = find(public_id)
    stands = in_force().filter(pk=record.pk).exists()
    label = "Why nothing more of this file is applied" if stands else "Why nothing of this file is applied"
    form = ReasonForm(request.POST or None, label=label, optional=True)
    said = "The new reading is set aside." if stands else "Set aside. Nothing of it was applied."
    return _decide(request, record, form, set_aside, "set_aside.jinja", said, stands=stands)


@needs(Can.LOAD_RATINGS)
def undo_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Says what it takes back, asks why, and does it."""
    record = find(public_id)
    form = ReasonForm(request.POST or None, label="Why the import is undone")
    return _decide(request, record, form, undo, "undo.jinja", "Undone. Ratings are as if the file had never come.")


def _decide(
    request: SignedInRequest,
    record: RatingImport,
    form: ReasonForm,
    operation: Callable[..., RatingImport],
    template: str,
    said: str,
    **more: Any,
) -> HttpResponse:
    def save() -> HttpResponse:
        operation(record, by=request.user, now=request.moment.now, why=form.cleaned_data["why"])
        messages.success(request, said)
        return redirect("import", record.public_id)

    if (answer := carry_out(request, form, save)) is not None:
        return answer
    if form.refused:
        record = find(record.public_id)  # as it stands, not as the refused operation left it
    effect = _effect_of_undoing(record) if template == "undo.jinja" else ""
    return render(request, f"tracker/imports/{template}", {"form": form, "record": record, "effect": effect, **more})


def _effect_of_undoing(record: RatingImport) -> str:
    """ "214 ratings of 9 trusts" that this import wrote and nobody has taken back."""
    taken_back = Exists(RatingRetraction.objects.filter(record_id=OuterRef("pk")))
    standing = RatingRecord.objects.filter(~taken_back, rating_import=record)
    found = standing.aggregate(ratings=Count("pk"), trusts=Count("organisation__trust", distinct=True))
    said = OrganisationStatement.objects.filter(rating_import=record, retraction=None).exclude(said=F("before"))
    return effect_words(found["ratings"], found["trusts"], organisations_of(said))
