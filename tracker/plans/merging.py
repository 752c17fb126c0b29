"""Two people change the texts of one thing at once: what both meant, field by field.  Pure.

A field that one of them left alone takes what the other wrote.  A field that both changed, differently, is a
clash: nobody's words are chosen for them, both are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Merged:
    """`values` is every field as it should stand; in a clash mine, which is not saved before I have seen theirs."""

    values: dict[str, str]
    clashes: dict[str, str]  # the field, and what they wrote

    def changes_from(self, stands: Mapping[str, str]) -> dict[str, list[str]]:
        """What differs from what stands now: before and after, by field."""
        return {name: [stands[name], value] for name, value in self.values.items() if value != stands[name]}


def merge(base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """`mine` was written by somebody who saw `base`; `theirs` stands now.  All three have the same fields."""
    values, clashes = {}, {}
    for name, was in base.items():
        if mine[name] in {was, theirs[name]}:
            values[name] = theirs[name]
        else:
            values[name] = mine[name]
            if theirs[name] != was:
                clashes[name] = theirs[name]
    return Merged(values, clashes)
