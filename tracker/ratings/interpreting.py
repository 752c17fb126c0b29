"""What the texts of a file mean, each distinct text read once by the one module that knows its rule.

A file of 400,000 rows holds a few thousand distinct texts.  They are read in Python (`scale`, `dates`,
`services`, `frameworks`) into small tables, and SQL joins the rows to those: no rule is written twice, and no
row passes through Python.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.ratings import dates, scale, services
from tracker.ratings.frameworks import Framework, read_framework
from tracker.ratings.models import RatedDomain, RatedService, SettlingRule

_DISTINCT: Final = """
SELECT rating, service, domain, publication_date, report_type, framework, level,
       grouping(rating), grouping(service), grouping(domain)
FROM staged
GROUP BY GROUPING SETS ((rating), (service), (domain), (publication_date, report_type, framework, level))
"""

_MAKE: Final = """
CREATE TEMP TABLE read_word (
  given text, state text, rating smallint, odd text, recognised boolean) ON COMMIT DROP;
CREATE TEMP TABLE read_publication (
  publication_date text, report_type text, framework text, level text,
  published_on date, problem text, usual text, well_led text) ON COMMIT DROP;
CREATE TEMP TABLE read_service (given text, id smallint, key text) ON COMMIT DROP;
CREATE TEMP TABLE read_domain (given text, id smallint, key text, known boolean) ON COMMIT DROP;
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
    """Fill `read_word`, `read_publication`, `read_service` and `read_domain` for the rows of `staged`.

    Services and domains not seen before become rows of their own tables, as given.
    """
    words: set[str] = set()
    named_services: set[str] = set()
    domains: set[str] = set()
    publications: set[tuple[str, str, str, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute(_DISTINCT)
        for row in cursor.fetchall():
            if row[7] == 0:
                words.add(row[0])
            elif row[8] == 0:
                named_services.add(row[1])
            elif row[9] == 0:
                domains.add(row[2])
            else:
                publications.add(row[3:7])
    _fill("read_word", _read_words(words))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE read_word SET odd = {odd_of('left(given, 200)')}")  # noqa: S608  names of ours
    _fill("read_publication", _read_publications(publications))
    _fill("read_service", _read_services(named_services))
    _fill("read_domain", _read_domains(domains))


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


def _read_words(words: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    rules = live_rules(SettlingRule.Kind.WORD_MEANS)
    for given in words:
        read = scale.read_word(rules.get(given, given))
        yield given, state_key(read.state), read.rating, "", read.recognised


def _read_publications(distinct: Iterable[tuple[str, str, str, str]]) -> Iterable[tuple[Any, ...]]:
    rules = live_rules(SettlingRule.Kind.DATE_MEANS)
    read: dict[str, tuple[date | None, str]] = {}
    for publication_date, report_type, framework, level in distinct:
        if publication_date not in read:
            try:
                read[publication_date] = dates.read_date(rules.get(publication_date, publication_date)), ""
            except dates.UnreadableDate as problem:
                read[publication_date] = None, str(problem)
        published_on, problem_text = read[publication_date]
        named = {"report_type": report_type, "level": level}
        usual = read_framework(framework, published_on, **named)
        well_led: Framework = read_framework(
            framework, published_on, service=services.OVERALL.key, domain="well_led", **named
        )
        yield publication_date, report_type, framework, level, published_on, problem_text, usual, well_led


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


def _read_services(named: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    have = dict(known_services())
    for given in named:
        service = services.read_service(given)
        key = service.key[:200]
        if key not in have:
            have[key] = _add_service(service).pk
        yield given, have[key], key


def known_domains() -> dict[str, int]:
    """The key of every domain in the table -> its id, the ones we know put there first."""
    have = dict(RatedDomain.objects.values_list("key", "id"))
    for position, (key, name) in enumerate(scale.DOMAIN_NAMES.items()):
        if key not in have:
            made, _ = RatedDomain.objects.get_or_create(key=key, defaults={"name": name, "position": position})
            have[key] = made.pk
    return have


def _read_domains(named: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    have = known_domains()
    for given in named:
        domain = scale.read_domain(given)[:200]
        if domain not in have:
            have[domain] = RatedDomain.objects.get_or_create(key=domain, defaults={"name": domain})[0].pk
        yield given, have[domain], domain, scale.is_known_domain(domain)
