"""Adding measures, their values and the recalculation of their limits.

Each operation locks the measure through the person's own wall, checks the permission, and writes its history in
the same transaction; what the values say is worked out anew and kept on the measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.measures.models import DIGITS, PLACES, Measure, MeasureEvent, MeasureValue, Rebase
from tracker.measures.periods import Frequency, period_of, period_words
from tracker.measures.queries import charted, live_rebases, plain, possible_owners
from tracker.measures.spc import RUN, Direction, Variation
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused, Stale
from tracker.ratings.models import RatedService
from tracker.trusts.models import Site, Trust

NAME_LENGTH, UNIT_LENGTH, WORDS_LENGTH = 200, 40, 300
MOST_VALUES = 500
GIVEN_AGAIN = "Given again after it was taken back"
_KEPT = (
    "name", "definition", "unit", "numerator", "denominator", "direction", "target", "frequency", "service", "site",
    "owner",
)  # fmt: skip


@dataclass(frozen=True)
class NewValue:
    """The value of a period; none takes back the one that stands.  `replace` allows it to supersede another."""

    period: date
    value: Decimal | None
    replace: bool = False


@dataclass(frozen=True)
class Recorded:
    """What came of recording values.  `batch` names them together."""

    batch: UUID
    added: int
    replaced: int
    unchanged: int


@transaction.atomic
def make_measure(
    trust: Trust,
    *,
    by: Access,
    now: datetime,
    name: str,
    owner: User,
    direction: str,
    frequency: str = Frequency.MONTH,
    definition: str = "",
    unit: str = "",
    numerator: str = "",
    denominator: str = "",
    target: Decimal | None = None,
    service: RatedService | None = None,
    site: Site | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> Measure:
    """Add a measure of the trust.  The same form sent twice answers with the measure it made.

    Raises `NotAllowed`, or `Refused` for what is missing or contradicts itself, another trust's site, or an owner
    without a role of the trust's plan."""
    person_id = _keeper(by, trust.pk)
    given: dict[str, Any] = {
        "name": name.strip(), "definition": definition.strip(), "unit": unit.strip(), "numerator": numerator.strip(),
        "denominator": denominator.strip(), "direction": direction, "target": target, "frequency": frequency,
        "service": service, "site": site, "owner": owner,
    }  # fmt: skip
    _check(trust.pk, given, Moment(now).today, nhs_number_checked=nhs_number_checked)
    if form_key:
        Trust.objects.select_for_update(no_key=True).get(pk=trust.pk)  # one drawing of a form at a time
        made = Measure.objects.visible_to(by).filter(trust=trust, form_key=form_key).first()
        if made is not None:
            if made.name == given["name"]:
                return made
            raise Refused(f"This form has already made “{made.name}”. Open that measure to change it.")
    measure = Measure.objects.create(trust=trust, made_at=now, made_by_id=person_id, form_key=form_key, **given)
    _keep_what_it_says(measure)
    _record(measure, MeasureEvent.Kind.MADE, measure.name, by_id=person_id, now=now)
    return measure


@transaction.atomic
def change_measure(
    measure: Measure, *, by: Access, now: datetime, version: int, nhs_number_checked: bool = False, **given: Any
) -> Measure:
    """Change what the measure is; its values stay.  `given` holds any of the fields of `make_measure`.

    Raises `NotAllowed`, `Stale` with what stands now, or `Refused`, also for another frequency once there are
    values: their periods would mean something else."""
    measure = _locked(measure, by)
    person_id = _keeper(by, measure.trust_id)
    unknown = given.keys() - set(_KEPT)
    if unknown:
        raise TypeError(f"a measure has no {', '.join(sorted(unknown))}")
    if version != measure.version:
        raise Stale(
            "Somebody saved this measure while you were writing. Your words are kept below; read what stands now, "
            "then save again.",
            theirs={"version": str(measure.version), **{name: str(getattr(measure, name) or "") for name in _KEPT}},
        )
    given = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    stands = {name: getattr(measure, name) for name in _KEPT}
    _check(measure.trust_id, stands | given, Moment(now).today, nhs_number_checked=nhs_number_checked)
    if given.get("frequency", measure.frequency) != measure.frequency and measure.values.exists():
        raise Refused("The frequency stays once there are values. Add another measure instead.", field="frequency")
    changed = [name for name in _KEPT if name in given and given[name] != stands[name]]
    if not changed:
        return measure
    for name in changed:
        setattr(measure, name, given[name])
    measure.version += 1
    measure.save(update_fields=[*changed, "version"])
    _keep_what_it_says(measure)
    words = " ".join(f"{name.capitalize()}: {_said(stands[name])} to {_said(given[name])}." for name in changed)
    _record(measure, MeasureEvent.Kind.CHANGED, words, by_id=person_id, now=now)
    return measure


