"""What an import says of organisations in words: "RBA11 Musgrove Park moves from Taunton (RBA) to Somerset (RH5)"."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tracker.ratings.models import OrganisationKind, OrganisationStatement, ProposedOrganisation, RatedOrganisation
from tracker.trusts.models import Trust

FIELD_WORDS: Final = {
    "name": "name", "organisation_type": "type", "category": "category", "ods_code": "ODS code",
    "postcode": "postcode", "local_authority": "local authority", "nhs_region": "NHS region",
    "provider_cqc_id": "provider", "registration_status": "registration",
}  # fmt: skip

Said = ProposedOrganisation | OrganisationStatement


def trusts_named(said: Iterable[Said]) -> dict[int, Trust]:
    """The trusts that moves are from and to, by id."""
    ids = {values.get("trust_id") for one in said for values in (one.before, one.said)}
    return Trust.objects.in_bulk([pk for pk in ids if pk is not None])


def say_organisation(said: Said, trusts: Mapping[int, Trust]) -> str:
    """One change as a sentence; `trusts` are those of `trusts_named`."""
    if said.kind == OrganisationKind.JOINED:
        assert said.predecessor
        assert said.successor
        one, other = said.predecessor, said.successor
        return f"{one.cqc_id} {one.name} carries on as {other.cqc_id} {other.name}"
    assert said.organisation
    subject = named(said.organisation)
    if said.kind == OrganisationKind.MOVED:
        before, after = (_trust(values, trusts) for values in (said.before, said.said))
        return f"{subject} moves from {before} to {after}" if before else f"{subject} belongs to {after}"
    details = [
        f"{words} “{said.before[field]}” → “{said.said[field]}”"
        if said.before[field]
        else f"{words} “{said.said[field]}”"
        for field, words in FIELD_WORDS.items()
        if field in said.said
    ]
    return f"{subject}: {', '.join(details) or 'its place in the register'}"


def named(organisation: RatedOrganisation) -> str:
    """ "RBA11 Musgrove Park"."""
    return f"{organisation.cqc_id} {organisation.name}"


def _trust(values: Mapping[str, Any], trusts: Mapping[int, Trust]) -> str:
    trust = trusts.get(values.get("trust_id") or 0)
    return f"{trust.name} ({trust.code})" if trust else ""
