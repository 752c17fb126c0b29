"""Adding evidence to an action, replacing it by a newer version, and what a scanner says of its file."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.scope import whole_service
from tracker.plans.closing_models import Evidence, EvidenceKind
from tracker.plans.evidence_files import KeptFile, Upload, keep_file, path_of, text_of
from tracker.plans.lifecycle import SCAN_MOVES, Scan
from tracker.plans.models import Action, ActionEvent
from tracker.plans.scanning import Scanner, Verdict, scanner
from tracker.plans.writing import check_may_work_on, locked, person_of, record
from tracker.problems import Refused

TITLE_LENGTH = 300
SEARCHED = 1_000_000  # characters of a text file in which an NHS number is looked for


@dataclass(frozen=True)
class NewEvidence:
    """What somebody gives: a file or a link, never both."""

    title: str
    kind: str
    dated_on: date
    file: Upload | None = None
    link: str = ""
    covers_from: date | None = None
    covers_to: date | None = None


@transaction.atomic
def add_evidence(
    action: Action,
    *,
    by: Access,
    now: datetime,
    given: NewEvidence,
    replaces: Evidence | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> Evidence:
    """Add a piece of evidence to the action, or the next version of one.  The action's own version stays: nobody's
    words clash with a file.  Raises `NotAllowed`, or `Refused` for what is missing, a day to come, both or neither
    of file and link, a file that is not what its name says, or text that looks like it holds an NHS number."""
    person_id = person_of(by, "Evidence is added by a person.")
    action, before = locked(action, by)
    check_may_work_on(action, by)
    if form_key and (sent := action.evidence.filter(form_key=form_key, added_by_id=person_id).first()):
        return sent
    _check(given, Moment(now).today, checked=nhs_number_checked)
    if replaces is not None:
        replaces = _newest(action, replaces)
    kept = keep_file(given.file, field="file") if given.file else None
    if kept:
        refuse_nhs_numbers(kept.name, field="file", checked=nhs_number_checked)
        words = text_of(kept.content, kept.media_type, most=SEARCHED)
        refuse_nhs_numbers(words, field="file", checked=nhs_number_checked)
    added = _write(action, given, kept, replaces, form_key, person_id=person_id, now=now)
    said = f"{added.title}, dated {added.dated_on.day} {added.dated_on:%B %Y}"
    said += f", in place of version {replaces.number}" if replaces else ""
    record(action, ActionEvent.Kind.EVIDENCE, before=before, why=said, by=by, now=now)
    if kept and (looking := scanner()).answers_at_once:
        _settle(added, looking.look_at(path_of(kept.stored_name)), now=now)
    return added


def scan_evidence(evidence_id: int, *, now: datetime, looking: Scanner | None = None) -> Scan | None:
    """Ask the scanner about one file and write down what it says; None where there is nothing to ask.

    Call it outside any transaction: none is held open while the scanner thinks."""
    with whole_service():
        waiting = Evidence.objects.filter(pk=evidence_id).exclude(scan=Scan.LINK).first()
    if waiting is None:
        return None
    verdict = (looking or scanner()).look_at(path_of(waiting.stored_name))
    with whole_service():
        stands = Evidence.objects.select_for_update().get(pk=evidence_id)
        if (Scan(stands.scan), verdict.scan) not in SCAN_MOVES:
            return Scan(stands.scan)  # somebody else asked too; what is known is not unlearned
        _settle(stands, verdict, now=now)
        return verdict.scan


def to_be_scanned(*, limit: int = 100) -> list[int]:
    """Files that wait for a scanner, those that it could not check among them; the oldest first."""
    with whole_service():
        waiting = Evidence.objects.filter(Q(scan=Scan.PENDING) | Q(scan=Scan.ERROR)).order_by("added_at")
        return list(waiting.values_list("pk", flat=True)[:limit])


def sweep_strays(*, older_than: datetime) -> int:
    """Delete files that no evidence names: their form was refused, or its transaction was lost."""
    folder, swept = path_of("x").parent, 0
    if not folder.is_dir():
        return 0
    old = {path.name: path for path in folder.iterdir() if path.stat().st_mtime < older_than.timestamp()}
    with whole_service():
        named = set(Evidence.objects.filter(stored_name__in=old).values_list("stored_name", flat=True))
    for name in old.keys() - named:
        old[name].unlink(missing_ok=True)
        swept += 1
    return swept


def counts_for(action: Action, delivered_on: date) -> bool:
    """Whether a piece of the action's evidence is dated on the day of delivery or later and may be relied on."""
    return action.evidence.current().standing().filter(dated_on__gte=delivered_on).exists()


def _check(given: NewEvidence, today: date, *, checked: bool) -> None:
    if not given.title.strip():
        raise Refused("Enter what the evidence is.", field="title")
    if len(given.title) > TITLE_LENGTH:
        raise Refused(f"Shorten the title to {TITLE_LENGTH} characters or fewer.", field="title")
    refuse_nhs_numbers(f"{given.title} {given.link}", field="title", checked=checked)
    if given.kind not in EvidenceKind.values:
        raise Refused("Select what kind of evidence it is.", field="kind")
    if given.dated_on > today:
        raise Refused("The evidence must be dated today or earlier.", field="dated_on")
    if bool(given.file) == bool(given.link):
        raise Refused("Choose a file, or enter the address of a page: one of the two.", field="file")
    if given.link and not given.link.startswith(("https://", "http://")):
        raise Refused("Enter an address that begins with https://", field="link")
    if (given.covers_from is None) != (given.covers_to is None):
        raise Refused("Enter both days of the period it covers, or neither.", field="covers_to")
    if given.covers_from and given.covers_to and given.covers_to < given.covers_from:
        raise Refused("The period must end on the day it begins or later.", field="covers_to")


def _newest(action: Action, replaces: Evidence) -> Evidence:
    stands = action.evidence.filter(pk=replaces.pk).first()
    if stands is None:
        raise Refused("That evidence belongs to another action.", field="replaces")
    if Evidence.objects.filter(replaces=stands).exists():
        raise Refused("Somebody has added a newer version of it. Look at that first.", field="replaces")
    return stands


def _write(
    action: Action,
    given: NewEvidence,
    kept: KeptFile | None,
    replaces: Evidence | None,
    form_key: UUID | None,
    *,
    person_id: int,
    now: datetime,
) -> Evidence:
    return Evidence.objects.create(
        trust_id=action.trust_id,
        action=action,
        replaces=replaces,
        number=replaces.number + 1 if replaces else 1,
        title=given.title.strip(),
        kind=given.kind,
        dated_on=given.dated_on,
        covers_from=given.covers_from,
        covers_to=given.covers_to,
        link=given.link,
        file_name=kept.name if kept else "",
        stored_name=kept.stored_name if kept else "",
        media_type=kept.media_type if kept else "",
        size=kept.size if kept else None,
        sha256=kept.sha256 if kept else "",
        added_at=now,
        added_by_id=person_id,
        form_key=form_key,
        scan=Scan.PENDING if kept else Scan.LINK,
    )


def _settle(evidence: Evidence, verdict: Verdict, *, now: datetime) -> None:
    evidence.scan, evidence.scan_words, evidence.scanned_at = verdict.scan, verdict.words, now
    evidence.save(update_fields=["scan", "scan_words", "scanned_at"])
