"""The audit log: who did what, when, and what was refused; for whoever looks after the service."""

from django.http import HttpResponse
from django.shortcuts import render

from tracker.accounts.models import User
from tracker.audit.models import AuditEntry
from tracker.audit.queries import entries_visible_to, kinds_of_entry, names_in
from tracker.clock import Moment
from tracker.people.roles import Can
from tracker.reports.tables import Stamp, Table
from tracker.web.action_words import moment_words
from tracker.web.audit_filter import kind_words, read_filter
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.paging import one_page
from tracker.web.requests import SignedInRequest, needs

MOST_EXPORTED = 50_000
NOBODY = "The service"


@needs(Can.SEE_OPERATIONS)
def audit(request: SignedInRequest) -> HttpResponse:
    """The newest first, by filters in the query string, 50 a page."""
    filtered = read_filter(request.GET, kinds_of_entry(request.access))
    rows = filtered.rows(entries_visible_to(request.access))
    wanted = wanted_format(request)
    if wanted and filtered.form.is_valid():
        chosen = ", ".join(filtered.described().values())
        return download(_table(list(rows[:MOST_EXPORTED]), request.moment, chosen), wanted)
    shown, pages = one_page(rows, request.GET)
    return render(
        request,
        "tracker/audit/audit.jinja",
        {
            "filter": filtered.form,
            "total": pages.total,
            "chips": filtered.chips(request.path),
            "clear_href": request.path,
            "rows": _shown(list(shown)),
            "pagination": pages.links(request.path, filtered.query),
            "downloads": download_links(request),
            "most_exported": MOST_EXPORTED if pages.total > MOST_EXPORTED else 0,
        },
        status=200 if filtered.form.is_valid() else 400,
    )


def _shown(entries: list[AuditEntry]) -> list[dict[str, str]]:
    people, trusts = names_in(entries)
    rows = []
    for entry in entries:
        trust = trusts.get(entry.trust_id or 0)
        rows.append({
            "number": f"{entry.pk:,}",
            "at": moment_words(entry.written_at),
            "person": _person(entry, people),
            "done": entry.operation.replace("_", " ").capitalize(),
            "about": entry.words or f"{kind_words(entry.kind)}, number {entry.object_id}",
            "trust": trust.name if trust else "",
        })  # fmt: skip
    return rows


def _person(entry: AuditEntry, people: dict[int, User]) -> str:
    if entry.person_id is None:
        return NOBODY
    return str(people.get(entry.person_id) or f"Person {entry.person_id}")


def _table(entries: list[AuditEntry], moment: Moment, chosen: str) -> Table:
    """The list as a file, with the numbers by which an entry is found in the logs and in the history."""
    people, trusts = names_in(entries)
    return Table(
        title="Audit log",
        stem="audit-log",
        headings=(
            "Entry", "Written at", "Person number", "Person", "Email", "Operation", "About", "Number", "Trust code",
            "Said", "Request", "Row of history",
        ),
        rows=[
            (
                entry.pk,
                entry.written_at.isoformat(timespec="milliseconds"),
                entry.person_id,
                _person(entry, people),
                people[entry.person_id].email if entry.person_id in people else "",
                entry.operation,
                entry.kind,
                entry.object_id,
                trusts[entry.trust_id].code if entry.trust_id in trusts else "",
                entry.words,
                entry.request_id,
                f"{entry.source} {entry.source_id}" if entry.source else "",
            )
            for entry in entries
        ],
        stamp=Stamp(moment.today, moment.now, chosen, "Turnaround", "Confidential: of the whole service"),
    )  # fmt: skip
