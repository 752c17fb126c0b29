"""Rounds and pairs by token: before publication for those who run them, afterwards each trust its own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from peerreview.pairing.models import PairingRound, ProposedPair
from peerreview.pairing.operations import publish_round
from tests.peerreview.england import NOW
from tracker.accounts.models import User
from tracker.people.access import Access, everything
from tracker.people.tokens import issue_token

Reading = Callable[[User, str], list[dict[str, Any]]]


@pytest.fixture
def reads() -> Reading:
    """What a person's token is shown of a list."""

    def rows(person: User, path: str) -> list[dict[str, Any]]:
        secret = issue_token(person, by=everything())
        answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Token {secret}"})
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    return rows


def test_before_publication_only_those_who_run_rounds_see_one(
    proposed: PairingRound, convenor: User, at: Any, reads: Reading
) -> None:
    (shown,) = reads(convenor, "rounds")
    assert (shown["name"], shown["state"], shown["need_total"]) == ("Winter 2026", "proposed", proposed.need_total)
    assert len(reads(convenor, f"pairs?round={proposed.pk}")) == proposed.pairs.count()
    assert reads(convenor, "rounds?state=published") == []
    for code in ("ZNA", "ZHA", "ZHC"):
        lead = at(code)
        assert reads(lead, "rounds") == reads(lead, "pairs") == []


def test_afterwards_a_trust_and_its_helper_see_their_pair_and_no_other(
    proposed: PairingRound, by: Access, at: Any, reads: Reading
) -> None:
    publish_round(proposed, by=by, now=NOW)
    pair = ProposedPair.objects.get(trust__code="ZNA")
    assert pair.helper is not None
    host, helper, neither = at("ZNA"), at(pair.helper.code), at("ZHC")
    (shown,) = reads(host, "pairs")
    assert (shown["trust"], shown["helper"], shown["need"]) == ("ZNA", pair.helper.code, pair.need)
    assert shown["explanation"] == pair.explanation
    assert "ZNA" in {row["trust"] for row in reads(helper, f"pairs?helper={pair.helper.code}")}
    (told,) = reads(host, "rounds")
    assert told["state"] == "published"
    assert not {"need_total", "need_met"} & told.keys()  # they speak of every trust of the round
    assert reads(neither, "rounds") == reads(neither, "pairs") == []


@pytest.mark.parametrize("model", [PairingRound, ProposedPair])
def test_the_database_hides_them_from_a_token_by_itself(
    proposed: PairingRound, at: Any, reads: Reading, monkeypatch: Any, model: Any
) -> None:
    monkeypatch.setattr(type(model.objects.all()), "visible_to", lambda rows, access: rows)
    assert reads(at("ZNA"), "rounds") == reads(at("ZNB"), "pairs") == []


def test_pairs_are_read_in_as_many_queries_whatever_their_number(
    proposed: PairingRound, convenor: User, reads: Reading
) -> None:
    asked = []
    for size in (1, 100):
        with CaptureQueriesContext(connection) as queries:
            assert reads(convenor, f"pairs?page_size={size}")
        asked.append(len(queries))
    assert asked[0] == asked[1]
