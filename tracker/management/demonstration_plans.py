"""The demonstration's plan in three versions, and a tracker that waits to be checked, made by the people who may."""

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.models import Inspection
from tracker.people.access import access_of
from tracker.plans.importing import receive_tracker
from tracker.plans.planning import accept_plan, approve_plan, draft_next_version, draft_plan, submit_plan
from tracker.plans.tracker_rows import read_pasted

TRACKER = (
    "Ref\tMD/SD\tCore service\tCQC requirement\tAction\tExec lead\tAction owner\tOriginal due\tRevised due\tBRAG\n"
    "MD11\tMust\tMedicine\tSufficient nursing staff at night\tRecruit 24 nurses; daily staffing call\tDaniel Okafor\t"
    "Ngozi Adeyemi\t31/03/2026\t30/06/2027\tAmber\n"
    "MD12\tMust\tUEC\tTriage in 15 minutes\tNew triage model\tDaniel Okafor\tHead of ED\t28/02/2027\t\tGreen\n"
    "SD11\tShould\tSurgery\tFewer cancelled operations\tTheatre productivity programme\tDaniel Okafor\t\t30/09/2027\t\t"
    "Blue\n"
)


def prepare_plans(inspection: Inspection, moment: Moment) -> None:
    """A first version superseded, a second accepted by CQC, a third drafted; a board paper's tracker pasted."""
    lead = access_of(User.objects.get(email="lead@demo.test"), moment.today)
    chief = access_of(User.objects.get(email="chief@demo.test"), moment.today)
    first = draft_plan(inspection, by=lead, now=moment.now, rows=[])
    approve_plan(first, by=chief, now=moment.now, why="Read and agreed at the executive meeting.")
    again = "The dates of the emergency department were agreed with CQC."
    second = draft_next_version(first, by=lead, now=moment.now, why=again)
    approve_plan(second, by=chief, now=moment.now, why="Agreed with the new dates.")
    submit_plan(second, by=lead, now=moment.now, why="By e-mail to the inspection manager.", on=moment.today)
    accept_plan(second, by=lead, now=moment.now, why="CQC's letter.", on=moment.today)
    draft_next_version(second, by=lead, now=moment.now, why="For the quarter's review.")
    receive_tracker(
        inspection.trust, by=lead, now=moment.now, sheet=read_pasted(TRACKER), name="Board paper, appendix 2"
    )
