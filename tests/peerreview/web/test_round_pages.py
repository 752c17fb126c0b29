"""The pages of pairing rounds, as those who run them and the trusts in them see them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from peerreview.pairing.inputs import Limits
from peerreview.pairing.models import PairingRound, ProposedPair
from peerreview.pairing.operations import propose_round, publish_round
from tests.cast import make_person
from tests.peerreview.england import NOW, TODAY, large_england
from tests.tracker.web.files import read_csv
from tests.tracker.web.page import Page
from tracker.people.access import Access
from tracker.people.roles import Role
from tracker.people.scope import enter
from tracker.trusts.models import Trust

NEW = {"name": "Winter 2026", "room": "2", "same_system": "ask"}


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(Page(answer.content.decode()).all("main")[0].text.split())


def test_before_any_round_the_list_says_so_and_offers_one(convening: Client) -> None:
    page = words(convening.get("/peer/rounds"))
    assert "No round has been proposed yet." in page
    assert "Propose a round" in page


def test_without_ratings_a_round_is_refused_in_a_sentence(convening: Client) -> None:
    assert "No ratings are imported yet" in words(convening.get("/peer/rounds/new"))
    assert "No ratings are imported yet" in words(convening.post("/peer/rounds/new", NEW))
    assert not PairingRound.objects.exists()


def test_a_round_says_what_it_would_read_before_it_is_proposed(convening: Client, trusts: dict[str, Trust]) -> None:
    page = words(convening.get("/peer/rounds/new"))
    assert "2 trusts need help" in page
    assert "2 trusts may help" in page
    assert "Netherby Hospitals NHS Trust" in page
    assert "Hollins" not in page  # Good, and has turned nothing round
    assert "Weights, dated 1 November 2026" in page
    assert "evidence on peer support between trusts is thin" in page


def test_a_round_is_proposed_read_published_and_seen_by_its_trusts(
    convening: Client, trusts: dict[str, Trust], at: Any, as_user: Any
) -> None:
    """The thread, from imported ratings to what two trusts read of each other."""
    answer = convening.post("/peer/rounds/new", NEW, follow=True)
    board = words(answer)
    assert "Winter 2026 is proposed. No trust sees it until you publish it." in board
    assert "Trusts with a helper 2 of 2" in board
    assert "Surgery: Safe" in board
    address = answer.redirect_chain[-1][0]
    pair = words(convening.get(f"{address}/ZNA"))
    for heading in ("Reasons for", "Reason against", "The fit, part by part", "Why not another helper?"):
        assert heading in pair
    assert "Surgery, Safe: Outstanding (9 March 2025), where the trust is Inadequate" in pair
    host, helper = as_user(at("ZNA")), as_user(at("ZHA", Role.PEER_MENTOR))
    assert host.get(f"{address}/ZNA").status_code == 404
    assert "see what is proposed" in words(convening.get(f"{address}/publish"))
    assert "is published" in words(convening.post(f"{address}/publish", follow=True))
    assert "could learn from Harbour and Haven" in words(host.get(f"{address}/ZNA"))
    assert "Netherby Hospitals" in words(helper.get("/peer/rounds"))
    assert helper.get(f"{address}/ZNA").status_code == 200


def test_a_trust_sees_its_own_pair_and_nothing_else(proposed: PairingRound, by: Access, at: Any, as_user: Any) -> None:
    publish_round(proposed, by=by, now=NOW)
    address = f"/peer/rounds/{proposed.pk}"
    own = as_user(at("ZNA"))
    for page in (words(own.get("/peer/rounds")), words(own.get(address)), words(own.get(f"{address}/ZNA"))):
        assert "Netherby" in page
        assert "Brackley" not in page
        assert "Why not another helper?" not in page
    for hidden in (f"{address}/ZNB", "/peer/rounds/new", f"{address}/publish", f"{address}/set-aside"):
        assert own.get(hidden).status_code == 404
        assert own.post(hidden).status_code == 404
    stranger = as_user(at("ZHC"))
    assert "No pair has been published" in words(stranger.get("/peer/rounds"))
    for hidden in (address, f"{address}/ZNA", f"{address}/ZNB"):
        assert stranger.get(hidden).status_code == 404


@pytest.mark.parametrize("role", [Role.REGIONAL_STAFF, Role.SYSTEM_ADMINISTRATOR, Role.LAY_REVIEWER])
def test_others_see_no_pair_even_of_a_published_round(
    proposed: PairingRound, by: Access, role: Role, as_user: Any, trusts: dict[str, Trust]
) -> None:
    from_where = {"region": trusts["ZNA"].region} if role is Role.REGIONAL_STAFF else {}
    publish_round(proposed, by=by, now=NOW)
    client = as_user(make_person(role.label, role, **from_where))
    assert "No pair has been published" in words(client.get("/peer/rounds"))
    assert client.get(f"/peer/rounds/{proposed.pk}").status_code == 404


def test_a_round_set_aside_is_out_of_sight_again(
    proposed: PairingRound, by: Access, convening: Client, at: Any, as_user: Any
) -> None:
    publish_round(proposed, by=by, now=NOW)
    address = f"/peer/rounds/{proposed.pk}"
    assert "Say why the round is set aside" in words(convening.post(f"{address}/set-aside", {"why": " "}))
    assert "No trust sees it." in words(convening.post(f"{address}/set-aside", {"why": "Merged."}, follow=True))
    assert as_user(at("ZNA")).get(address).status_code == 404
    assert "Merged." in words(convening.get(address))
    assert "can no longer be done" in words(convening.post(f"{address}/publish", follow=True))


def test_a_round_without_a_name_keeps_what_was_chosen(convening: Client, trusts: dict[str, Trust]) -> None:
    answer = convening.post("/peer/rounds/new", {**NEW, "name": " ", "room": "4"})
    page = Page(answer.content.decode())
    assert "There is a problem" in words(answer)
    assert [e.get("value") for e in page.all("option") if "selected" in e.attributes] == ["4"]


def test_the_board_is_filtered_and_says_by_what(proposed: PairingRound, convening: Client) -> None:
    address = f"/peer/rounds/{proposed.pk}"
    both = words(convening.get(address, {"region": "YW", "outcome": "paired"}))
    assert "2 trusts, filtered by Western England, A helper is proposed" in both
    none = words(convening.get(address, {"outcome": "unpaired"}))
    assert "No trust of this round fits these filters." in none


def test_a_trust_without_a_place_is_told_so_and_those_who_run_the_round_which_limit_to_relax(
    trusts: dict[str, Trust], by: Access, convening: Client, at: Any, as_user: Any
) -> None:
    Trust.objects.filter(code="ZHB").update(closed=TODAY)
    made = propose_round(name="Short", by=by, now=NOW, today=TODAY, limits=Limits(room=1))
    left = ProposedPair.objects.get(pairing_round=made, helper=None)
    page = words(convening.get(f"/peer/rounds/{made.pk}/{left.trust.code}"))
    assert "Which limit to relax" in page
    assert "One more place at Harbour and Haven" in page
    publish_round(made, by=by, now=NOW)
    own = words(as_user(at(left.trust.code)).get(f"/peer/rounds/{made.pk}/{left.trust.code}"))
    assert "Nobody is proposed" in own
    assert "Harbour" not in own  # who holds the places is not the trust's to know


def test_pages_ask_no_more_of_the_database_for_more_trusts(db: None, by: Access, convening: Client) -> None:
    large_england(4, 3, services=["Surgery"], sites=1)
    few = propose_round(name="Few", by=by, now=NOW, today=TODAY, limits=Limits())

    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert convening.get(path).status_code == 200
        own = [query for query in queries if "SAVEPOINT" not in query["sql"]]  # the test's own transactions
        return len(own)

    before = [asked(f"/peer/rounds/{few.pk}"), asked("/peer/rounds"), asked("/peer/rounds/new")]
    enter(by)
    for number in range(30):
        trust = Trust.objects.create(code=f"ZX{number}", name=f"Another {number}", type="general_acute")
        ProposedPair.objects.create(
            pairing_round=few, trust=trust, need=0, explanation={"what": "not_matched", "headline": "x", "weak": []}
        )
    after = [asked(f"/peer/rounds/{few.pk}"), asked("/peer/rounds"), asked("/peer/rounds/new")]
    assert after == before
    assert max(after) <= 12


def test_rounds_and_pairs_download_as_each_person_sees_them(
    convening: Client, proposed: PairingRound, by: Access, at: Any, as_user: Any
) -> None:
    own, board = as_user(at("ZNA")), f"/peer/rounds/{proposed.pk}?format=csv"
    assert read_csv(own, "/peer/rounds?format=csv") == []
    assert own.get(board).status_code == 404
    (row,) = read_csv(convening, "/peer/rounds?format=csv")
    assert (row["Round"], row["State"], row["Trusts"]) == (proposed.name, "Proposed", "2")
    every = read_csv(convening, board)
    assert sorted(pair["Trust code"] for pair in every) == ["ZNA", "ZNB"]
    assert all(pair["Why"] for pair in every)
    assert read_csv(convening, f"{board}&outcome=unpaired") == []
    publish_round(proposed, by=by, now=NOW)
    assert [pair["Trust code"] for pair in read_csv(own, "/peer/rounds?format=csv")] == ["ZNA"]
    assert [pair["Trust code"] for pair in read_csv(own, board)] == ["ZNA"]