@transaction.atomic
def record_values(
    measure: Measure,
    *,
    by: Access,
    now: datetime,
    values: Sequence[NewValue],
    source: str,
    why: str = "",
    batch: UUID | None = None,
    values_version: int | None = None,
    nhs_number_checked: bool = False,
) -> Recorded:
    """Record values of periods: the measure's owner, or whoever keeps the trust's measures.

    A value that stands already is left as it is, so that the same values sent twice change nothing.  Another value
    for a period supersedes the one that stands where `replace` says so, with `why`; where `values_version` names the
    one that was read, only that one.  Raises `NotAllowed`, `Stale`, or `Refused` for periods in the future or given
    twice, a value in the way, or a replacement without a reason."""
    measure = _locked(measure, by)
    person_id = by.person_id
    if person_id is None or (person_id != measure.owner_id and not by.may(Can.KEEP_MEASURES, measure.trust_id)):
        raise NotAllowed("Only the measure's owner or the trust's improvement lead may record its values.")
    why = why.strip()
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    wanted = _by_period(measure, values, Moment(now).today)
    heads = {value.period: value for value in measure.values.filter(superseded_by=None, period__in=wanted)}
    rows, replaced, batch = [], 0, batch or uuid4()
    for period, new in sorted(wanted.items()):
        head = heads.get(period)
        if (head.value if head else None) == new.value:
            continue
        if head is not None:
            if head.value is not None:
                _check_may_replace(measure, head, new, why)
            replaced += 1
        rows.append(
            MeasureValue(
                trust_id=measure.trust_id, measure=measure, period=period, value=new.value, supersedes=head,
                why=(why or GIVEN_AGAIN) if head else "", source=source, batch=batch, at=now, by_id=person_id,
            )
        )  # fmt: skip
    if replaced and values_version not in {None, measure.values_version}:
        raise Stale(
            "Values were recorded since you read this measure. Read it again, then send yours.",
            theirs={
                "version": f"{measure.pk}.{measure.version}.{measure.values_version}",
                "status": measure.variation,
                "words": f"Latest value: {plain(measure.latest_value)}",
                "by": str(measure.owner),
                "at": measure.latest_on.isoformat() if measure.latest_on else "",
            },
        )
    MeasureValue.objects.bulk_create(rows)
    if rows:
        measure.values_version += 1
        _keep_what_it_says(measure)
    return Recorded(batch, len(rows) - replaced, replaced, len(wanted) - len(rows))


