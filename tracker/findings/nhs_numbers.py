"""Text that looks like an NHS number: no patient's data belongs in this service.

An NHS number has ten digits, the last a check digit by modulus 11: the first nine are multiplied by 10, 9 ...
2 and added up; eleven less the remainder by eleven is the check digit, 11 standing for 0; a remainder that
gives 10 makes no valid number (NHS Data Dictionary, "NHS NUMBER").  One ten-digit number in eleven passes by
chance, so a match is a warning for a person to judge, never a proof.
"""

import re

from tracker.problems import Refused

# Ten digits with at most one separator between any two, not part of a longer run.  The lookahead lets matches
# overlap, so that a date printed before a number does not hide it.
_TEN_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[\s.\-\u2010-\u2013]?\d){9})(?!\d))")


def has_valid_check_digit(digits: str) -> bool:
    """Whether ten digits end in the check digit that the first nine ask for."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(digits[9])  # a 10 is never a digit, so such a number never passes


def looks_like_nhs_numbers(text: str) -> list[str]:
    """The stretches of `text` that may be NHS numbers, as written, in order."""
    found = [match.group(1) for match in _TEN_DIGITS.finditer(text)]
    return [written for written in found if has_valid_check_digit(re.sub(r"\D", "", written))]


def refuse_nhs_numbers(text: str, *, field: str, checked: bool) -> None:
    """Refuse `text` that looks like it holds an NHS number, unless a person has `checked` that it does not."""
    if not checked and (found := looks_like_nhs_numbers(text)):
        raise Refused(
            f"“{found[0]}” looks like an NHS number. Take patients' details out; if it is not an NHS number, "
            "confirm that you have checked and save again.",
            field=field,
        )
