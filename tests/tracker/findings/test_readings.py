"""From a report's text to published findings: read, checked by a person, confirmed."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import Cast
from tests.factories import rated_domain, rated_service
from tests.plan_factories import NOW, access
from tracker.findings.coding_operations import code_causes
from tracker.findings.item_operations import (
    add_item,
    agree_item,
    correct_item,
    join_items,
    restore_item,
    set_item_aside,
    split_item,
)
from tracker.findings.models import Finding, Inspection
from tracker.findings.notice_operations import move_notice
from tracker.findings.operations import record_finding, record_inspection
from tracker.findings.reading_models import CodedCause, Notice, ReadingEvent, ReadItem, ReportReading
from tracker.findings.reading_operations import (
    confirm_reading,
    read_pasted_report,
    set_reading_aside,
)
from tracker.people.roles import GRANTS, Can, Role
from tracker.people.scope import scope_of
from tracker.problems import NotAllowed, Refused, Stale

TEXT = """Action the trust MUST take to improve:
We told the trust to meet three legal requirements.
Northborough General Hospital
Surgery
• The trust must ensure that the five steps to safer surgery are followed. Regulation 12(2)(a)(b)
• The trust must ensure there are enough nurses in theatres. (Regulation 18(1))
Action the trust SHOULD take to improve:
Surgery
• The trust should review the time patients wait for pain relief.
"""


@pytest.fixture
def inspection(cast: Cast) -> Inspection:
    for key in ("surgery", "maternity"):
        rated_service(key)
    rated_domain("safe")
    return record_inspection(
        cast.northborough, by=access(cast.lead), now=NOW, published_on=date(2019, 9, 19), title="Inspection report"
    )


def paste(inspection: Inspection, person: Any, text: str = TEXT, **other: Any) -> ReportReading:
    return read_pasted_report(inspection, by=access(person), now=NOW, text=text, **other)


def test_a_pasted_report_becomes_findings_once_a_person_confirms(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead)
        assert not Finding.objects.exists()
        findings = confirm_reading(reading, by=by, now=NOW, version=reading.version)
    assert [(f.kind, f.words[:30], str(f.service), str(f.site), f.regulation) for f in findings] == [
        ("MD", "The trust must ensure that the", "Surgery", "Northborough General Hospital",
         "Regulation 12(2)(a); Regulation 12(2)(b)"),
        ("MD", "The trust must ensure there ar", "Surgery", "Northborough General Hospital", "Regulation 18(1)"),
        ("SD", "The trust should review the ti", "Surgery", "Northborough General Hospital", ""),
    ]  # fmt: skip
    assert [str(one) for one in findings[0].regulations.all()] == ["Regulation 12(2)(a)", "Regulation 12(2)(b)"]


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_reports_is_what_the_table_of_roles_says(cast: Cast, inspection: Inspection, role: Role) -> None:
    person = cast.people.get((role, "XN1")) or cast.people[role, ""]
    with scope_of(access(person)):
        if Can.RECORD_FINDINGS in GRANTS[role]:
            assert paste(inspection, person).items.count() == 3
        else:
            with pytest.raises(NotAllowed):
                paste(inspection, person)


def test_a_draft_is_seen_by_the_trust_its_region_and_the_nation_only(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)):
        paste(inspection, cast.lead)
    for person, sees in [
        (cast.executive, True), (cast.person(Role.REGIONAL_STAFF), True), (cast.national, True),
        (cast.other_lead, False), (cast.person(Role.REGIONAL_STAFF, "YS"), False),
        (cast.person(Role.SYSTEM_STAFF), False), (cast.person(Role.PEER_MENTOR, "XN1"), False),
        (cast.administrator, False),
    ]:  # fmt: skip
        with scope_of(access(person)) as by:
            walls = ReportReading.objects.exists(), ReadItem.objects.exists(), ReadingEvent.objects.exists()
            assert walls == (sees, sees, sees)  # the database's own wall, without our filter
            assert ReportReading.objects.visible_to(by).exists() is sees
    with transaction.atomic():
        assert not ReportReading.objects.exists()  # outside any scope


def test_items_are_corrected_split_joined_added_and_set_aside_and_all_of_it_is_kept(
    cast: Cast, inspection: Inspection
) -> None:
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead)
        first, second, third = reading.items.all()
        correct_item(
            first, by=by, now=NOW, version=1, kind="SD", words="Corrected words.", service=rated_service("maternity"),
            regulation="12(2)(a)",
        )  # fmt: skip
        halves = split_item(
            second, by=by, now=NOW, version=1,
            parts=["The trust must ensure there are", "enough nurses in theatres. (Regulation 18(1))"],
        )  # fmt: skip
        set_item_aside(third, by=by, now=NOW, version=1)
        added = add_item(reading, by=by, now=NOW, kind="MD", words="legal  requirements.")
        whole = join_items(halves, by=by, now=NOW, versions={item.pk: 1 for item in halves})
        reading.refresh_from_db()
        findings = confirm_reading(reading, by=by, now=NOW, version=reading.version)
        assert [f.words for f in findings] == ["Corrected words.", "legal  requirements.", second.words]
        assert [str(one) for one in findings[0].regulations.all()] == ["Regulation 12(2)(a)"]
        assert TEXT[slice(*added.places[0])] == "legal requirements."
        assert whole.regulation == "Regulation 18(1)"
        corrected = reading.events.get(kind="corrected")
        assert (corrected.before["kind"], corrected.after["kind"], corrected.by) == ("Must do", "Should do", cast.lead)
        assert reading.events.count() == 1 + 1 + 3 + 1 + 1 + 3 + 3 + 1


def test_parts_that_lose_or_add_words_are_refused(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        item = paste(inspection, cast.lead).items.first()
        assert item is not None
        for parts in (["The trust must"], [item.words, "and more"], ["one", "two"]):
            with pytest.raises(Refused):
                split_item(item, by=by, now=NOW, version=1, parts=parts)


def test_who_saves_over_somebody_else_is_told_what_stands(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.national)) as by:
        reading = paste(inspection, cast.lead)
        item = reading.items.earliest("number")
        seen = reading.version
        correct_item(item, by=by, now=NOW, version=1, kind="MD", words="Theirs.")
        with pytest.raises(Stale) as stale:
            correct_item(item, by=access(cast.lead), now=NOW, version=1, kind="MD", words="Mine.")
        assert (stale.value.theirs["words"], stale.value.theirs["by"]) == ("Theirs.", str(cast.national))
        with pytest.raises(Stale):
            confirm_reading(reading, by=by, now=NOW, version=seen)
        assert not Finding.objects.exists()


def test_a_doubtful_item_is_checked_before_anything_is_published(cast: Cast, inspection: Inspection) -> None:
    odd = TEXT + "• The trust must keep the doors of theatres shut at night.\n"  # under "should"
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead, odd)
        doubtful = reading.items.get(sure="doubtful")
        with pytest.raises(Refused, match="1 to go"):
            confirm_reading(reading, by=by, now=NOW, version=reading.version)
        agree_item(doubtful, by=by, now=NOW, version=1)
        reading.refresh_from_db()
        assert len(confirm_reading(reading, by=by, now=NOW, version=reading.version)) == 4


def test_a_settled_reading_does_not_change_any_more(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead)
        with pytest.raises(Refused, match="still being checked"):
            paste(inspection, cast.lead)
        with pytest.raises(Refused, match="Say why"):
            set_reading_aside(reading, by=by, now=NOW, version=reading.version, why=" ")
        set_reading_aside(reading, by=by, now=NOW, version=reading.version, why="The wrong report.")
        item = reading.items.earliest("number")
        with pytest.raises(Refused, match="set aside"):
            agree_item(item, by=by, now=NOW, version=1)
        paste(inspection, cast.lead)  # another may begin
        changes = {
            "UPDATE report_reading SET state = 'draft', settled_at = NULL WHERE id = %s": "no move",
            "UPDATE report_reading SET text = 'other' WHERE id = %s": "never changes",
            "DELETE FROM reading_event WHERE reading_id = %s": "permission denied",
        }
        for change, refusal in changes.items():
            with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change, [reading.pk])


def test_an_item_set_aside_can_be_brought_back(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        item = paste(inspection, cast.lead).items.earliest("number")
        item = set_item_aside(item, by=by, now=NOW, version=1, why="Said twice.")
        assert restore_item(item, by=by, now=NOW, version=item.version).state == "agreed"


def test_a_finding_typed_before_is_not_made_twice(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead)
        item = reading.items.earliest("number")
        typed = record_finding(
            inspection, by=by, now=NOW, kind=item.kind, words=item.words, service=item.service,
            key_question=item.key_question, site=item.site,
        )  # fmt: skip
        findings = confirm_reading(reading, by=by, now=NOW, version=reading.version)
    assert typed in findings
    assert Finding.objects.count() == 3


def test_a_number_like_a_patients_warns_before_it_is_kept(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)):
        with pytest.raises(Refused, match="943 476 5919"):
            paste(inspection, cast.lead, TEXT + "943 476 5919")
        assert not ReportReading.objects.exists()
        paste(inspection, cast.lead, TEXT + "943 476 5919", nhs_number_checked=True)


def test_a_repeat_at_a_later_inspection_names_the_earlier_finding(cast: Cast, inspection: Inspection) -> None:
    later = record_inspection(
        cast.northborough, by=access(cast.lead), now=NOW, published_on=date(2022, 3, 1), title="Later report"
    )
    again = TEXT.replace(
        "the five steps to safer surgery are followed", "the five steps to safer surgery are always followed"
    )
    with scope_of(access(cast.lead)) as by:
        reading = paste(later, cast.lead, again)  # the later report is recorded first
        newer = confirm_reading(reading, by=by, now=NOW, version=reading.version)
        assert [f.recurrence_of for f in newer] == [None, None, None]
        reading = paste(inspection, cast.lead)
        older = confirm_reading(reading, by=by, now=NOW, version=reading.version)
    for one in newer:
        one.refresh_from_db()
    assert [f.recurrence_of for f in newer] == older
    assert newer[0].recurrence_why.startswith("The same service, regulation 12, ")
    assert [f.recurrence_of for f in older] == [None, None, None]


def test_notices_live_by_their_own_tables(cast: Cast, inspection: Inspection) -> None:
    text = (
        "Section 29A Warning Notice\n1. The trust must improve triage by 28 February 2020.\n"
        "Conditions imposed under section 31\n1. The registered provider must report triage times every Monday.\n"
    )
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead, text)
        warning, condition = confirm_reading(reading, by=by, now=NOW, version=reading.version)
        assert (warning.kind, warning.improve_by, condition.kind) == ("WN", date(2020, 2, 28), "CO")
        notice = Notice.objects.get(finding=condition)
        move = {"by": by, "now": NOW, "happened_on": date(2019, 10, 1)}
        with pytest.raises(Refused):
            move_notice(notice, version=1, state="lifted", **move)
        move_notice(notice, version=1, state="reporting", **move)
        move_notice(notice, version=2, state="reporting", **move)  # each Monday
        with pytest.raises(Stale):
            move_notice(notice, version=2, state="removal_asked", **move)
        move_notice(notice, version=3, state="removal_asked", **move)
        move_notice(notice, version=4, state="lifted", **move)
        assert notice.events.count() == 5
        for wrong in ("imposed", "served"):
            with pytest.raises(DatabaseError, match="no move from lifted"), transaction.atomic():
                Notice.objects.filter(pk=notice.pk).update(state=wrong)
    with scope_of(access(cast.other_lead)):
        assert not Notice.objects.exists()


def test_causes_are_coded_by_people_with_one_from_behind_the_problem(cast: Cast, inspection: Inspection) -> None:
    with scope_of(access(cast.lead)) as by:
        reading = paste(inspection, cast.lead)
        nurses = confirm_reading(reading, by=by, now=NOW, version=reading.version)[1]
        with pytest.raises(Refused, match="at least one cause from behind"):
            code_causes(nurses, by=by, now=NOW, causes=["TRN"])
        coding = code_causes(nurses, by=by, now=NOW, causes=["STF", "TRN"])
        assert {one.code: one.phrase for one in coding.causes.all()} == {"STF": "enough nurses", "TRN": ""}
        code_causes(nurses, by=by, now=NOW, causes=["TRN"], none_behind=True)
    with scope_of(access(cast.other_lead)) as other:
        assert not CodedCause.objects.exists()
        with pytest.raises(NotAllowed):
            code_causes(nurses, by=other, now=NOW, causes=["STF"])
