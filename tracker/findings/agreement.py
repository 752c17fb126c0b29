"""How far two people who coded the same findings agree: Cohen's kappa (Educational and Psychological Measurement,
1960).  Each (finding, cause) is one decision, yes or no; 1 is full agreement, 0 what chance alone would give."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Kappa over the findings both coded; None where chance would agree fully, so that it says nothing."""

    findings: int
    agreed: float
    kappa: float | None


def agreement(
    first: Mapping[int, Collection[str]], second: Mapping[int, Collection[str]], causes: Collection[str]
) -> Agreement | None:
    """The agreement of two coders, each a mapping from finding to the causes they named.  None where no finding was
    coded by both."""
    both = sorted(first.keys() & second.keys())
    if not both or not causes:
        return None
    pairs = [(cause in first[one], cause in second[one]) for one in both for cause in sorted(causes)]
    total = len(pairs)
    agreed = sum(a == b for a, b in pairs) / total
    yes_first, yes_second = sum(a for a, _ in pairs) / total, sum(b for _, b in pairs) / total
    by_chance = yes_first * yes_second + (1 - yes_first) * (1 - yes_second)
    return Agreement(len(both), agreed, None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance))
