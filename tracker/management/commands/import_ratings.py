"""`manage.py import_ratings FILE --as-at DATE`: reads CQC's file and applies what it changes, in one go.
`manage.py import_ratings --api`: reads CQC's API instead; stopped or killed, the same command goes on.

Exit codes: 0 applied, or nothing to change; 1 refused; 2 held until a second person agrees; 3 busy; 4 CQC's API
gave out: run the same command again.
"""

import sys
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.clock import ENGLAND, moment
from tracker.people.scope import whole_service
from tracker.problems import Busy, Refused
from tracker.ratings.api_reading import StoppedHalfway, client_from_settings, fetch_records
from tracker.ratings.dates import UnreadableDate, date_in_name, read_date
from tracker.ratings.importer import read_import, run_import
from tracker.ratings.models import OrganisationKind, ProposedChange, RatingChange, RatingImport, RatingsSource
from tracker.ratings.receiving import receive_import, source_by_hand, source_of_api
from tracker.ratings.words import say_change, say_date

REFUSED, HELD, BUSY, STOPPED = 1, 2, 3, 4
SHOWN = 40
TOLD_EVERY = 100


class Command(BaseCommand):
    help = "Imports a ratings file of CQC's: ods, xlsx or csv, or saved records of its API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the file as CQC published it")
        parser.add_argument("--as-at", help="the day the file is as at, e.g. 2026-09-01 or 1/9/2026")
        parser.add_argument("--all", action="store_true", help="keep everybody CQC rates, not only the NHS")
        parser.add_argument("--preview", action="store_true", help="show what would change and apply nothing")
        parser.add_argument("--source", help="the name of the ratings source it comes from")
        parser.add_argument("--api-json", type=Path, help="a file of saved location or provider records")
        parser.add_argument("--api", action="store_true", help="read CQC's API, with the key in CQC_API_KEY")
        parser.add_argument("--changed-since", help="with --api: only what changed since, e.g. 2026-08-31T00:00:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["api_json"] or options["file"]
        if [options["api"], bool(options["api_json"]), bool(options["file"])].count(True) != 1:
            raise CommandError("Give one of these: a ratings file, --api-json with saved records, or --api.")
        if options["changed_since"] and not options["api"]:
            raise CommandError("--changed-since belongs to --api.")
        if path is not None and not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            if path is None:
                self.run_api(options)
            else:
                self.run(path, self.as_at(path, options["as_at"]), self.source(options), options)
        except Busy as busy:
            self.stop(BUSY, busy.message)
        except StoppedHalfway as stopped:
            self.stop(STOPPED, stopped.message)
        except Refused as refused:
            self.stop(REFUSED, refused.message)

    def run_api(self, options: dict[str, Any]) -> None:
        now = moment().now
        source = self.source(options)
        if source.kind != RatingsSource.Kind.API:
            raise CommandError(f"“{source.name}” is not a source of CQC's API.")
        with client_from_settings() as client:
            record = fetch_records(
                source,
                client=client,
                now=now,
                as_at=self.day(options["as_at"]),
                since=self.since(options["changed_since"]),
                keep=RatingImport.Keep.ALL if options["all"] else RatingImport.Keep.NHS,
                told=self.tell,
            )
        if source.last_problem:
            self.stderr.write(source.last_problem)
        if record is None:
            self.stdout.write("Nothing changes: CQC changed no rating since then.")
        else:
            self.read(record, now, options)

    def tell(self, records: int) -> None:
        if records % TOLD_EVERY == 0:
            self.stdout.write(f"{records:,} records read")

    def run(self, path: Path, as_at: date, source: RatingsSource, options: dict[str, Any]) -> None:
        now = moment().now
        keep = RatingImport.Keep.ALL if options["all"] else RatingImport.Keep.NHS
        record, is_new = receive_import(path, name=path.name, as_at=as_at, keep=keep, source=source, by=None, now=now)
        if not is_new and record.state in {RatingImport.State.APPLIED, RatingImport.State.UNCHANGED}:
            self.stdout.write(
                f"Nothing changes: these bytes were imported on {say_date(record.requested_at.date())} "
                f"as at {say_date(record.as_at)}."
            )
            return
        self.read(record, now, options)

    def read(self, record: RatingImport, now: datetime, options: dict[str, Any]) -> None:
        """Apply an import that was received, or show what it would change."""
        before = RatingChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        record = (read_import if options["preview"] else run_import)(record, by=None, now=now)
        self.report(record, before)

    def report(self, record: RatingImport, last_change: int) -> None:
        """Say what became of the import, in words."""
        state = RatingImport.State
        waiting = sum(record.counts.get("waiting", {}).values())
        if record.state == state.REFUSED:
            self.stop(REFUSED, f"Refused: {record.refused_because}")
        if record.state == state.UNCHANGED:
            self.stdout.write(f"Nothing changes: all {record.counts['listed']:,} ratings are as they were.")
        else:
            self.show_changes(record, last_change)
        if waiting:
            self.stdout.write(f"{waiting:,} rows wait for a person to settle them.")
        if record.state == state.HELD:
            self.stop(HELD, "Held until a second person agrees: " + " ".join(record.held_because))

    def show_changes(self, record: RatingImport, last_change: int) -> None:
        self.stdout.write(f"{record.file_name}, as at {say_date(record.as_at)}: {record.get_state_display()}.")
        for kind, count in sorted(record.counts.get("changes", {}).items()):
            self.stdout.write(f"  {count:>9,} {kind}")
        for kind, count in record.counts.get("organisations", {}).items():
            self.stdout.write(f"  {count:>9,} organisations: {OrganisationKind(kind).label.lower()}")
        with whole_service():
            proposed = ProposedChange.objects.filter(rating_import=record)
            changes: Any = (
                proposed
                if proposed.exists()
                else RatingChange.objects.filter(event__rating_import=record, pk__gt=last_change)
            )
            for change in changes.select_related("organisation", "service", "domain").order_by("pk")[:SHOWN]:
                sentence = say_change(change, service=change.service.name, domain=change.domain.name)
                self.stdout.write(f"  {change.organisation.name}: {sentence}")
            more = changes.count() - SHOWN
        if more > 0:
            self.stdout.write(f"  and {more:,} more")

    def as_at(self, path: Path, given: str | None) -> date:
        """The as-at date given; without one, the date in the name is proposed and asked for."""
        day = self.day(given)
        if day is not None:
            return day
        proposed = date_in_name(path.name)
        hint = f" Its name suggests {proposed:%Y-%m-%d}." if proposed else ""
        if not sys.stdin.isatty():
            raise CommandError(f"Say which day the file is as at: --as-at YYYY-MM-DD.{hint}")
        answer = input(f"Which day is the file as at?{hint} ").strip()
        if not answer and proposed:
            return proposed
        return self.as_at(path, answer or None)

    def day(self, given: str | None) -> date | None:
        try:
            return read_date(given) if given else None
        except UnreadableDate as problem:
            raise CommandError(f"--as-at: {problem}") from problem

    def since(self, given: str | None) -> datetime | None:
        """A moment; without a zone of its own, England's."""
        if not given:
            return None
        try:
            since = datetime.fromisoformat(given)
        except ValueError as problem:
            raise CommandError("--changed-since: write a moment such as 2026-08-31T00:00:00Z.") from problem
        return since if since.tzinfo else since.replace(tzinfo=ENGLAND)

    def source(self, options: dict[str, Any]) -> RatingsSource:
        if options["source"]:
            found = RatingsSource.objects.filter(name=options["source"]).first()
            if found is None:
                names = ", ".join(RatingsSource.objects.values_list("name", flat=True)) or "none"
                raise CommandError(f"There is no ratings source “{options['source']}”. There are: {names}.")
            return found
        return source_of_api() if options["api_json"] or options["api"] else source_by_hand()

    def stop(self, code: int, message: str) -> None:
        self.stderr.write(message)
        sys.exit(code)
