"""Who exists in the demonstration's England and how they are rated, read back from its own files."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.demonstration.conftest import ReadMonth
from tracker.demonstration import england as england_module
from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England, england

FOUR_WORDS = ("outstanding", "good", "requires improvement", "inadequate")
GENERAL_ACUTE = "Acute hospital - NHS non-specialist"
SOURCE = Path(england_module.__file__).parent


def overall_ratings(rows: list[dict[str, str]], category: str | None = None) -> tuple[int, ...]:
    """Trusts by overall rating, as anybody would count them in a spreadsheet of the `Providers` sheet."""
    words = Counter(
        row["Latest Rating"].lower()
        for row in rows
        if row["Provider Type"] == "NHS Healthcare Organisation"
        and row["Service / Population Group"] == row["Domain"] == "Overall"
        and category in (None, row["Provider Primary Inspection Category"])
    )
    return tuple(words[word] for word in FOUR_WORDS)


def shares(counts: tuple[int, ...]) -> list[int]:
    return [round(100 * count / sum(counts)) for count in counts]


def test_the_first_month_prints_the_published_shares(read_month: ReadMonth) -> None:
    rows = read_month(0, "Providers")
    everyone, acute = overall_ratings(rows), overall_ratings(rows, GENERAL_ACUTE)
    assert everyone == (5, 53, 109, 12)
    assert sum(everyone) == 179
    assert shares(everyone) == [3, 30, 61, 7]
    assert acute == (4, 41, 82, 9)
    assert sum(acute) == 136
    assert shares(acute) == [3, 30, 60, 7]


@pytest.mark.parametrize("month", range(12))
def test_every_months_file_holds_the_distribution_the_world_states(
    world: England, read_month: ReadMonth, month: int
) -> None:
    rows = read_month(month, "Providers")
    assert overall_ratings(rows) == world.distribution(month)
    assert overall_ratings(rows, GENERAL_ACUTE) == world.distribution(month, "general_acute")


def test_the_distribution_moves_and_the_merger_takes_two_trusts_out_of_it(world: England) -> None:
    distributions = [world.distribution(month) for month in range(12)]
    totals = [distribution.total for distribution in distributions]
    assert totals == [179] * CAST.merger.month + [177] * (12 - CAST.merger.month)
    assert len(set(distributions)) > 5


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=2**63))
def test_any_seed_has_the_same_counts_cast_and_no_two_trusts_of_one_name(seed: int) -> None:
    world = england.__wrapped__(seed)
    assert world.distribution(0) == (5, 53, 109, 12)
    assert world.distribution(0, "general_acute") == (4, 41, 82, 9)
    named = {trust.code: trust.name for trust in world.trusts}
    assert all(named[part.code] == part.name for part in CAST.trusts)
    assert len(set(named.values())) == len(named)
    assert len({site.id for site in world.sites}) == len(world.sites)


def test_another_seed_is_another_england(world: England) -> None:
    assert {trust.name for trust in england(7).trusts} != {trust.name for trust in world.trusts}


def test_a_seed_makes_the_same_bytes_whatever_python_hashes_by(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tracker.demonstration.bulk_file import write_month\n"
        "from tracker.demonstration.england import england\n"
        "from tracker.demonstration.register import write_register\n"
        "out = Path(sys.argv[1]); write_register(england(), out)\n"
        "[write_month(england(), 3, out / f'month.{form}', form) for form in ('csv', 'ods', 'xlsx')]\n"
    )
    digests = []
    for hash_seed in ("1", "2"):
        out = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-c", script, str(out)],
            check=True,
            cwd=SOURCE.parents[1],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())})
    assert digests[0] == digests[1]
    assert {"month_locations.csv", "month.ods", "month.xlsx", "trusts.csv"} <= set(digests[0])


def test_no_real_trusts_code_is_given_out_or_written_down(world: England) -> None:
    codes = [trust.code for trust in world.trusts]
    assert all(re.fullmatch(r"X[A-Z][1-9]", code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert all(site.id.startswith(site.trust_code) and len(site.id) == 5 for site in world.sites)
    in_source = [
        match
        for path in SOURCE.glob("*.py")
        for match in re.findall(r"\b[RT][A-Z0-9]{2}(?:[A-Z0-9]{2})?\b", path.read_text(encoding="utf-8"))
        if any(character.isdigit() for character in match)
    ]
    assert in_source == []


def test_regions_are_the_real_seven_and_systems_forty_two(world: England) -> None:
    assert len(world.regions) == 7
    assert sum(system.kind == "ICS" for system in world.systems) == 42
    preceded = [system for system in world.systems if system.kind == "STP"]
    assert preceded
    assert all(system.valid_to is not None for system in preceded)
    placed = {trust.region_code for trust in world.trusts if trust.type == "general_acute"}
    assert placed == {region.code for region in world.regions}


def test_every_trust_lies_near_its_own_system(world: England) -> None:
    centres = {system.code: system for system in world.systems}
    for trust in world.trusts:
        centre = centres[trust.system_code]
        assert abs(trust.latitude - centre.latitude) < 0.1
        assert abs(trust.longitude - centre.longitude) < 0.15


def test_an_acute_hospital_has_the_eight_core_services_by_six_domains(world: England) -> None:
    listed = world.grids(world.months[0])
    acute = {trust.code for trust in world.trusts if trust.type == "general_acute"} - set(_unrated(world))
    hospitals = [s for s in world.sites if s.trust_code in acute and s.opened < world.months[0]]
    per_trust = Counter(site.trust_code for site in hospitals)
    assert set(per_trust.values()) == {1, 2, 3}
    for site in hospitals:
        services = {service for service, _ in listed[site.id]} - {"Overall", "Diagnostic imaging"}
        newer = {
            {
                "Maternity and gynaecology": "Maternity",
                "Outpatients and diagnostic imaging": "Outpatients",
            }.get(service, service)
            for service in services
        }
        assert len(newer) == 8, site.id
        for service in services:
            assert sum(key[0] == service for key in listed[site.id]) == 6, (site.id, service)


def _unrated(world: England) -> list[str]:
    rated = {
        publication.organisation_id
        for publication in world.publications
        if dict(publication.words).get("Overall", "").lower() in FOUR_WORDS
    }
    return [trust.code for trust in world.trusts if trust.code not in rated]
