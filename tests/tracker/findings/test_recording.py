"""Recording inspections and findings, and reading them back with the ratings published that day."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.cast import Cast
from tests.factories import import_event, rated_domain, rated_service, rating_change, rating_record, undo
from tests.plan_factories import NOW, PUBLISHED, TODAY, access, must_do, new_action
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding, record_inspection
from tracker.findings.queries import findings_without_action, inspections_page
from tracker.people.roles import GRANTS, Can, Role
from tracker.people.scope import scope_of, whole_service
from tracker.problems import NotAllowed, Refused
from tracker.trusts.models import Site


def inspect(cast: Cast, **other: Any) -> Inspection:
    given = {"by": access(cast.lead), "now": NOW, "published_on": PUBLISHED, "title": "Core services", **other}
    return record_inspection(cast.northborough, **given)


@pytest.mark.parametrize("role", list(Role))
def test_who_records_is_what_the_table_of_roles_says(cast: Cast, role: Role) -> None:
    person = cast.people.get((role, "XN1")) or cast.people[role, ""]
    if Can.RECORD_FINDINGS in GRANTS[role]:
        inspection = inspect(cast, by=access(person))
        assert record_finding(inspection, by=access(person), now=NOW, kind="MD", words="Must").confirmed_by == person
        return
    inspection = inspect(cast)
    with pytest.raises(NotAllowed):
        inspect(cast, by=access(person), title="Another")
    with pytest.raises(NotAllowed):
        record_finding(inspection, by=access(person), now=NOW, kind="MD", words="Must")


def test_another_trusts_lead_and_the_service_itself_record_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        inspect(cast, by=access(cast.other_lead))
    with pytest.raises(NotAllowed), whole_service() as service:
        inspect(cast, by=service)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 201}),
        ("published_on", {"published_on": TODAY + timedelta(days=1)}),
        ("report_url", {"report_url": "https://www.cqc.org.uk.example.com/report"}),
        ("title", {"title": "About patient 943 476 5919"}),
        ("report_url", {"report_url": "https://www.cqc.org.uk/report/9434765919"}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_inspection_is_said_at_its_field(cast: Cast, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        inspect(cast, **wrong)
    assert refused.value.field == field


def test_a_title_and_an_address_that_somebody_checked_are_recorded(cast: Cast) -> None:
    given = {"title": "Report 9434765919", "report_url": "https://www.cqc.org.uk/report/9434765919"}
    made = inspect(cast, **given, nhs_number_checked=True)
    assert (made.title, made.report_url) == (given["title"], given["report_url"])


def test_the_same_inspection_is_recorded_once(cast: Cast) -> None:
    inspect(cast)
    with pytest.raises(Refused, match="already recorded"):
        inspect(cast, title="Core services ")
    assert Inspection.objects.count() == 1


def test_a_finding_keeps_the_reports_words(cast: Cast) -> None:
    words = "The trust must ensure  that\nthe environment is safe.\N{BULLET}"
    finding = record_finding(
        inspect(cast), by=access(cast.lead), now=NOW, kind="MD", words=f"\n{words} ", regulation="Regulation 12(2)(d)"
    )
    finding.refresh_from_db()
    assert (finding.words, finding.regulation, finding.trust) == (words, "Regulation 12(2)(d)", cast.northborough)


def test_what_is_wrong_with_a_finding_is_said_at_its_field(cast: Cast) -> None:
    inspection = inspect(cast)
    abroad = Site.objects.create(cqc_id="XE101", name="Elsewhere Infirmary", trust=cast.elsewhere)
    wrongs: list[tuple[str, dict[str, Any]]] = [
        ("kind", {"kind": "XX"}),
        ("words", {"words": ""}),
        ("words", {"words": "Patient 943 476 5919 fell"}),
        ("site", {"site": abroad}),
        ("regulation", {"regulation": "r" * 201}),
    ]
    one: dict[str, Any] = {"kind": "MD", "words": "Must"}
    for field, wrong in wrongs:
        with pytest.raises(Refused) as refused:
            record_finding(inspection, by=access(cast.lead), now=NOW, **(one | wrong))
        assert refused.value.field == field
    assert not Finding.objects.exists()


def test_a_finding_is_recorded_once_and_again_for_another_service(cast: Cast) -> None:
    inspection, by = inspect(cast), access(cast.lead)
    one: dict[str, Any] = {"by": by, "now": NOW, "kind": "MD", "words": "Must"}
    record_finding(inspection, **one)
    with pytest.raises(Refused, match="already recorded"):
        record_finding(inspection, **one)
    record_finding(inspection, **one, service=rated_service("surgery"))
    assert inspection.findings.count() == 2


def test_an_inspection_shows_the_ratings_published_that_day_and_no_others(cast: Cast) -> None:
    surgery, safe = rated_service("surgery"), rated_domain("safe")
    trust, general = cast.northborough, cast.general
    inspect(cast)
    rating_record(trust, surgery, safe, 2, published_on=PUBLISHED)
    again = rating_record(trust, surgery, safe, 2, published_on=PUBLISHED, in_force_from=date(2026, 4, 1))
    at_site = rating_record(trust, surgery, safe, 3, published_on=PUBLISHED, site=general)
    rating_record(trust, surgery, safe, 4, published_on=date(2025, 1, 1), site=general)
    rating_record(cast.ashford, surgery, safe, 4, published_on=PUBLISHED)
    wrongly = rating_change(trust, rated_service("maternity"), safe, published_on=PUBLISHED)
    undo(wrongly)
    (published,) = inspections_page(trust, size=50).inspections
    assert published.ratings == [again, at_site]


def test_reading_inspections_costs_the_same_however_many_there_are(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    event = import_event()
    for number in range(4):
        day = PUBLISHED + timedelta(days=number)
        must_do(cast, published_on=day)
        rating_record(
            cast.northborough, rated_service("surgery"), rated_domain("safe"), 2, published_on=day, event=event
        )
    with django_assert_max_num_queries(6):
        found = inspections_page(cast.northborough, size=50).inspections
        assert [len(one.ratings) for one in found] == [1, 1, 1, 1]
        assert {str(finding.service) for one in found for finding in one.findings} == {"Surgery"}


def test_findings_that_no_action_answers_are_told_to_people_of_the_plan(cast: Cast) -> None:
    answered, waiting = must_do(cast), must_do(cast, words="The trust must staff theatres.")
    new_action(cast, findings=[answered])
    with scope_of(access(cast.lead)):
        assert list(findings_without_action(cast.northborough)) == [waiting]
