"""Contents page: every table of `peerreview`."""

from peerreview.pairing.models import PairingRound, ProposedPair

__all__ = ["PairingRound", "ProposedPair"]
