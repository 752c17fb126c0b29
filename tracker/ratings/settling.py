"""A person says what rows that wait mean: one row, or by a rule that holds for later files too.

Nothing is applied here.  When an import's rows are settled its stored file is read again (`read_import`), and
what the settled rows change is proposed like any other change.
"""

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.problems import Refused
from tracker.ratings.dates import UnreadableDate, read_date
from tracker.ratings.models import ImportEvent, RatingImport, SettlingRule, WaitingRow
from tracker.ratings.scale import read_word
from tracker.trusts.models import Trust

Kind = SettlingRule.Kind
Reason = WaitingRow.Reason

# Which field of a waiting row a rule of each kind is about.
GIVEN: Final = {
    Kind.PROVIDER_IS: "provider_id",
    Kind.WORD_MEANS: "rating",
    Kind.DATE_MEANS: "publication_date",
    Kind.LOCATION_IS: "organisation_id",
    Kind.SET_ASIDE: "organisation_id",
}
_LONGEST_GIVEN: Final = 300

MAY_LEAVE_OUT: Final = frozenset({Reason.PROVIDER, Reason.NO_PROVIDER, Reason.ORGANISATION})
"""Why the rows of an organisation that may be left out of every file wait: it is not matched, so nothing of it is
shown.  Left out for one odd date, all the other ratings of a known hospital would stand still for ever."""


def settle_row(row: WaitingRow, *, kind: str, meaning: str, by: User, now: datetime) -> WaitingRow:
    """Say what one row of one file means; it takes effect when the file is read again.

    Raises `Refused` when the row no longer waits or the meaning is none (see `settle_by_rule`)."""
    meaning = _checked(Kind(kind), meaning)
    with transaction.atomic():
        row = WaitingRow.objects.select_for_update().get(pk=row.pk)
        if row.state != WaitingRow.State.WAITING:
            raise Refused("Somebody has settled this row already.")
        aside = kind == Kind.SET_ASIDE
        row.state = WaitingRow.State.SET_ASIDE if aside else WaitingRow.State.SETTLED
        row.settled_at, row.settled_by = now, by
        row.how = f"{Kind(kind).label}: {meaning}" if meaning else str(Kind(kind).label)
        row.answer = {"kind": kind, "meaning": meaning}
        row.save(update_fields=["state", "settled_at", "settled_by", "how", "answer"])
        _record([row.rating_import_id], row.how, by=by, now=now)
    return row


def settle_by_rule(*, kind: str, given: str, meaning: str, by: User, now: datetime, why: str = "") -> SettlingRule:
    """Say what a text means in this and every later file, and settle all rows that wait because of it.

    `meaning` is a trust's code (provider is), a rating word, a date, a provider's id (location is) or nothing
    (set aside).  A rule for the same text ends with the new one.  Raises `Refused` for a trust not in the
    register, a word that is not CQC's, a date that cannot be read, or an organisation to be set aside none of
    whose rows waits for want of a match (`MAY_LEAVE_OUT`).
    """
    meaning, given = _checked(Kind(kind), meaning), given.strip()
    if not given:
        raise Refused("Say which text the rule is about.", field="given")
    if len(given) > _LONGEST_GIVEN:
        raise Refused("This text is too long for a rule. Settle the row by itself.", field="given")
    with transaction.atomic():
        waiting = rows_of_rule(Kind(kind), given)
        if kind == Kind.SET_ASIDE and not waiting.exists():
            raise Refused("This organisation is matched. Set aside the one row, not all that CQC says of it.")
        SettlingRule.objects.filter(kind=kind, given=given, ended_at=None).update(
            ended_at=now, ended_by=by, ended_why="Another rule for the same text was made."
        )
        rule = SettlingRule.objects.create(
            kind=kind, given=given, meaning=meaning, made_at=now, made_by=by, why=why.strip()
        )
        imports = list(waiting.order_by().values_list("rating_import_id", flat=True).distinct())
        aside = kind == Kind.SET_ASIDE
        waiting.update(
            state=WaitingRow.State.SET_ASIDE if aside else WaitingRow.State.SETTLED,
            settled_at=now,
            settled_by=by,
            rule=rule,
            how=f"By rule: {rule.get_kind_display()} ({given}{f' → {meaning}' if meaning else ''})",
        )
        _record(imports, f"{rule.get_kind_display()}: {given} {meaning}".strip(), by=by, now=now)
    return rule


