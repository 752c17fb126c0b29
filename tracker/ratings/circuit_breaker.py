"""When a file looks wrong as a whole: then nothing of it applies until a second person agrees.

"More than 2% gone, or more than 20% changed, or shorter than the last file by 10%", within one scope and never
on its first load (the project's rules for ratings, section 6.5).
"""

from collections.abc import Mapping
from typing import Final

from tracker.ratings.models import ChangeKind

GONE_PERCENT: Final = 2
CHANGED_PERCENT: Final = 20
SHORTER_PERCENT: Final = 10

GONE: Final = frozenset({ChangeKind.WITHDRAWN, ChangeKind.DEREGISTERED, ChangeKind.MERGED})
CHANGED: Final = frozenset(
    {ChangeKind.BETTER, ChangeKind.WORSE, ChangeKind.RECONFIRMED, ChangeKind.REWORDED, ChangeKind.CORRECTED}
)


def reasons_to_hold(changes: Mapping[str, int], *, known: int, listed: int, listed_last: int | None) -> list[str]:
    """Sentences saying why the file is held; none when it is not.

    `changes` counts by kind; `known` is the number of cells that were current in the file's scope, `listed`
    the cells it lists and `listed_last` those of the last file applied (None: there is none to compare with).
    """
    gone = sum(changes.get(kind, 0) for kind in GONE)
    changed = sum(changes.get(kind, 0) for kind in CHANGED)
    reasons = []
    if gone * 100 > known * GONE_PERCENT:
        reasons.append(
            f"{gone:,} of {known:,} ratings are no longer listed: {_percent(gone, known)}, more than {GONE_PERCENT}%."
        )
    if changed * 100 > known * CHANGED_PERCENT:
        reasons.append(
            f"{changed:,} of {known:,} ratings differ: {_percent(changed, known)}, more than {CHANGED_PERCENT}%."
        )
    if listed_last and (listed_last - listed) * 100 > listed_last * SHORTER_PERCENT:
        reasons.append(
            f"The file lists {listed:,} ratings and the last one applied {listed_last:,}: "
            f"{_percent(listed_last - listed, listed_last)} fewer, more than {SHORTER_PERCENT}%."
        )
    return reasons


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%" if whole else "all of none"
