"""The drawing of the lifecycles is that of the tables."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tracker.management.commands.draw_lifecycles import DRAWING, draw
from tracker.plans.lifecycle import MOVES, OPEN, Status, next_statuses


def test_the_drawing_kept_in_the_documents_is_that_of_the_tables() -> None:
    call_command("draw_lifecycles", check=True)


def test_a_drawing_out_of_date_is_found_and_made_again(tmp_path: Path, settings: Settings) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("draw_lifecycles", check=True)
    call_command("draw_lifecycles", verbosity=0)
    kept = tmp_path / DRAWING
    assert kept.read_text() == draw()
    kept.write_text(draw() + "    done --> on_track\n")
    with pytest.raises(CommandError, match="out of date"):
        call_command("draw_lifecycles", check=True)


def test_every_move_of_an_action_is_drawn() -> None:
    for start, end in MOVES:
        assert f"    {start.value} --> {end.value}: " in draw()


def test_a_done_action_is_left_only_by_opening_it_again_and_nothing_goes_back_to_not_started() -> None:
    assert next_statuses(Status.DONE) == [Status.REOPENED]
    assert all(Status.DONE in next_statuses(status) for status in OPEN)
    assert [start for start, end in MOVES if end == Status.NOT_STARTED] == [Status.NOT_STARTED]
