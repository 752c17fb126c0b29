"""Contents page: every table of `peerreview`."""

from peerreview.pairing.models import PairingRound, ProposedPair, RoundEvent, RoundWorkings

__all__ = ["PairingRound", "ProposedPair", "RoundEvent", "RoundWorkings"]
