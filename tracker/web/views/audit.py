"""The audit log: who did what, when, and what was refused; for whoever looks after the service."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from tracker.accounts.models import User
from tracker.audit.models import AuditEntry
from tracker.audit.queries import entries_visible_to, kinds_of_entry, names_in
from tracker.people.roles import Can
from tracker.reports.tables import Columns
from tracker.trusts.models import Trust
from tracker.web.action_words import moment_words
from tracker.web.audit_filter import kind_words, read_filter
from tracker.web.exports import download_links, list_file
from tracker.web.paging import one_page
from tracker.web.requests import SignedInRequest, needs

MOST_EXPORTED: Final = 50_000

Line = tuple[AuditEntry, User | None, Trust | None]
COLUMNS: Final = Columns[Line](
    title="Audit log",
    stem="audit-log",
    values={  # with the numbers by which an entry is found in the logs and in the history
        "Entry": lambda line: line[0].pk,
        "Written at": lambda line: line[0].written_at.isoformat(timespec="milliseconds"),
        "Person number": lambda line: line[0].person_id,
        "Person": lambda line: _person(line),
        "Email": lambda line: line[1].email if line[1] else "",
        "Operation": lambda line: line[0].operation,
        "About": lambda line: line[0].kind,
        "Number": lambda line: line[0].object_id,
        "Trust code": lambda line: line[2].code if line[2] else "",
        "Said": lambda line: line[0].words,
        "Request": lambda line: line[0].request_id,
        "Row of history": lambda line: f"{line[0].source} {line[0].source_id}" if line[0].source else "",
    },
)


@needs(Can.SEE_OPERATIONS)
def audit(request: SignedInRequest) -> HttpResponse:
    """The newest first, by filters in the query string, 50 a page."""
    filtered = read_filter(request.GET, kinds_of_entry(request.access))
    rows = filtered.rows(entries_visible_to(request.access))
    if filtered.form.is_valid():
        chosen = ", ".join(filtered.described().values())
        lines = _lines(rows[:MOST_EXPORTED])
        file = list_file(request, COLUMNS, lines, as_at=request.moment.today, chosen=chosen)
        if file:
            return file
    shown, pages = one_page(rows, request.GET)
    return render(
        request,
        "tracker/audit/audit.jinja",
        {
            "filter": filtered.form,
            "total": pages.total,
            "chips": filtered.chips(request.path),
            "clear_href": request.path,
            "rows": [_shown(line) for line in _lines(shown)],
            "pagination": pages.links(request.path, filtered.query),
            "downloads": download_links(request),
            "most_exported": MOST_EXPORTED if pages.total > MOST_EXPORTED else 0,
        },
        status=200 if filtered.form.is_valid() else 400,
    )


def _lines(rows: Iterable[AuditEntry]) -> Iterator[Line]:
    """Each entry with its person and its trust, where there are any."""
    entries = list(rows)
    people, trusts = names_in(entries)
    yield from ((one, people.get(one.person_id or 0), trusts.get(one.trust_id or 0)) for one in entries)


def _shown(line: Line) -> dict[str, str]:
    entry, _, trust = line
    return {
        "number": f"{entry.pk:,}",
        "at": moment_words(entry.written_at),
        "person": _person(line),
        "done": entry.operation.replace("_", " ").capitalize(),
        "about": entry.words or f"{kind_words(entry.kind)}, number {entry.object_id}",
        "trust": trust.name if trust else "",
    }


def _person(line: Line) -> str:
    entry, person, _ = line
    if entry.person_id is None:
        return "The service"
    return str(person or f"Person {entry.person_id}")
