"""Services keep their identity under every name, and an old one never passes for its successor."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ratings.services import (
    OVERALL,
    SERVICES,
    Sector,
    is_known_service,
    read_api_service,
    read_service,
    superseded_on,
)


def test_keys_and_names_fit_the_columns_that_store_them() -> None:
    assert all(len(service.key) <= 200 and len(service.name) <= 300 for service in SERVICES.values())


def test_every_name_means_one_service() -> None:
    for service in SERVICES.values():
        for name in (service.key, service.name, service.name.upper(), *service.aliases):
            assert read_service(name) is service, name


def test_every_successor_exists_and_is_current() -> None:
    for service in SERVICES.values():
        for key in service.superseded_by:
            assert not SERVICES[key].superseded_by


def test_the_grid_begins_with_the_organisation_and_no_two_share_a_place() -> None:
    orders = [service.order for service in SERVICES.values()]
    assert orders == sorted(set(orders))
    assert next(iter(SERVICES.values())) is OVERALL


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("Outpatients and Diagnostic imaging", "outpatients_imaging"),
        ("Outpatients", "outpatients"),
        ("Maternity", "maternity"),
        ("Maternity and gynaecology", "maternity_gynaecology"),
        ("Medical care (including older people’s care)", "medical_care_older"),
        ("Medical care", "medical_care"),
        ("Services for children and young people", "children_young_people"),
        ("overall", "overall"),
    ],
)
def test_names_side_by_side_in_one_file(raw: str, key: str) -> None:
    assert read_service(raw).key == key


@pytest.mark.parametrize(
    ("api_id", "key"),
    [
        ("maternity", "maternity_gynaecology"),
        ("npimaternity", "maternity"),
        ("outpatients", "outpatients_imaging"),
        ("npioutpatients", "outpatients"),
        ("accident", "urgent_care_centre"),
        ("urgent", "urgent_emergency"),
        ("life", "end_of_life_care"),
    ],
)
def test_api_ids_that_mislead(api_id: str, key: str) -> None:
    assert read_api_service(api_id).key == key


def test_an_unseen_service_is_its_own() -> None:
    service = read_service("  Hyperbaric   medicine ")
    assert (service.key, service.name, service.sector) == (
        "hyperbaric_medicine",
        "Hyperbaric medicine",
        Sector.UNKNOWN,
    )
    assert not is_known_service(service)


@given(st.text())
def test_any_name_reads_to_a_service_that_reads_to_itself(raw: str) -> None:
    service = read_service(raw)
    assert read_service(service.key).key == service.key
    assert bool(service.key) == bool(raw.split())


def test_an_old_service_ends_where_and_when_its_successor_is_rated() -> None:
    old = SERVICES["maternity_gynaecology"]
    before, after = date(2016, 2, 9), date(2018, 5, 17)
    assert superseded_on(old, {old.key: before}) is None
    assert superseded_on(old, {old.key: before, "maternity": after}) == after
    assert superseded_on(old, {old.key: after, "maternity": after}) is None
    assert superseded_on(old, {old.key: after, "maternity": before}) is None
    assert superseded_on(SERVICES["surgery"], {"surgery": before, "maternity": after}) is None
