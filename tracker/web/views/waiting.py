"""Rows of imports that could not be read or matched: listed by reason, and settled one by one or by rule."""

from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.problems import Refused
from tracker.ratings.models import SettlingRule, WaitingRow
from tracker.ratings.settling import GIVEN, make_provisional_trust, rows_of_rule, settle_by_rule, settle_row
from tracker.reports.tables import LICENCE, SOURCE, Columns
from tracker.web.addresses import address
from tracker.web.exports import download_links, list_file
from tracker.web.forms_imports import KINDS_FOR, LEAVE_OUT, PROVISIONAL, ROW, SettleForm
from tracker.web.import_words import import_href
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs
from tracker.web.rule_words import counted


def _printed(name: str, row: WaitingRow) -> str:
    return str(row.row.get(name) or "")


Kind = SettlingRule.Kind
Reason = WaitingRow.Reason
_FIELD_WORDS = {
    "organisation_id": "Organisation", "organisation_name": "Name", "organisation_type": "Type",
    "provider_id": "Provider", "provider_name": "Provider's name", "service": "Service", "domain": "Key question",
    "rating": "Rating", "publication_date": "Published", "report_type": "Report type", "inherited": "Inherited",
    "postcode": "Postcode", "local_authority": "Local authority", "nhs_region": "Region", "url": "Address",
}  # fmt: skip
WAITING: Final = Columns[WaitingRow](
    title="Rows waiting to be settled",
    stem="rows-waiting",
    values={
        "File": lambda row: row.rating_import.file_name,
        "As at": lambda row: row.rating_import.as_at,
        "Sheet": lambda row: row.part,
        "Row": lambda row: row.line,
        "Why it waits": lambda row: Reason(row.reason).label,
        "Detail": lambda row: row.detail,
        **{words: partial(_printed, name) for name, words in _FIELD_WORDS.items()},
    },
    source=SOURCE,
    licence=LICENCE,
)


@needs(Can.LOAD_RATINGS)
def waiting(request: SignedInRequest) -> HttpResponse:
    """The rows that wait, by reason; `?import=` leaves those of one file."""
    rows = WaitingRow.objects.filter(state=WaitingRow.State.WAITING)
    of = request.GET.get("import", "")
    if of:
        rows = rows.filter(rating_import__pk=int(of)) if of.isascii() and of.isdigit() and len(of) < 19 else rows.none()
    counts = dict(rows.order_by().values_list("reason").annotate(Count("pk")))
    reason = request.GET.get("reason", "")
    shown = rows.filter(reason=reason) if reason in counts else rows
    shown = shown.select_related("rating_import").order_by("reason", "pk")
    reason = reason if reason in counts else ""
    chosen = Reason(reason).label if reason else ""
    if file := list_file(request, WAITING, shown, as_at=request.moment.today, chosen=str(chosen)):
        return file
    page, pages = one_page(shown, request.GET)
    return render(
        request,
        "tracker/imports/waiting.jinja",
        {
            "total": pages.total,
            "reason": Reason(reason).label if reason else "",
            "reasons": [
                {
                    "text": Reason(key).label,
                    "count": counts[key],
                    "href": address(request.path, {"reason": key, "import": of}),
                    "current": key == reason,
                }
                for key in Reason.values
                if key in counts
            ],
            "all_href": address(request.path, {"import": of}),
            "rows": [
                {
                    "href": reverse("settle_row", args=[row.pk]),
                    "line": f"{row.part}, row {row.line:,}" if row.part else f"Row {row.line:,}",
                    "name": row.row.get("organisation_name") or row.row.get("organisation_id") or "No name",
                    "detail": row.detail,
                    "said": ", ".join(str(row.row.get(name) or "blank") for name in ("service", "domain", "rating")),
                    "file": row.rating_import.file_name,
                    "file_href": import_href(row.rating_import),
                }
                for row in page
            ],
            "pagination": pages.links(request.path, {"reason": reason, "import": of}),
            "downloads": download_links(request),
            "rules": SettlingRule.objects.filter(ended_at=None).count(),
            "may_settle": request.access.may(Can.SETTLE_ROWS),
        },
    )


@needs(Can.SETTLE_ROWS)
def settle(request: SignedInRequest, row_id: int) -> HttpResponse:
    """One row as read, and what to do with it: for it alone or for every row like it."""
    row = get_object_or_404(WaitingRow.objects.select_related("rating_import"), pk=row_id)
    by_rule = [kind for kind in KINDS_FOR[Reason(row.reason)] if kind != Kind.SET_ASIDE and _given(row, kind)]
    alike = {kind.value: rows_of_rule(kind, _given(row, kind)).count() for kind in by_rule}
    form = SettleForm(request.POST or None, row=row, alike=alike)

    def save() -> HttpResponse:
        messages.success(request, _settle(request, row, form.cleaned_data))
        return redirect(address(reverse("waiting"), {"reason": row.reason}))

    return carry_out(request, form, save) or render(
        request,
        "tracker/imports/settle.jinja",
        {
            "form": form,
            "row": row,
            "still_waiting": row.state == WaitingRow.State.WAITING,
            "reason": Reason(row.reason).label,
            "fields": [
                {"key": words, "value": str(row.row[name])} for name, words in _FIELD_WORDS.items() if row.row.get(name)
            ],
            "file_href": import_href(row.rating_import),
        },
    )


def _settle(request: SignedInRequest, row: WaitingRow, given: dict[str, Any]) -> str:
    """Do what was chosen; what to tell the person."""
    by, now = request.user, request.moment.now
    meaning = given.get("meaning", "")
    again = "Read the file again to see what that changes."
    if given["kind"] == PROVISIONAL:
        code, name = str(row.row.get("provider_id", "")), str(row.row.get("provider_name", ""))
        trust = make_provisional_trust(code=code, name=name or str(row.row["organisation_name"]), by=by, now=now)
        return f"{trust.name} was taken in as a provisional trust. {again}"
    if given["kind"] == LEAVE_OUT:
        return f"The organisation is left out of every file. {_by_rule(request, row, Kind.SET_ASIDE, given)} {again}"
    kind = Kind(given["kind"])
    if kind == Kind.SET_ASIDE:
        meaning = ""
    elif not meaning:
        raise Refused("Enter what it means.", field="meaning")
    if given["reach"] == ROW:
        settle_row(row, kind=kind, meaning=meaning, by=by, now=now)
        return f"The row was settled. {again}"
    return f"{_by_rule(request, row, kind, given | {'meaning': meaning})} {again}"


def _by_rule(request: SignedInRequest, row: WaitingRow, kind: Kind, given: dict[str, Any]) -> str:
    """Make the rule; how many rows it settled, in words."""
    text = _given(row, kind)
    meaning = "" if kind == Kind.SET_ASIDE else given["meaning"]
    rule = settle_by_rule(
        kind=kind, given=text, meaning=meaning, why=given.get("why", ""), by=request.user, now=request.moment.now
    )
    return f"The rule holds from now on and settled {counted(rule.settled.count())}."


def _given(row: WaitingRow, kind: Kind) -> str:
    """The text of the row that a rule of this kind is about."""
    return str(row.row.get(GIVEN[kind], "")).strip()
