"""The list of actions as people work with it: search, saved views, changes of many and their undo, meetings."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.plan_factories import NOW, access, finish, must_do, new_action, stored
from tests.tracker.web.test_actions_pages import heading, hidden, page, rows_of
from tracker.clock import moment
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.extending import ask_extension
from tracker.plans.models import Action, ActionEvent, ProgressUpdate
from tracker.plans.operations import record_progress
from tracker.plans.talking import comment_on_action, watch_action
from tracker.plans.working_models import BulkChange, SavedView


def some(cast: Cast, count: int = 3, **other: Any) -> list[Action]:
    findings = [must_do(cast)]
    return [new_action(cast, findings=findings, title=f"Action {number}", **other) for number in range(count)]


def test_search_finds_all_the_words_wherever_they_stand(cast: Cast, as_user: Any) -> None:
    some(cast)
    wanted = new_action(cast, findings=[], title="Screen for sepsis", detail="Every bay at night")
    found = page(as_user(cast.lead), "/actions?q=SEPSIS+night")
    assert rows_of(found) == [wanted.reference]
    assert heading(found) == "1 of 4 actions"
    assert rows_of(page(as_user(cast.lead), f"/actions?q={wanted.reference}")) == [wanted.reference]
    assert rows_of(page(as_user(cast.lead), "/actions?q=100%25")) == []
    assert rows_of(page(as_user(cast.other_lead), "/actions?q=sepsis")) == []


def test_what_is_for_me_is_a_list_of_its_own(cast: Cast, as_user: Any) -> None:
    watched, mentioned, done, asked, _ = some(cast, 5)
    with scope_of(access(cast.executive)) as by:
        watch_action(watched, by=by, now=NOW, watch=True)
    with scope_of(access(cast.lead)) as by:
        comment_on_action(mentioned, by=by, now=NOW, words=f"@{cast.executive.name}: look.")
        ask_extension(
            asked, by=by, now=NOW, due_wanted=asked.due_on.replace(year=2028), reason="x", impact="x",
            interim_control="x",
        )  # fmt: skip
    finish(done, cast)
    client = as_user(cast.executive)
    for show, action in (("watching", watched), ("mentioned", mentioned), ("verify", done), ("decide", asked)):
        assert rows_of(page(client, f"/actions?show={show}")) == [action.reference]
        assert rows_of(page(as_user(cast.lead), f"/actions?show={show}")) == []
    client.get(f"/actions/{mentioned.reference}/comments")
    assert rows_of(page(client, "/actions?show=mentioned")) == []


def text_of(client: Client, path: str) -> str:
    return str(client.get(path).content.decode())


def save(client: Client, query: str, **sent: str) -> Any:
    return client.post(f"/actions/views{query}", sent)


def test_a_saved_view_opens_the_same_list_and_one_is_shown_first(cast: Cast, as_user: Any) -> None:
    some(cast)
    client = as_user(cast.lead)
    answer = save(client, "?status=open&sort=-reference", name="Mine", is_default="on")
    assert answer["Location"] == "/actions?status=open&sort=-reference"
    assert client.get("/actions")["Location"] == "/actions?status=open&sort=-reference"
    assert heading(page(client, "/actions?all=1")) == "3 actions"
    assert "Mine" in text_of(client, "/actions?all=1")
    save(client, "?status=done", name="Mine")
    assert client.get("/actions").status_code == 200  # it is replaced, and first no more


def test_a_shared_view_shows_a_colleague_the_same_rows_and_a_stranger_nothing(cast: Cast, as_user: Any) -> None:
    some(cast)
    address = save(as_user(cast.lead), "?q=Action", name="Committee", share="on")["Location"]
    save(as_user(cast.lead), "?q=Secret", name="Private")
    mine = rows_of(page(as_user(cast.lead), address))
    for person in (cast.executive, cast.person(Role.BOARD_SIGNATORY, "XN1")):
        colleague = text_of(as_user(person), "/actions")
        assert "Committee" in colleague
        assert "Private" not in colleague
        assert rows_of(page(as_user(person), address)) == mine
    for stranger in (cast.other_lead, cast.national):
        assert "Committee" not in text_of(as_user(stranger), "/actions")
    assert rows_of(page(as_user(cast.other_lead), address)) == []
    assert as_user(cast.person(Role.PEER_MENTOR, "XN1")).get(address).status_code == 404


def test_only_its_owner_forgets_a_view(cast: Cast, as_user: Any) -> None:
    save(as_user(cast.lead), "?q=x", name="Committee", share="on")
    with scope_of(access(cast.lead)):
        view = SavedView.objects.get()
    assert as_user(cast.executive).post(f"/actions/views/{view.pk}/forget").status_code == 403
    assert as_user(cast.other_lead).post(f"/actions/views/{view.pk}/forget").status_code == 404
    as_user(cast.lead).post(f"/actions/views/{view.pk}/forget")
    assert "Committee" not in text_of(as_user(cast.lead), "/actions")


def chosen(actions: list[Action]) -> str:
    return "/actions/bulk?" + "&".join(f"ref={action.reference}" for action in actions)


def test_many_are_reassigned_after_a_review_and_put_back(cast: Cast, as_user: Any) -> None:
    actions, client = some(cast, 12), as_user(cast.lead)
    sent = {"owner": str(cast.executive.pk), "why": "She takes surgery over."}
    review = client.post(chosen(actions), sent).content.decode()
    assert "12 of 12 actions will change" in review
    assert f"<del>{cast.lead}</del>" in review
    assert {stored(action).owner for action in actions} == {cast.lead}  # nothing is saved by looking
    with whole_service():
        assert not BulkChange.objects.exists()
        assert not ActionEvent.objects.filter(kind="reassigned").exists()
    changed = client.post(chosen(actions), {**sent, "step": "save"}, follow=True)
    assert "12 actions were changed." in changed.content.decode()
    assert {stored(action).owner for action in actions} == {cast.executive}
    assert "Undo" in changed.content.decode()
    with scope_of(access(cast.executive)) as by:
        record_progress(actions[0], by=by, now=moment().now, words="Begun.", status="on_track", version=2)
    undo = changed.request["PATH_INFO"] + "/undo"
    told = client.post(undo).content.decode()
    assert f"{cast.executive} has changed it since." in told
    assert "1 action was left as it is." in told
    assert [stored(action).owner for action in actions] == [cast.executive, *[cast.lead] * 11]
    again = client.post(undo, follow=True).content.decode()
    assert "This was taken back by" in again
    with whole_service():
        assert (
            ActionEvent.objects.filter(kind="reassigned", why="A change of many actions was taken back.").count() == 11
        )


def test_a_review_says_what_will_be_refused_and_why(cast: Cast, as_user: Any) -> None:
    done, going = some(cast, 2)
    finish(done, cast)
    client, actions = as_user(cast.lead), [done, going]
    sent = {"status": "at_risk", "why": "The rota fails."}
    review = " ".join(client.post(chosen(actions), sent).content.decode().split())
    assert "1 of 2 actions will change" in review
    assert f"{done.reference} is done." in review
    client.post(chosen(actions), {**sent, "step": "save"})
    assert [stored(action).status for action in actions] == ["done", "at_risk"]
    with whole_service():
        assert [one.words for one in going.updates.all()] == ["The rota fails."]


def test_later_dates_are_asked_for_many_and_given_up_by_undo(cast: Cast, as_user: Any) -> None:
    actions, client = some(cast, 2), as_user(cast.lead)
    later = {"due_wanted_day": "1", "due_wanted_month": "2", "due_wanted_year": "2100"}
    sent = {**later, "why": "No scanner.", "impact": "Waits.", "interim_control": "Paper.", "step": "save"}
    undo = client.post(chosen(actions), sent)["Location"] + "/undo"
    assert rows_of(page(as_user(cast.executive), "/actions?show=decide")) == [one.reference for one in actions]
    client.post(undo)
    assert rows_of(page(as_user(cast.executive), "/actions?show=decide")) == []


def test_a_status_put_back_is_what_it_was(cast: Cast, as_user: Any) -> None:
    (action,) = some(cast, 1)
    client = as_user(cast.lead)
    changed = client.post(chosen([action]), {"status": "on_track", "why": "Begun.", "step": "save"})
    client.post(changed["Location"] + "/undo")
    assert stored(action).status == "not_started"


@pytest.mark.parametrize("sent", [{"why": "x"}, {"status": "at_risk"}, {"status": "done", "why": "x"}, {}])
def test_a_change_of_nothing_or_without_a_reason_is_refused(cast: Cast, as_user: Any, sent: dict[str, str]) -> None:
    (action,) = some(cast, 1)
    answer = as_user(cast.lead).post(chosen([action]), {**sent, "step": "save"})
    assert answer.status_code == 200
    with whole_service():
        assert not BulkChange.objects.exists()


def test_nobody_changes_many_of_another_trusts(cast: Cast, as_user: Any) -> None:
    actions = some(cast, 2)
    sent = {"status": "at_risk", "why": "Mine.", "step": "save"}
    for person in (cast.other_lead, cast.national, cast.executive):
        answer = as_user(person).post(chosen(actions), sent)
        assert answer.status_code in (200, 404)
    assert {stored(action).status for action in actions} == {"not_started"}
    bulk = as_user(cast.lead).post(chosen(actions), sent)["Location"]
    for person in (cast.other_lead, cast.national, cast.executive):
        assert as_user(person).get(bulk).status_code == 404
        assert as_user(person).post(f"{bulk}/undo").status_code == 404


def test_a_meeting_goes_through_the_list_and_keeps_both_names(cast: Cast, as_user: Any) -> None:
    first, second = some(cast, 2)
    client = as_user(cast.lead)
    found = page(client, "/actions/meeting?status=open")
    assert "1 of 2" in heading(found)
    sent = {"status": "at_risk", "words": "Two wards left.", "on_behalf_of": str(cast.executive.pk)}
    path = f"/actions/meeting?status=open&at={first.reference}"
    answer = client.post(path, {**hidden(found), **sent})
    assert answer["Location"] == f"/actions/meeting?status=open&at={second.reference}"
    with whole_service():
        said = ProgressUpdate.objects.get()
        assert (said.by, said.on_behalf_of) == (cast.lead, cast.executive)
    last = page(client, answer["Location"])
    done = client.post(answer["Location"], {**hidden(last), "status": "on_track", "words": "Going."})
    assert done["Location"] == "/actions?status=open"


def test_a_meeting_is_for_who_may_record_for_others(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    assert as_user(cast.executive).get("/actions/meeting").status_code == 404
    assert as_user(cast.other_lead).get(f"/actions/meeting?at={action.reference}").status_code == 404
    assert "no action to go through" in as_user(cast.other_lead).get("/actions/meeting").content.decode()
