"""Nobody sees a round before its time: each wall is tried with the other taken away."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from peerreview.pairing.models import PairingRound, ProposedPair, RoundEvent, RoundWorkings
from peerreview.pairing.operations import publish_round
from tests.cast import make_person
from tests.peerreview.england import NOW, TODAY
from tracker.people.access import Access, access_of
from tracker.people.roles import Role
from tracker.people.scope import enter
from tracker.trusts.models import Trust

TABLES = (PairingRound, ProposedPair, RoundWorkings, RoundEvent)


@pytest.fixture
def theirs(trusts: dict[str, Trust]) -> dict[str, Access]:
    """The access of somebody at each trust."""
    return {
        code: access_of(make_person(f"Lead {code}", Role.IMPROVEMENT_LEAD, trust=trust), TODAY)
        for code, trust in trusts.items()
    }


@contextmanager
def second_wall_only(access: Access, by: Access) -> Iterator[None]:
    """The database's own view for `access`; no queryset filters anything."""
    enter(access)
    yield
    enter(by)


def codes() -> list[str]:
    return sorted(ProposedPair.objects.values_list("trust__code", flat=True))


def test_before_publication_the_database_shows_a_trust_nothing(
    proposed: PairingRound, theirs: dict[str, Access], by: Access
) -> None:
    for access in theirs.values():
        with second_wall_only(access, by):
            assert [table.objects.count() for table in TABLES] == [0, 0, 0, 0]


def test_after_publication_the_database_shows_a_trust_its_own_pair_only(
    proposed: PairingRound, theirs: dict[str, Access], by: Access
) -> None:
    publish_round(proposed, by=by, now=NOW)
    helper = ProposedPair.objects.get(trust__code="ZNA").helper
    assert helper is not None
    with second_wall_only(theirs["ZNA"], by):
        assert codes() == ["ZNA"]
        assert PairingRound.objects.count() == 1
        assert RoundWorkings.objects.count() == RoundEvent.objects.count() == 0
    with second_wall_only(theirs[helper.code], by):
        assert "ZNA" in codes()
    with second_wall_only(theirs["ZHC"], by):  # in no pair: the round is not there
        assert codes() == []
        assert PairingRound.objects.count() == 0


def test_before_publication_the_querysets_show_a_trust_nothing(
    proposed: PairingRound, theirs: dict[str, Access], by: Access
) -> None:
    """The scope stays the convenor's, so that the database hides nothing here."""
    for access in theirs.values():
        assert [table.objects.visible_to(access).count() for table in TABLES] == [0, 0, 0, 0]
    assert [table.objects.visible_to(by).count() for table in TABLES] == [1, 2, 1, 1]


def test_after_publication_the_querysets_show_a_trust_its_own_pair_only(
    proposed: PairingRound, theirs: dict[str, Access], by: Access
) -> None:
    publish_round(proposed, by=by, now=NOW)
    seen = ProposedPair.objects.visible_to(theirs["ZNB"])
    assert [pair.trust.code for pair in seen] == ["ZNB"]
    assert PairingRound.objects.visible_to(theirs["ZNB"]).count() == 1
    assert RoundWorkings.objects.visible_to(theirs["ZNB"]).count() == 0
    assert PairingRound.objects.visible_to(theirs["ZHC"]).count() == 0


def test_a_trust_cannot_publish_or_write_by_any_way_round_the_operations(
    proposed: PairingRound, theirs: dict[str, Access], by: Access
) -> None:
    pair = ProposedPair.objects.get(trust__code="ZNA")
    with second_wall_only(theirs["ZNA"], by):
        assert PairingRound.objects.filter(pk=proposed.pk).update(state="published") == 0
        assert ProposedPair.objects.filter(pk=pair.pk).update(published=True) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ProposedPair.objects.create(pairing_round=proposed, trust=pair.trust, need=1, explanation={})


def test_a_pair_never_changes_its_trust_and_an_event_never_changes(proposed: PairingRound, by: Access) -> None:
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ProposedPair.objects.filter(trust__code="ZNA").update(trust=Trust.objects.get(code="ZHC"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE round_event SET why = 'otherwise'")
