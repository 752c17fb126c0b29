"""Comments with mentions, and watching an action."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing_models import Extension
from tracker.plans.models import Action
from tracker.plans.queries import people_of_the_plan
from tracker.plans.working_models import Comment, Mention, Watching
from tracker.plans.writing import locked, person_of
from tracker.problems import NotAllowed, Refused


@transaction.atomic
def comment_on_action(
    action: Action,
    *,
    by: Access,
    now: datetime,
    words: str,
    extension: Extension | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> Comment:
    """Say something about an action, or about a wish for a later date: whoever may see the plan.

    People of the plan whose names stand after an @ are told; nobody else can be."""
    person_id = person_of(by, "A comment is made by a person.")
    action, _ = locked(action, by)
    if form_key and (sent := action.comments.filter(form_key=form_key, by_id=person_id).first()):
        return sent
    if extension is not None and extension.action_id != action.pk:
        raise NotAllowed("That is about another action.")
    words = words.strip()
    if not words:
        raise Refused("Enter a comment.", field="words")
    refuse_nhs_numbers(words, field="words", checked=nhs_number_checked)
    made = Comment.objects.create(
        trust_id=action.trust_id, action=action, extension=extension, words=words, at=now, by_id=person_id,
        form_key=form_key,
    )  # fmt: skip
    people = people_of_the_plan(action.trust_id, Moment(now).today).exclude(pk=person_id)
    Mention.objects.bulk_create(
        Mention(trust_id=action.trust_id, comment=made, person=person) for person in mentioned(words, list(people))
    )
    return made


def mentioned(words: str, people: list[User]) -> list[User]:
    """Those of `people` whose whole name stands after an @; of "@Ann Lee" and "@Ann Leeds" each means their own."""
    found = []
    for person in people:
        if re.search(rf"@{re.escape(person.name)}(?!\w)", words, re.IGNORECASE):
            found.append(person)
    return found


@transaction.atomic
def watch_action(action: Action, *, by: Access, now: datetime, watch: bool) -> None:
    """Watch an action, or no longer: whoever may see it."""
    person_id = person_of(by, "A person watches.")
    if not by.may(Can.SEE_PLANS, action.trust_id):
        raise NotAllowed("You may not see this trust's plan.")
    if watch:
        Watching.objects.bulk_create(
            [Watching(trust_id=action.trust_id, action=action, person_id=person_id, since=now, seen_at=now)],
            ignore_conflicts=True,
        )
    else:
        Watching.objects.filter(action=action, person_id=person_id).delete()


@transaction.atomic
def look_at_action(action: Action, *, by: Access, now: datetime) -> None:
    """The person has read the action's comments: what mentioned them there, and what they watch, is seen."""
    if by.person_id is None:
        return
    Mention.objects.filter(comment__action=action, person_id=by.person_id, seen_at=None).update(seen_at=now)
    Watching.objects.filter(action=action, person_id=by.person_id).update(seen_at=now)
