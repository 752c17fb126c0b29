"""Makes findings, public facts, of what was confirmed: with the regulations they cite, the notices they are, and
the earlier findings they repeat."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tracker.findings.models import Finding, FindingRegulation, Inspection
from tracker.findings.notice_lifecycle import BEGINS
from tracker.findings.reading_models import Notice, NoticeEvent, ReadItem
from tracker.findings.recurrence import Known, find_recurrence
from tracker.findings.regulations import read_citations
from tracker.people.access import Access


def publish_findings(inspection: Inspection, items: Sequence[ReadItem], *, by: Access, now: datetime) -> list[Finding]:
    """A finding for each item, in their order.  One recorded by hand before is taken for its own."""
    Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    taken = set(ReadItem.objects.filter(finding__inspection=inspection).values_list("finding_id", flat=True))
    there = {_key(finding): finding for finding in inspection.findings.exclude(pk__in=taken)}
    findings = []
    for item in items:
        finding = there.pop(_key(item), None)
        if finding is None:
            finding = Finding.objects.create(
                inspection=inspection,
                trust_id=inspection.trust_id,
                kind=item.kind,
                words=item.words,
                service=item.service,
                key_question=item.key_question,
                site=item.site,
                regulation=item.regulation,
                improve_by=item.due_on,
                confirmed_at=now,
                confirmed_by_id=by.person_id or 0,
            )
        cite(finding, item.regulations)
        open_notice(finding, by=by, now=now)
        findings.append(finding)
    link_recurrences(inspection.trust_id)
    for finding in findings:
        finding.refresh_from_db()
    return findings


def _key(row: Finding | ReadItem) -> tuple[object, ...]:
    return (row.kind, row.words, row.service_id, row.key_question_id, row.site_id)


def cite(finding: Finding, regulations: Iterable[Sequence[str]]) -> None:
    """Keep the regulations a finding cites, by (instrument, number, paragraph)."""
    FindingRegulation.objects.bulk_create(
        [FindingRegulation(finding=finding, instrument=i, number=n, paragraph=p) for i, n, p in regulations],
        ignore_conflicts=True,
    )


def cite_printed(finding: Finding) -> None:
    """The same from the regulation as printed, for a finding recorded by hand."""
    found = read_citations(finding.regulation, published_on=finding.inspection.published_on)
    cite(finding, [(one.instrument.value, one.number, one.paragraph) for one in found])


def open_notice(finding: Finding, *, by: Access, now: datetime) -> None:
    """A notice or a condition begins its life on the day of the report."""
    begins = BEGINS.get(finding.kind)
    if begins is None or by.person_id is None or Notice.objects.filter(finding=finding).exists():
        return
    notice = Notice.objects.create(trust_id=finding.trust_id, finding=finding, form=finding.kind, state=begins)
    NoticeEvent.objects.create(
        trust_id=finding.trust_id,
        notice=notice,
        state_after=begins,
        happened_on=finding.inspection.published_on,
        at=now,
        by_id=by.person_id,
    )


def link_recurrences(trust_id: int) -> None:
    """Say of each finding of the trust which earlier one it repeats.  A report may be recorded after a later one,
    so all of the trust's findings are looked at again."""
    findings = list(
        Finding.objects.filter(trust_id=trust_id).select_related("inspection").prefetch_related("regulations")
    )
    known = {
        finding.pk: Known(
            id=finding.pk,
            published_on=finding.inspection.published_on,
            service=str(finding.service_id or ""),
            site=str(finding.site_id or ""),
            regulations=frozenset((one.instrument, one.number) for one in finding.regulations.all()),
            words=finding.words,
        )
        for finding in findings
    }
    changed = []
    for finding in findings:
        found = find_recurrence(known[finding.pk], known.values())
        earlier, why = (found.earlier, found.why) if found else (None, "")
        if (finding.recurrence_of_id, finding.recurrence_why) != (earlier, why):
            finding.recurrence_of_id, finding.recurrence_why = earlier, why
            changed.append(finding)
    Finding.objects.bulk_update(changed, ["recurrence_of", "recurrence_why"])
