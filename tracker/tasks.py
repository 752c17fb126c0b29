"""What Celery may call: ids in, one domain call each.  A task only pokes: every promise is a row in the database,
so a task may run twice, late, or beside itself, and beat makes good whatever was lost.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from celery import shared_task
from celery.utils.log import get_task_logger
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError

from tracker.accounts.models import User
from tracker.audit.models import AuditSeal
from tracker.audit.sealing import seal_entries
from tracker.audit.verifying import verify_audit
from tracker.clock import moment, real_moment
from tracker.consequences import operations as consequences
from tracker.consequences import relapses
from tracker.people.scope import whole_service
from tracker.plans import evidencing
from tracker.problems import Refused
from tracker.ratings import importer, receiving, verifying, watching
from tracker.ratings.models import RatingImport
from tracker.ratings.proposing import Accept
from tracker.reminders import planning, sending
from tracker.running.models import Pulse
from tracker.running.operations import feel_pulse

log = get_task_logger(__name__)
TOLD_FOR = timedelta(hours=1)


def poke(task: Any, *arguments: Any, **named: Any) -> bool:
    """Ask a worker to run `task` now; whether the broker took it.  Where it did not, beat comes by itself."""
    try:
        task.delay(*arguments, **named)
    except OperationalError as problem:
        log.warning("The broker did not take %s: %s", task.name, problem)
        return False
    return True


@shared_task
def read_import(import_id: int, person_id: int | None = None) -> None:
    """Read a received file, so that a person can see what it would change."""
    record, person = _import(import_id), _person(person_id)
    try:
        importer.read_import(record, by=person, now=moment().now)
    except Refused as refused:  # it is being read already, or has been read: nothing is left to do
        log.info("Import %s was not read: %s", import_id, refused.message)


@shared_task
def apply_import(
    import_id: int, *, person_id: int, event_id: int, accept: Mapping[str, Sequence[Any]] | None = None
) -> None:
    """Apply the proposed changes a person accepted: all, or those that every part of `accept` names.

    `event_id` is the last thing that had happened to the import when the person looked: where more has happened
    since, nothing is applied, because the changes may no longer be those they saw."""
    record, person = _import(import_id), _person(person_id)
    try:
        newest = record.events.order_by("-pk").values_list("pk", flat=True).first()
        if newest != event_id:
            raise Refused("Something else happened to this import after you looked. Look again and decide again.")
        importer.apply_import(record, by=person, now=moment().now, accept=Accept(**(accept or {})))
    except Refused as refused:
        log.info("Import %s was not applied: %s", import_id, refused.message)
        cache.set(_told(import_id, event_id), refused.message, TOLD_FOR.total_seconds())


def why_not_applied(import_id: int, event_id: int) -> str:
    """What the last attempt to apply said, made by somebody who had seen `event_id`; empty when nothing."""
    return str(cache.get(_told(import_id, event_id)) or "")


def forget_why_not_applied(import_id: int, event_id: int) -> None:
    """A new attempt begins."""
    cache.delete(_told(import_id, event_id))


@shared_task
def check_sources() -> None:
    """Look for files that have come, and read what was received and never read."""
    feel_pulse(Pulse.Part.SOURCES, now=real_moment())
    every = timedelta(seconds=cast(float, settings.CELERY_BEAT_SCHEDULE["check the ratings sources"]["schedule"]))
    now = moment().now
    for record in [*watching.pick_up_unfinished(now=now), *watching.check_folder(now=now, every=every)]:
        log.info("Import %s of %s is %s", record.pk, record.file_name, record.state)


@shared_task
def follow_up_changes() -> None:
    """Open done actions again where a rating fell, and note it on open ones."""
    feel_pulse(Pulse.Part.CHANGES, now=real_moment())
    consequences.follow_up_changes(now=moment().now)


@shared_task
def follow_up_relapses() -> None:
    """Open closed actions again where a measure of theirs signals concern or their finding came back."""
    relapses.follow_up_relapses(now=moment().now)


@shared_task
def plan_reminders() -> None:
    """Write a reminder for every promise whose next one has come due."""
    feel_pulse(Pulse.Part.PLANNING, now=real_moment())
    planning.plan_reminders(now=moment().now)


@shared_task
def send_reminders() -> None:
    """Send what is due by now."""
    feel_pulse(Pulse.Part.SENDING, now=real_moment())
    sending.send_due_reminders(now=moment().now, send=sending.route())


@shared_task
def seal_audit() -> None:
    """Bind what was written to the audit log since last time into its chain, and tell the log, which stands outside
    the database, where the chain ends."""
    sealed = 0
    with whole_service():
        while some := seal_entries(now=real_moment()):
            sealed += some
        place, seal = AuditSeal.last()
    if sealed:
        log.info("Audit: %s entries sealed; the last is %s:%s", sealed, place, seal)


@shared_task
def check_audit() -> None:
    """Hold the audit log against its seals."""
    with whole_service():
        for problem in verify_audit():
            log.error("Audit: %s", problem)


@shared_task
def sweep_files() -> None:
    """Delete uploads that were never confirmed: older than the day for which their form is good."""
    old = real_moment() - timedelta(hours=26)
    swept = receiving.sweep_strays(older_than=old) + evidencing.sweep_strays(older_than=old)
    log.info("%s files that no import and no evidence names were deleted", swept)


@shared_task
def scan_waiting_evidence() -> None:
    """Ask the scanner about every file that waits for it."""
    for evidence_id in evidencing.to_be_scanned():
        log.info("Evidence %s: %s", evidence_id, evidencing.scan_evidence(evidence_id, now=moment().now))


@shared_task
def verify_ratings() -> None:
    """Hold the current ratings against their history, by set: what no foreign key checks (house rule 8)."""
    for problem in verifying.check_ratings():
        log.error("Ratings: %s", problem)


def _import(import_id: int) -> RatingImport:
    return RatingImport.objects.select_related("source").get(pk=import_id)


def _person(person_id: int | None) -> User | None:
    return None if person_id is None else User.objects.get(pk=person_id)


def _told(import_id: int, event_id: int) -> str:
    return f"import-{import_id}-after-{event_id}"