def rows_of_rule(kind: Kind, given: str) -> QuerySet[WaitingRow]:
    """The rows, of every file, that wait and that a rule of this kind about this text would settle."""
    rows = WaitingRow.objects.filter(state=WaitingRow.State.WAITING, **{f"row__{GIVEN[kind]}": given})
    return rows.filter(reason__in=MAY_LEAVE_OUT) if kind == Kind.SET_ASIDE else rows


def end_rule(rule: SettlingRule, *, by: User, now: datetime, why: str = "") -> SettlingRule:
    """Let a rule hold no longer, for files read from now on, also those it settled rows of: read again, their rows
    are read as they are printed.  Until then what it settled stays settled.  Raises `Refused` when it has ended."""
    with transaction.atomic():
        rule = SettlingRule.objects.select_for_update().get(pk=rule.pk)
        if rule.ended_at is not None:
            raise Refused("This rule has ended already.")
        rule.ended_at, rule.ended_by, rule.ended_why = now, by, why.strip()
        rule.save(update_fields=["ended_at", "ended_by", "ended_why"])
    return rule


def make_provisional_trust(*, code: str, name: str, by: User, now: datetime) -> Trust:
    """Take an NHS provider that is not in the register in as a provisional trust, which no figure counts, and
    settle the rows that wait for it.  Raises `Refused` when the register has it already, and for a code that is
    not CQC's: it becomes the address of a page."""
    given = code.strip()
    code = given.upper()
    if not re.fullmatch(r"[A-Z0-9-]{1,10}", code):
        raise Refused(f"“{given}” is not a provider's code: letters, digits and hyphens, no more than ten.")
    with transaction.atomic():
        trust, made = Trust.objects.get_or_create(
            code=code, defaults={"name": name.strip()[:200] or code, "standing": Trust.Standing.PROVISIONAL}
        )
        if not made:
            raise Refused(f"{trust.name} ({code}) is in the register already.")
        settle_by_rule(kind=Kind.PROVIDER_IS, given=given, meaning=code, by=by, now=now)
    return trust


def to_read_again() -> list[RatingImport]:
    """Imports with rows settled since they were last read, the oldest first."""
    settled = ImportEvent.objects.filter(kind=ImportEvent.Kind.SETTLED).values_list("rating_import_id", flat=True)
    candidates = RatingImport.objects.filter(pk__in=set(settled)).order_by("as_at", "pk")
    return [
        record
        for record in candidates
        if record.read_at is None or record.events.filter(kind=ImportEvent.Kind.SETTLED, at__gt=record.read_at).exists()
    ]


def _checked(kind: Kind, meaning: str) -> str:
    meaning = meaning.strip()
    if kind is Kind.PROVIDER_IS and not Trust.objects.filter(code=meaning).exists():
        raise Refused(f"There is no trust with the code “{meaning}” in the register.", field="meaning")
    if kind is Kind.LOCATION_IS and not meaning:
        raise Refused("Say which provider the location belongs to.", field="meaning")
    if kind is Kind.WORD_MEANS and (not meaning or not read_word(meaning).recognised):
        raise Refused(f"“{meaning}” is not a word CQC prints as a rating.", field="meaning")
    if kind is Kind.DATE_MEANS:
        try:
            read_date(meaning)
        except UnreadableDate as problem:
            raise Refused(str(problem), field="meaning") from problem
    return meaning


def _record(imports: list[int], why: str, *, by: User, now: datetime) -> None:
    ImportEvent.objects.bulk_create(
        ImportEvent(rating_import_id=pk, kind=ImportEvent.Kind.SETTLED, at=now, by=by, why=why) for pk in imports
    )
