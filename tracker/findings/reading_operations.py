"""Reading a report and checking what was read: an improvement lead for their own trust, or national staff for them.

Every change is signed and kept with before and after; a version guards what somebody else has changed since."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.db import IntegrityError, transaction

from tracker.findings.causes import Sure
from tracker.findings.models import Finding, Inspection
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.findings.publishing import publish_findings
from tracker.findings.reading_changes import (
    WORDS_LENGTH,
    lock_reading,
    move_item,
    record_event,
    require_reader,
    say_stale,
    settle_reading,
)
from tracker.findings.reading_files import keep_file, kind_of_file
from tracker.findings.reading_lifecycle import ItemState, ReadingState
from tracker.findings.reading_models import ReadingEvent, ReadItem, ReportReading
from tracker.findings.report_parent import Kind, ReadDocument, ReportReader
from tracker.findings.report_reading import Item
from tracker.people.access import Access
from tracker.problems import Refused
from tracker.ratings.models import RatedDomain, RatedService
from tracker.ratings.unreadable import UnreadableFile
from tracker.trusts.models import Site

MOST_PASTED: Final = 3_000_000
_Event = ReadingEvent.Kind


@transaction.atomic
def read_pasted_report(
    inspection: Inspection, *, by: Access, now: datetime, text: str, nhs_number_checked: bool = False
) -> ReportReading:
    """Read a report's text as somebody pasted it.

    Raises `NotAllowed`, or `Refused` for no text, too much of it, text that looks like it holds an NHS number
    (unless checked), or a reading of this inspection that is still being checked."""
    require_reader(by, inspection.trust_id)
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise Refused("Paste the report's text, or choose its file.", field="text")
    if len(text) > MOST_PASTED:
        raise Refused("The text is longer than 3,000,000 characters. Paste the part with the findings.", field="text")
    refuse_nhs_numbers(text, field="text", checked=nhs_number_checked)
    data = text.encode("utf-8", "replace")
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(data)
        file.flush()
        document = _read(inspection, Path(file.name), "text", field="text")
    sent = {"source": ReportReading.Source.PASTED, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return _keep(inspection, document, by=by, now=now, **sent)


@transaction.atomic
def read_sent_report(
    inspection: Inspection, *, by: Access, now: datetime, file: BinaryIO, name: str, nhs_number_checked: bool = False
) -> ReportReading:
    """Read a report's PDF or Word file.  The file is kept as it came, under a generated name, and never served.

    Raises as `read_pasted_report` does, and for a file too large, of another kind, damaged or not safe to read;
    then no byte of it stays behind."""
    require_reader(by, inspection.trust_id)
    kept = keep_file(file, name=name)
    try:
        document = _read(inspection, kept.path, kind_of_file(kept.path, name), field="file")
        refuse_nhs_numbers(document.text, field="file", checked=nhs_number_checked)
        return _keep(
            inspection,
            document,
            by=by,
            now=now,
            source=kind_of_file(kept.path, name),
            file_name=Path(name).name[:300],
            stored_name=kept.path.name,
            size=kept.size,
            sha256=kept.sha256,
        )
    except BaseException:
        kept.path.unlink(missing_ok=True)
        raise


@transaction.atomic
def confirm_reading(reading: ReportReading, *, by: Access, now: datetime, version: int) -> list[Finding]:
    """Publish what stands as findings, public facts from now on.  Answers them.

    Raises `Refused` while an item whose reading is doubtful has not been checked, or nothing stands; `Stale` when
    somebody changed the reading since the person saw it."""
    reading = lock_reading(reading, by)
    if version != reading.version:
        raise say_stale(reading)
    standing = list(reading.items.standing().select_related("service", "key_question", "site"))
    waiting = [item for item in standing if item.state == ItemState.PROPOSED and item.sure == Sure.DOUBTFUL]
    if waiting:
        raise Refused(f"Check the items whose reading is doubtful first: {len(waiting)} to go.")
    if not standing:
        raise Refused("Nothing would be published. Add an item, or set the whole reading aside.")
    findings = publish_findings(reading.inspection, standing, by=by, now=now)
    for item, finding in zip(standing, findings, strict=True):
        item.finding = finding
        move_item(item, ItemState.PUBLISHED, _Event.CONFIRMED, by=by, now=now)
    settle_reading(reading, ReadingState.CONFIRMED, _Event.CONFIRMED, by=by, now=now)
    return findings


@transaction.atomic
def set_reading_aside(reading: ReportReading, *, by: Access, now: datetime, version: int, why: str) -> ReportReading:
    """Publish nothing of a reading: the wrong file, or a better copy to come.  It stays on record."""
    reading = lock_reading(reading, by)
    if version != reading.version:
        raise say_stale(reading)
    if not why.strip():
        raise Refused("Say why the reading is set aside.", field="why")
    refuse_nhs_numbers(why, field="why", checked=False)
    return settle_reading(reading, ReadingState.SET_ASIDE, _Event.SET_ASIDE, by=by, now=now, why=why.strip())


def _read(inspection: Inspection, path: Path, kind: Kind, *, field: str) -> ReadDocument:
    sites = Site.objects.filter(trust_id=inspection.trust_id).values_list("name", flat=True)
    try:
        return ReportReader(path, kind, inspection.published_on, list(sites)).read()
    except UnreadableFile as refusal:
        raise Refused(refusal.reason, field=field) from refusal


def _keep(inspection: Inspection, document: ReadDocument, *, by: Access, now: datetime, **sent: Any) -> ReportReading:
    """The reading and its items, as they were read."""
    person_id = require_reader(by, inspection.trust_id)
    read = document.reading
    try:
        with transaction.atomic():
            reading = ReportReading.objects.create(
                trust_id=inspection.trust_id,
                inspection=inspection,
                text=document.text,
                spans=[[span.start, span.end, span.role.value, span.item] for span in read.spans],
                claims=[[claim.form.value, claim.number, claim.phrase] for claim in read.claims],
                scores=[[score.statement, score.score] for score in read.scores],
                action_plan_requested=read.action_plan_requested,
                read_at=now,
                read_by_id=person_id,
                **sent,
            )
    except IntegrityError as problem:
        if "one_draft_an_inspection" not in str(problem):
            raise
        raise Refused(
            "A reading of this report is still being checked. Finish it, or set it aside, first."
        ) from problem
    services = {service.key: service for service in RatedService.objects.all()}
    questions = {question.key: question for question in RatedDomain.objects.all()}
    sites = {" ".join(site.name.casefold().split()): site for site in Site.objects.filter(trust_id=inspection.trust_id)}
    items = [
        ReadItem(
            trust_id=inspection.trust_id,
            reading=reading,
            service=services.get(item.place.service),
            key_question=questions.get(item.place.key_question),
            site=sites.get(" ".join(item.place.site_name.casefold().split())),
            **_fields(item),
        )
        for item in read.items
    ]
    ReadItem.objects.bulk_create(items)
    record_event(reading, _Event.READ, by=by, now=now, after={"items": len(items)})
    return reading


def _fields(item: Item) -> dict[str, Any]:
    """What an item as read is as a row.  One that repeats an earlier one is set aside from the first."""
    doubts = list(item.doubts)
    if item.repeats is not None:
        doubts.append(f"It repeats item {item.repeats + 1}.")
    return {
        "number": item.number + 1,
        "state": ItemState.PROPOSED if item.repeats is None else ItemState.SET_ASIDE,
        "kind": item.form.value,
        "words": item.reading[:WORDS_LENGTH],
        "printed": item.words,
        "places": [[span.start, span.end] for span in item.spans],
        "regulation": "; ".join(str(citation) for citation in item.regulations)[:200],
        "regulations": [[c.instrument.value, c.number, c.paragraph] for c in item.regulations],
        "causes": [[cause.code, cause.phrase, cause.sure.value] for cause in item.causes],
        "due_on": item.due_on,
        "sure": item.sure.value,
        "doubts": doubts,
    }
