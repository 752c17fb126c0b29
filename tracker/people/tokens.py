"""Tokens with which other systems sign in as a person.

The database keeps only a digest: whoever reads it, or the administration pages, cannot sign in with what they
read.  A secret has 256 random bits, so a plain digest needs no salt and no slow hash.
"""

import secrets
from hashlib import sha256

from django.db import transaction
from rest_framework.authtoken.models import Token

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused

MARK = "turnaround_"  # lets a scanner for leaked secrets know one


def kept_of(secret: str) -> str:
    """What the database keeps of a secret: 160 bits of its digest, as long as the column is wide."""
    return sha256(secret.encode()).hexdigest()[:40]


@transaction.atomic
def issue_token(person: User, *, by: Access) -> str:
    """A new secret for the person, shown this once; any earlier one ends.  Raises NotAllowed, or Refused for
    somebody who has been disabled."""
    if not by.may(Can.MANAGE_PEOPLE):
        raise NotAllowed("Only a system administrator can issue tokens.")
    if not person.is_active:
        raise Refused(f"{person.email} is disabled. Enable the account first.", field="email")
    secret = MARK + secrets.token_urlsafe(32)
    Token.objects.filter(user=person).delete()
    Token.objects.create(user=person, key=kept_of(secret))
    return secret


@transaction.atomic
def revoke_token(person: User, *, by: Access) -> bool:
    """End the person's token, at once; whether there was one.  Raises NotAllowed."""
    if not by.may(Can.MANAGE_PEOPLE):
        raise NotAllowed("Only a system administrator can revoke tokens.")
    return bool(Token.objects.filter(user=person).delete()[0])
