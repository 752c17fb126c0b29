"""Two people edit one action: nobody's words are lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Cast
from tests.plan_factories import NOW, access, new_action, stored
from tracker.accounts.models import User
from tracker.people.scope import scope_of
from tracker.plans.editing import Clash, edit_action, texts_of
from tracker.plans.merging import merge
from tracker.plans.models import Action
from tracker.problems import NotAllowed, Refused

TEXTS = st.fixed_dictionaries({"title": st.text(max_size=4), "detail": st.text(max_size=4)})


@given(TEXTS, TEXTS, TEXTS)
def test_what_one_left_alone_takes_what_the_other_wrote(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    merged = merge(base, mine, theirs)
    for name in base:
        changed_by_me, changed_by_them = mine[name] != base[name], theirs[name] != base[name]
        if name in merged.clashes:
            assert (changed_by_me, changed_by_them) == (True, True)
            assert (merged.values[name], merged.clashes[name]) == (mine[name], theirs[name])
        else:
            assert merged.values[name] == (mine[name] if changed_by_me else theirs[name])


@given(TEXTS, TEXTS, TEXTS)
def test_who_saves_first_makes_no_difference_without_a_clash(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert one.clashes.keys() == other.clashes.keys()
    if not one.clashes:
        assert one.values == other.values


def edit(action: Action, by: User, version: int = 1, **texts: str) -> Action:
    with scope_of(access(by)) as may:
        written = {**texts_of(action), **texts}
        return edit_action(action, by=may, now=NOW, texts=written, version=version)


def test_two_who_change_different_texts_both_keep_theirs(cast: Cast) -> None:
    action = new_action(cast, owner=cast.executive)
    edit(action, cast.lead, detail="Every ward.")
    edit(action, cast.executive, risk="Late antibiotics.")
    edit(action, cast.lead, interim_control="A nurse on each bay.")
    action = stored(action)
    assert (action.detail, action.risk) == ("Every ward.", "Late antibiotics.")
    assert (action.interim_control, action.version) == ("A nurse on each bay.", 4)


def test_two_who_change_the_same_text_see_both_and_neither_is_lost(cast: Cast) -> None:
    action = new_action(cast, owner=cast.executive)
    edit(action, cast.lead, detail="Every ward.", risk="Sepsis missed.")
    with pytest.raises(Clash) as clash:
        edit(action, cast.executive, detail="Every bay.", title="Screen everybody")
    assert clash.value.theirs["detail"] == "Every ward."
    assert clash.value.theirs["by"] == str(cast.lead)
    assert (clash.value.merged["detail"], clash.value.merged["risk"]) == ("Every bay.", "Sepsis missed.")
    assert stored(action).detail == "Every ward."
    edit(stored(action), cast.executive, version=2, **clash.value.merged)
    action = stored(action)
    assert (action.detail, action.title, action.risk) == ("Every bay.", "Screen everybody", "Sepsis missed.")


def test_an_edit_is_on_record_with_before_and_after(cast: Cast) -> None:
    action = new_action(cast)
    edit(action, cast.lead, title="Screen everybody")
    with scope_of(access(cast.lead)):
        event = action.events.get(kind="edited")
    assert event.changes == {"title": ["Screen every patient for sepsis", "Screen everybody"]}


@pytest.mark.parametrize("wrong", [{"title": " "}, {"title": "x" * 301}, {"risk": "Seen: 943 476 5919."}])
def test_an_edit_that_cannot_be_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    action = new_action(cast)
    with pytest.raises(Refused):
        edit(action, cast.lead, **wrong)


def test_only_who_works_on_an_action_edits_it(cast: Cast) -> None:
    action = new_action(cast)
    for person in (cast.national, cast.other_lead, cast.executive):
        with pytest.raises(NotAllowed):
            edit(action, person, title="Mine now")
