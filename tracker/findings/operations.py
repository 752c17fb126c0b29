"""Recording what an inspection published: an improvement lead for their own trust, or national staff."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from tracker.clock import Moment
from tracker.findings.models import Finding, Inspection
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.findings.publishing import cite_printed, link_recurrences, open_notice
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust

CQC_SITE = "https://www.cqc.org.uk/"
TITLE_LENGTH = 200
REGULATION_LENGTH = 200


@transaction.atomic
def record_inspection(
    trust: Trust,
    *,
    by: Access,
    now: datetime,
    published_on: date,
    title: str,
    report_url: str = "",
    nhs_number_checked: bool = False,
) -> Inspection:
    """Record that CQC published an inspection of `trust` on a day.

    Raises `NotAllowed`, or `Refused` for a day still to come, a missing or too long title, an address that
    is not CQC's, either of them looking like it holds an NHS number (unless checked), or an inspection already
    recorded under this day and title."""
    person_id = _recorder(by, trust.pk)
    title = title.strip()
    if not title:
        raise Refused("Enter the report's title.", field="title")
    if len(title) > TITLE_LENGTH:
        raise Refused(f"Shorten the title to {TITLE_LENGTH} characters or fewer.", field="title")
    if published_on > Moment(now).today:
        raise Refused("The report's date must be today or in the past.", field="published_on")
    if report_url and not report_url.startswith(CQC_SITE):
        raise Refused(f"The report's address must start with {CQC_SITE}", field="report_url")
    refuse_nhs_numbers(title, field="title", checked=nhs_number_checked)
    refuse_nhs_numbers(report_url, field="report_url", checked=nhs_number_checked)
    try:
        with transaction.atomic():
            return Inspection.objects.create(
                trust=trust,
                published_on=published_on,
                title=title,
                report_url=report_url,
                recorded_at=now,
                recorded_by_id=person_id,
            )
    except IntegrityError as problem:
        if "inspection_once" not in str(problem):
            raise
        raise Refused(
            "This inspection is already recorded. Open it from the trust's inspections.", field="title"
        ) from problem


@transaction.atomic
def record_finding(
    inspection: Inspection,
    *,
    by: Access,
    now: datetime,
    kind: str,
    words: str,
    service: RatedService | None = None,
    key_question: RatedDomain | None = None,
    site: Site | None = None,
    regulation: str = "",
    nhs_number_checked: bool = False,
) -> Finding:
    """Record one thing the report says the trust must or should do, in the report's own words.

    `regulation` is kept as printed.  Raises `NotAllowed`, or `Refused` for no words, words that look like they
    hold an NHS number (unless checked), a site of another trust, or a finding already recorded."""
    person_id = _recorder(by, inspection.trust_id)
    words, regulation = words.strip(), regulation.strip()
    if kind not in Finding.Kind.values:
        raise Refused("Say whether the report says must or should.", field="kind")
    if not words:
        raise Refused("Enter the finding's words, as the report prints them.", field="words")
    if len(regulation) > REGULATION_LENGTH:
        raise Refused(f"Shorten the regulation to {REGULATION_LENGTH} characters or fewer.", field="regulation")
    if site is not None and site.trust_id != inspection.trust_id:
        raise Refused("Choose a site of the trust that was inspected.", field="site")
    refuse_nhs_numbers(words, field="words", checked=nhs_number_checked)
    # One at a time, so that a form sent twice at once is still told that its finding is there.
    Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    place = {"kind": kind, "words": words, "service": service, "key_question": key_question, "site": site}
    if Finding.objects.filter(inspection=inspection, **place).exists():
        raise Refused("This finding is already recorded for this inspection.", field="words")
    finding = Finding.objects.create(
        inspection=inspection,
        trust_id=inspection.trust_id,
        regulation=regulation,
        confirmed_at=now,
        confirmed_by_id=person_id,
        **place,
    )
    cite_printed(finding)
    open_notice(finding, by=by, now=now)
    link_recurrences(finding.trust_id)
    finding.refresh_from_db()
    return finding


def _recorder(by: Access, trust_id: int) -> int:
    """The person who records, once it is sure that they may."""
    if by.person_id is None or not by.may(Can.RECORD_FINDINGS, trust_id):
        raise NotAllowed("Only the trust's improvement lead or national staff may record its inspections.")
    return by.person_id
