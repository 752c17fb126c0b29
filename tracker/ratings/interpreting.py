"""What the texts of a file mean, each distinct text read once by the one module that knows its rule.

A file of 400,000 rows says a few thousand different things.  They are read in Python (`scale`, `dates`,
`services`, `frameworks`) into two small tables, numbered as `staged` has them, and SQL joins the rows to those: no
rule is written twice, and no row passes through Python.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.ratings import dates, scale, services
from tracker.ratings.frameworks import Framework, read_framework
from tracker.ratings.models import RatedDomain, RatedService, SettlingRule

_WELL_LED: Final = "well_led"

# As they are stored; `problem` says why a date cannot be read, and `well_led` marks an organisation's own leadership.
_MAKE: Final = """
CREATE TEMP TABLE read_said (
  no integer, service_id smallint, domain_id smallint, state text, rating smallint, odd text, word text,
  recognised boolean, domain_known boolean, well_led boolean) ON COMMIT DROP;
CREATE TEMP TABLE read_published (
  no integer, published_on date, problem text, report_type text, inherited text, historic boolean, superseded boolean,
  framework text, well_led_framework text) ON COMMIT DROP;
"""


def odd_of(word: str, state: str = "state") -> str:
    """SQL: the folded text of `word` where it is all there is to compare by, a word nobody has seen before."""
    return (
        f"CASE WHEN {state} <> 'unknown' OR {word} IN ('', '-') THEN '' "
        f"ELSE lower(regexp_replace(btrim({word}), '\\s+', ' ', 'g')) END"
    )


def live_rules(kind: str) -> dict[str, str]:
    """What people settled for all files: the text given -> its meaning."""
    return dict(SettlingRule.objects.filter(kind=kind, ended_at=None).values_list("given", "meaning"))


def interpret() -> None:
    """Fill `read_said` and `read_published` for the rows of `staged`.

    Services and domains not seen before become rows of their own tables, as given.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute("SELECT no, service, domain, rating FROM staged_said ORDER BY no")
        said = cursor.fetchall()
        cursor.execute(
            "SELECT no, publication_date, report_type, inherited, listing, framework, level FROM staged_published"
        )
        published = cursor.fetchall()
    _fill("read_said", _read_said(said))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE read_said SET odd = {odd_of('word')}")  # noqa: S608  names of ours
    _fill("read_published", _read_published(published))


def _fill(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    rows = list(rows)  # first: making them asks the database, which a COPY keeps to itself
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {table}")


def state_key(state: scale.State) -> str:
    """How a state is stored: "inspected_not_rated"."""
    return state.name.lower()


def _read_said(rows: Iterable[tuple[int, str, str, str]]) -> Iterator[tuple[Any, ...]]:
    rules = live_rules(SettlingRule.Kind.WORD_MEANS)
    read_service, read_domain = _Services(), _Domains()
    for no, service, domain, word in rows:
        read = scale.read_word(rules.get(word, word))
        service_id, service_key = read_service(service)
        domain_id, domain_key = read_domain(domain)
        yield (
            no, service_id, domain_id, state_key(read.state), read.rating, "", word[:200], read.recognised,
            scale.is_known_domain(domain_key), (service_key, domain_key) == (services.OVERALL.key, _WELL_LED),
        )  # fmt: skip


def _read_published(rows: Iterable[tuple[int, str, str, str, str, str, str]]) -> Iterator[tuple[Any, ...]]:
    rules = live_rules(SettlingRule.Kind.DATE_MEANS)
    read: dict[str, tuple[date | None, str]] = {}
    for no, publication_date, report_type, inherited, listing, framework, level in rows:
        if publication_date not in read:
            try:
                read[publication_date] = dates.read_date(rules.get(publication_date, publication_date)), ""
            except dates.UnreadableDate as problem:
                read[publication_date] = None, str(problem)
        published_on, problem_text = read[publication_date]
        named = {"report_type": report_type, "level": level}
        usual = read_framework(framework, published_on, **named)
        well_led: Framework = read_framework(
            framework, published_on, service=services.OVERALL.key, domain=_WELL_LED, **named
        )
        yield (
            no, published_on, problem_text, report_type[:50], inherited[:10], listing == "historic",
            listing == "superseded", usual, well_led,
        )  # fmt: skip


def known_services() -> Mapping[str, int]:
    """The key of every service in the table -> its id, the ones we know put there first with their lineage."""
    have = dict(RatedService.objects.values_list("key", "id"))
    missing = [service for service in services.SERVICES.values() if service.key not in have]
    for service in missing:
        have[service.key] = _add_service(service).pk
    for service in missing:
        if service.superseded_by:
            RatedService.objects.filter(key=service.key).update(
                superseded_by_id=have[service.superseded_by[0]], superseded_on=service.superseded_from
            )
    return have


def _add_service(service: services.Service) -> RatedService:
    sector = "" if service.sector is services.Sector.UNKNOWN else service.sector.value
    return RatedService.objects.get_or_create(
        key=service.key[:200],
        defaults={"name": service.name[:300], "sector": sector, "position": service.order},
    )[0]


class _Services:
    """Reads the name of a service: its id and its key, each text once."""

    def __init__(self) -> None:
        self._have = dict(known_services())
        self._read: dict[str, tuple[int, str]] = {}

    def __call__(self, given: str) -> tuple[int, str]:
        if given not in self._read:
            service = services.read_service(given)
            key = service.key[:200]
            if key not in self._have:
                self._have[key] = _add_service(service).pk
            self._read[given] = self._have[key], key
        return self._read[given]


def known_domains() -> dict[str, int]:
    """The key of every domain in the table -> its id, the ones we know put there first."""
    have = dict(RatedDomain.objects.values_list("key", "id"))
    for position, (key, name) in enumerate(scale.DOMAIN_NAMES.items()):
        if key not in have:
            made, _ = RatedDomain.objects.get_or_create(key=key, defaults={"name": name, "position": position})
            have[key] = made.pk
    return have


class _Domains:
    """Reads the name of a domain: its id and its key, each text once."""

    def __init__(self) -> None:
        self._have = known_domains()
        self._read: dict[str, tuple[int, str]] = {}

    def __call__(self, given: str) -> tuple[int, str]:
        if given not in self._read:
            key = scale.read_domain(given)[:200]
            if key not in self._have:
                self._have[key] = RatedDomain.objects.get_or_create(key=key, defaults={"name": key})[0].pk
            self._read[given] = self._have[key], key
        return self._read[given]
