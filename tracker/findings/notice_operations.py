"""What becomes of a notice or a condition, recorded by the trust's improvement lead or national staff."""

from datetime import date, datetime

from django.db import transaction

from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.findings.notice_lifecycle import MOVES_OF, NoticeState
from tracker.findings.reading_models import Notice, NoticeEvent
from tracker.people.access import Access
from tracker.problems import NotAllowed, Refused, Stale


@transaction.atomic
def move_notice(
    notice: Notice,
    *,
    by: Access,
    now: datetime,
    version: int,
    state: str,
    happened_on: date,
    why: str = "",
    nhs_number_checked: bool = False,
) -> NoticeEvent:
    """Record that a notice moved on: reported on, met, lifted, with the day it happened.

    Raises `NotAllowed`, `Stale`, or `Refused` for a move its lifecycle does not have, a day still to come or before
    the report, or words that look like they hold an NHS number (unless checked)."""
    visible = Notice.objects.visible_to(by).select_related("finding__inspection")
    fresh = visible.select_for_update(no_key=True, of=("self",)).filter(pk=notice.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's notices.")
    start = NoticeState(fresh.state)
    can = MOVES_OF[fresh.form].get((start, NoticeState(state))) if state in NoticeState.values else None
    if can is None:
        raise Refused(f"From \u201c{start.label}\u201d it cannot go there. Choose what happened.", field="state")
    if by.person_id is None or not by.may(can, fresh.trust_id):
        raise NotAllowed("Only the trust's improvement lead or national staff may record what became of a notice.")
    if version != fresh.version:
        last = fresh.events.select_related("by").first()
        raise Stale(
            "Somebody recorded something while you were writing. What you wrote is kept below; read what stands now, "
            "then save again.",
            theirs={
                "version": str(fresh.version),
                "state": start.label,
                "words": last.why if last else "",
                "by": str(last.by) if last else "",
            },
        )
    if happened_on > Moment(now).today:
        raise Refused("The day must be today or in the past.", field="happened_on")
    if happened_on < fresh.finding.inspection.published_on:
        raise Refused("The day must be on or after the day of the report.", field="happened_on")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    fresh.state = state
    fresh.version += 1
    fresh.save(update_fields=["state", "version"])
    return NoticeEvent.objects.create(
        trust_id=fresh.trust_id,
        notice=fresh,
        state_before=start,
        state_after=state,
        happened_on=happened_on,
        why=why.strip(),
        at=now,
        by_id=by.person_id,
    )
