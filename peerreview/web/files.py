"""What the lists of pairing rounds are as files."""

from typing import Final

from peerreview.pairing.models import PairingRound, ProposedPair
from peerreview.web.presenters import board_row, helper_words, round_tag, share
from tracker.reports.tables import Columns

ROUNDS: Final = Columns[PairingRound](
    title="Pairing rounds",
    stem="pairing-rounds",
    values={
        "Round": lambda each: each.name,
        "State": lambda each: round_tag(each)["text"],
        "Ratings as at": lambda each: each.as_at,
        "Trusts": lambda each: each.trusts,  # type: ignore[attr-defined]  # counted by the view's query
        "Trusts with a helper": lambda each: each.paired,  # type: ignore[attr-defined]
        "Need met": lambda each: share(each.need_met, each.need_total),
        "Proposed on": lambda each: each.proposed_at.date(),
        "Proposed by": lambda each: str(each.proposed_by),
    },
)
OWN_PAIRS: Final = Columns[ProposedPair](
    title="Your proposed pairs",
    stem="proposed-pairs",
    values={
        "Round": lambda pair: pair.pairing_round.name,
        "Ratings as at": lambda pair: pair.pairing_round.as_at,
        "Trust code": lambda pair: pair.trust.code,
        "Needs help": lambda pair: pair.trust.name,
        "Could learn from": helper_words,
        "Need met": lambda pair: pair.need_met,
        "Need": lambda pair: pair.need,
    },
)


def pairs_of_round(pairing_round: PairingRound, limits: dict[str, list[str]]) -> Columns[ProposedPair]:
    """A round's board, with every weakness instead of the worst.  `limits` as `board_row` has them."""
    return Columns(
        title=f"Pairs of {pairing_round.name}",
        stem=f"pairs-of-round-{pairing_round.pk}",
        values={
            "Trust code": lambda pair: pair.trust.code,
            "Needs help": lambda pair: pair.trust.name,
            "Region": lambda pair: pair.trust.region.name if pair.trust.region else "",
            "On what": lambda pair: "; ".join(": ".join(weak) for weak in pair.explanation["weak"]),
            "Helper code": lambda pair: pair.helper.code if pair.helper else "",
            "Could learn from": helper_words,
            "Need met": lambda pair: pair.need_met,
            "Need": lambda pair: pair.need,
            "Fit of 1,000": lambda pair: pair.fit,
            "Why": lambda pair: board_row(pair, limits).why,
        },
    )
