"""The words of settling rules on a page."""

from typing import Final

from tracker.ratings.models import SettlingRule

Kind = SettlingRule.Kind

ON_ENDING: Final = {
    Kind.PROVIDER_IS: "Rows of this provider then wait again to be matched.",
    Kind.LOCATION_IS: "Rows of this location that name no provider then wait again to be matched.",
    Kind.DATE_MEANS: "Rows with this text in place of a date then wait again.",
    Kind.WORD_MEANS: "The word is then kept as printed, and ratings read by the rule are proposed as changed.",
    Kind.SET_ASIDE: "Rows of this organisation are then matched like any other, or wait again to be.",
}
"""What becomes of the rows when a file is read after the rule has ended."""


def counted(rows: int) -> str:
    """ "1 row", "1,234 rows"."""
    return f"{rows:,} {'row' if rows == 1 else 'rows'}"


def rule_words(rule: SettlingRule) -> str:
    """ "This provider is that trust: XZ9 → XN1"."""
    said = f"{rule.given} → {rule.meaning}" if rule.meaning else rule.given
    return f"{rule.get_kind_display()}: {said}"
