"""The invented register, loaded by the product's own reader."""

from pathlib import Path

from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England
from tracker.demonstration.register import SOURCE, write_register
from tracker.trusts.register import read_register


def test_the_products_own_reader_loads_it_whole(world: England, tmp_path: Path) -> None:
    write_register(world, tmp_path)
    register = read_register(tmp_path)
    assert {trust.code: trust.name for trust in register.trusts} == {t.code: t.name for t in world.trusts}
    assert len(register.memberships) == len(world.memberships)
    assert {fact.kind for fact in register.facts} == {
        "segment",
        "programme",
        "size",
        "teaching",
        "rural",
        "record_system",
    }
    assert {source.source for source in register.sources} >= {SOURCE}


def test_it_knows_the_merger_and_a_trust_divided_between_two(world: England, tmp_path: Path) -> None:
    write_register(world, tmp_path)
    register = read_register(tmp_path)
    into = {row.predecessor for row in register.successions if row.successor == CAST.merger.successor_code}
    assert into == {CAST.merger.first.code, CAST.merger.second.code}
    divided = [row.predecessor for row in register.successions if row.reason == "division"]
    assert len(divided) == 2
    assert len(set(divided)) == 1


def test_sites_are_joined_across_the_merger_and_the_new_registration(world: England, tmp_path: Path) -> None:
    write_register(world, tmp_path)
    lines = (tmp_path / "site_successions.csv").read_text(encoding="utf-8").splitlines()
    anew = CAST.reregistration
    assert lines[0] == "predecessor,successor,date,reason"
    assert f"{anew.old_id},{anew.new_id},{anew.on.isoformat()},re-registration" in lines
    assert len(lines) == 1 + len(world.site_successions)


def test_the_struggling_trust_is_in_the_improvement_programme(world: England, tmp_path: Path) -> None:
    write_register(world, tmp_path)
    facts = {
        (fact.kind, fact.value)
        for fact in read_register(tmp_path).facts
        if fact.code == CAST.struggling.code and fact.valid_to is None
    }
    assert {("segment", "5"), ("programme", "Provider Improvement Programme")} <= facts
