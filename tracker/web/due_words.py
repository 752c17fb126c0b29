"""The words of due dates: what was promised, what was asked, and what the trust's own record says."""

from tracker.plans.closing_models import Extension
from tracker.plans.forecast import FEWEST, Coverage, Range
from tracker.plans.lifecycle import Asked
from tracker.web.action_words import moment_words
from tracker.web.ratings_words import long_day

_TONES = {Asked.ASKED: "yellow", Asked.GRANTED: "green", Asked.REFUSED: "red", Asked.WITHDRAWN: "grey"}


def shown_extension(one: Extension) -> dict[str, str]:
    """A wish for a later date, with its arguments oldest first."""
    by = f"{one.asked_by} on behalf of {one.asked_for}" if one.asked_for else str(one.asked_by)
    decided = one.decided_by is not None and one.decided_at is not None
    said = sorted(one.arguments.all(), key=lambda words: words.pk)
    return {
        "before": long_day(one.due_before),
        "wanted": long_day(one.due_wanted),
        "reason": one.reason,
        "impact": one.impact,
        "interim_control": one.interim_control,
        "asked": moment_words(one.asked_at),
        "asked_by": by,
        "state": Asked(one.state).label,
        "tone": _TONES[Asked(one.state)],
        "decided": f"{moment_words(one.decided_at)} by {one.decided_by}" if decided else "",
        "decision": one.decision,
        "arguments": "\n".join(f"{words.by}: {words.words}" for words in said),
    }


def forecast_words(said: Range | None, held: Coverage, cases: int) -> dict[str, str]:
    """The forecast in two sentences; where too few cases say anything, that."""
    if said is None:
        return {
            "said": f"Too few to say: {cases} finished {'action' if cases == 1 else 'actions'} of this trust, and at "
            f"least {FEWEST} like this one are needed.",
            "held": "",
        }
    words = f"Between {long_day(said.earliest)} and {long_day(said.latest)}: eight in ten of the {said.cases} finished "
    words += "actions of this trust that took at least as long were finished in such a range."
    if not held.of:
        return {"said": words, "held": "How well such ranges held is not known yet."}
    return {
        "said": words,
        "held": f"Such ranges, said on the day each action was made, held for {held.held} of {held.of}.",
    }
