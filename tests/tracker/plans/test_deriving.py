"""From findings to a draft plan: what is proposed, as one, for when and for whom."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tracker.plans.deriving import Found, Held, near_duplicates, propose, title_of, written_plan_due

patiently = examples(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly

PUBLISHED, TODAY = date(2026, 11, 2), date(2026, 11, 23)
CLEAN = "The trust must ensure that all equipment is cleaned and checked daily."
found = st.builds(
    Found,
    id=st.integers(1, 10_000),
    kind=st.sampled_from(["MD", "SD", "BR", "NO", "WN", "CO"]),
    words=st.sampled_from([CLEAN, "The service should clean and check equipment daily."])
    | st.text(min_size=1).filter(str.strip),
    service_id=st.none() | st.integers(1, 4),
    regulation=st.sampled_from(["", "Regulation 12(2)(e)", "Regulation 11 and Regulation 13(5)"]),
    improve_by=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)


@patiently
@given(st.lists(found, unique_by=lambda one: one.id, max_size=12), st.dates(date(2020, 1, 1), TODAY))
def test_every_finding_is_in_one_proposal_which_could_be_made_today(findings: list[Found], published: date) -> None:
    proposed = propose(findings, published_on=published, today=TODAY)
    told = [one.id for proposal in proposed for one in proposal.findings]
    assert sorted(told) == sorted(one.id for one in findings)
    for proposal in proposed:
        assert proposal.due_on >= TODAY
        assert proposal.why_due
        assert 0 < len(proposal.title) <= 300
        assert len({one.kind == "SD" for one in proposal.findings}) == 1
    assert proposed == propose(reversed(findings), published_on=published, today=TODAY)


@patiently
@given(found, found)
def test_being_near_goes_both_ways(one: Found, other: Found) -> None:
    assert near_duplicates(one, one)
    assert near_duplicates(one, other) == near_duplicates(other, one)


def test_the_same_failing_in_two_services_is_proposed_once() -> None:
    same = "The service must make sure equipment is cleaned and checked every day, daily."
    findings = [
        Found(1, "MD", CLEAN, 7, "Regulation 12(2)(e)"),
        Found(2, "MD", same, 8, "Regulation 12 (1)"),
        Found(3, "MD", CLEAN, 9, "Regulation 15(1)"),  # another regulation
        Found(4, "SD", CLEAN, 9, "Regulation 12"),  # only a should-do
        Found(5, "MD", "The trust must fill vacancies for night nurses.", 7, "Regulation 12"),
    ]
    proposed = propose(findings, published_on=PUBLISHED, today=TODAY)
    assert [[one.id for one in proposal.findings] for proposal in proposed] == [[1, 2], [3], [5], [4]]


def test_dates_come_from_the_ladder() -> None:
    findings = [
        Found(1, "MD", "The trust must screen for sepsis."),
        Found(2, "SD", "The trust should share learning."),
        Found(3, "WN", "Staffing at night is unsafe.", improve_by=date(2026, 12, 31)),
        Found(4, "WN", "Medicines are not locked away.", improve_by=date(2026, 11, 1)),
    ]
    due = {p.findings[0].id: p.due_on for p in propose(findings, published_on=PUBLISHED, today=TODAY)}
    assert due == {1: date(2027, 2, 1), 2: date(2027, 5, 3), 3: date(2026, 12, 31), 4: TODAY}
    late = propose(findings[:1], published_on=date(2025, 1, 1), today=TODAY)
    assert late[0].due_on == TODAY + timedelta(days=28)
    assert written_plan_due(PUBLISHED) == date(2026, 11, 30)


def test_the_likely_owner_is_who_had_the_services_last_action() -> None:
    findings = [Found(1, "MD", CLEAN, 7), Found(2, "MD", "The trust must fill vacancies.", 8)]
    earlier = [Held(None, 50, 60), Held(7, 51, 61), Held(7, 52, 62)]
    proposed = propose(findings, published_on=PUBLISHED, today=TODAY, earlier=earlier, lead_id=1, executive_id=2)
    assert [(one.owner_id, one.executive_id) for one in proposed] == [(51, 61), (1, 2)]


def test_a_title_leaves_out_what_every_finding_says() -> None:
    assert (
        title_of("The trust must ensure that patients are  screened\nfor sepsis.") == "Patients are screened for sepsis"
    )
    assert title_of("The provider should consider its rota;") == "Consider its rota"
    assert title_of("The trust must") == "The trust must"
