"""Loading the register: twice changes nothing, and every version of a row is kept."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tracker.trusts.importer import load_register, refresh_from_ods
from tracker.trusts.models import Succession, SystemMembership, Trust, TrustFact
from tracker.trusts.ods_file import OdsTrust
from tracker.trusts.register import read_register

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_the_register_that_ships_loads_whole_and_a_second_time_changes_nothing() -> None:
    register = read_register()
    loaded = load_register(register, folder=Path(), now=NOW)
    assert loaded.added["trusts"] == len(register.trusts) > 200
    assert Trust.objects.count() == len(register.trusts)
    assert Succession.objects.count() == len(register.successions)
    again = load_register(register, folder=Path(), now=NOW)
    assert not again
    assert "Nothing changes" in again.words()


@pytest.mark.django_db
def test_a_trust_is_in_the_system_of_its_day_in_the_form_it_then_had() -> None:
    load_register(read_register(), folder=Path(), now=NOW)
    for membership in SystemMembership.objects.select_related("system"):
        opened, closed = membership.system.valid_from, membership.system.valid_to
        assert (opened or date.min) <= membership.valid_from < (closed or date.max)


@pytest.mark.django_db
def test_a_new_name_from_ods_keeps_the_former_one_for_search() -> None:
    trust = Trust.objects.create(code="RX9", name="Northborough Hospitals NHS Trust")
    listed = OdsTrust("RX9", "NORTHBOROUGH AND THE FELLS NHS FOUNDATION TRUST", "Y62", "", (), "", None, None)
    loaded = refresh_from_ods([listed])
    trust.refresh_from_db()
    assert trust.name == "Northborough and the Fells NHS Foundation Trust"
    assert Trust.objects.matching("northborough hospitals").get() == trust
    assert loaded.changed == {"trusts": 1}
    assert not refresh_from_ods([listed])


@pytest.mark.django_db
def test_facts_of_a_trust_the_register_lacks_are_refused_with_the_row_and_nothing_is_written(tmp_path: Path) -> None:
    Trust.objects.create(code="RX9", name="Northborough Hospitals NHS Trust")
    file = tmp_path / "facts.csv"
    file.write_text(
        "code,kind,value,valid_from,valid_to,source\n"
        "RX9,segment,3,2026-01-01,,letter\n"
        "RX8,segment,3,2026-01-01,,letter\n"
    )
    with pytest.raises(CommandError, match="RX8"):
        call_command("load_trust_facts", str(file))
    assert not TrustFact.objects.exists()