@transaction.atomic
def recalculate_limits(
    measure: Measure, *, by: Access, now: datetime, on: date, why: str, nhs_number_checked: bool = False
) -> Rebase:
    """Calculate the limits anew from the period of `on`; those before stay as they were.

    Making Data Count asks for a reason the process really changed, not for a better picture; it is kept and
    shown.  Raises `NotAllowed`, or `Refused` without a reason, where a recalculation stands already, or where fewer
    than seven values would stand on either side."""
    measure = _locked(measure, by)
    person_id = _keeper(by, measure.trust_id)
    why, frequency = why.strip(), Frequency(measure.frequency)
    if not why:
        raise Refused("Say what changed in the way the work is done, and how you know.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    start = period_of(on, frequency)
    shown = charted(measure)
    edges = sorted(rebase.on for rebase in shown.rebases)
    if start in edges:
        raise Refused(f"The limits are recalculated from {period_words(start, frequency)} already.", field="on")
    before = max((edge for edge in edges if edge < start), default=date.min)
    after = min((edge for edge in edges if edge > start), default=date.max)
    periods = [value.period for value in shown.values]
    left = sum(before <= period < start for period in periods)
    right = sum(start <= period < after for period in periods)
    if min(left, right) < RUN:
        side, count = ("before", left) if left < RUN else ("from", right)
        raise Refused(
            f"There {'is' if count == 1 else 'are'} {count} {'value' if count == 1 else 'values'} {side} "
            f"{period_words(start, frequency)}. Recalculate when there are {RUN} or more on each side.",
            field="on",
        )
    made = Rebase.objects.create(trust_id=measure.trust_id, measure=measure, on=start, why=why, at=now, by_id=person_id)
    measure.values_version += 1
    _keep_what_it_says(measure)
    return made


@transaction.atomic
def withdraw_recalculation(
    rebase: Rebase, *, by: Access, now: datetime, why: str, nhs_number_checked: bool = False
) -> Rebase:
    """Take a recalculation back, for a reason; both stay on record.

    Raises `NotAllowed`, or `Refused` without a reason or when it is withdrawn already."""
    measure = _locked(rebase.measure, by)
    person_id = _keeper(by, measure.trust_id)
    if not why.strip():
        raise Refused("Say why the recalculation is withdrawn.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    if rebase.pk not in {live.pk for live in live_rebases(measure)}:
        raise Refused("This recalculation is withdrawn already.")
    made = Rebase.objects.create(
        trust_id=measure.trust_id, measure=measure, on=rebase.on, why=why.strip(), withdraws=rebase, at=now,
        by_id=person_id,
    )  # fmt: skip
    measure.values_version += 1
    _keep_what_it_says(measure)
    return made


def _locked(measure: Measure, by: Access) -> Measure:
    """The measure as it stands now, locked until the transaction ends."""
    fresh = Measure.objects.visible_to(by).select_for_update(no_key=True).filter(pk=measure.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's measures.")
    return fresh


def _keeper(by: Access, trust_id: int) -> int:
    if by.person_id is None or not by.may(Can.KEEP_MEASURES, trust_id):
        raise NotAllowed("Only the trust's improvement lead may add or change its measures.")
    return by.person_id


def _check(trust_id: int, given: dict[str, Any], today: date, *, nhs_number_checked: bool) -> None:
    """Raise `Refused` for a measure that makes no sense."""
    if not given["name"]:
        raise Refused("Enter a name.", field="name")
    lengths = {"name": NAME_LENGTH, "unit": UNIT_LENGTH, "numerator": WORDS_LENGTH, "denominator": WORDS_LENGTH}
    for field, most in lengths.items():
        if len(given[field]) > most:
            raise Refused(f"Shorten this to {most} characters or fewer.", field=field)
    for field in ("name", "definition", "unit", "numerator", "denominator"):
        refuse_nhs_numbers(given[field], field=field, checked=nhs_number_checked)
    if given["direction"] not in list(Direction):
        raise Refused("Select which way is better.", field="direction")
    if given["frequency"] not in list(Frequency):
        raise Refused("Select how often there is a value.", field="frequency")
    if given["target"] is not None:
        if given["direction"] == Direction.NEITHER:
            raise Refused("A target needs a direction: select whether up or down is better.", field="target")
        _check_fits(given["target"], "target")
    if given["site"] is not None and given["site"].trust_id != trust_id:
        raise Refused("Choose a site of this trust.", field="site")
    if not possible_owners(trust_id, today).filter(pk=given["owner"].pk).exists():
        said = f"{given['owner']} holds no role at this trust that sees its plan. Choose somebody who does."
        raise Refused(said, field="owner")


def _check_fits(value: Decimal, field: str) -> None:
    exponent = value.as_tuple().exponent
    if not value.is_finite() or abs(value) >= Decimal(10) ** (DIGITS - PLACES):
        raise Refused("Enter a number below 1,000,000,000,000.", field=field)
    if isinstance(exponent, int) and -exponent > PLACES:
        raise Refused(f"Round it to {PLACES} decimals or fewer.", field=field)


def _by_period(measure: Measure, values: Sequence[NewValue], today: date) -> dict[date, NewValue]:
    if len(values) > MOST_VALUES:
        raise Refused(f"Record at most {MOST_VALUES} values at once.")
    frequency, wanted = Frequency(measure.frequency), dict[date, NewValue]()
    for new in values:
        period = period_of(new.period, frequency)
        if period > today:
            raise Refused(f"{period_words(period, frequency)} is in the future.", field="period")
        if period in wanted:
            raise Refused(f"{period_words(period, frequency)} is given twice.", field="period")
        if new.value is not None:
            _check_fits(new.value, "value")
        wanted[period] = new
    return wanted


def _check_may_replace(measure: Measure, head: MeasureValue, new: NewValue, why: str) -> None:
    words = period_words(head.period, Frequency(measure.frequency))
    if not new.replace:
        raise Refused(f"{words} has the value {plain(head.value)} already. Say whether to replace it.", field="period")
    if not why:
        raise Refused("Say why the value is replaced.", field="why")


def _keep_what_it_says(measure: Measure) -> None:
    """Work out anew what the values say, and keep it on the measure."""
    shown = charted(measure)
    analysis, latest = shown.analysis, shown.analysis.latest
    concern_since = None
    if analysis.variation is Variation.CONCERN:
        for point in reversed(analysis.points):
            if point.variation is not Variation.CONCERN:
                break
            concern_since = point.on
    measure.variation, measure.assurance = analysis.variation, analysis.assurance
    measure.signal = latest.rule.value if latest and latest.rule else ""
    measure.signal_upwards = bool(latest and latest.rule and latest.upwards)
    measure.points = len(shown.values)
    measure.latest_on = latest.on if latest else None
    measure.latest_value = latest.value if latest else None
    measure.concern_since = concern_since
    measure.save(
        update_fields=[
            "variation", "assurance", "signal", "signal_upwards", "points", "latest_on", "latest_value",
            "concern_since", "values_version",
        ]
    )  # fmt: skip


def _record(measure: Measure, kind: MeasureEvent.Kind, words: str, *, by_id: int, now: datetime) -> None:
    MeasureEvent.objects.create(trust_id=measure.trust_id, measure=measure, kind=kind, words=words, at=now, by_id=by_id)


def _said(value: object) -> str:
    """A field's value in a history row."""
    if isinstance(value, Decimal):
        return plain(value)
    return str(value) if value not in {None, ""} else "none"
