"""The one refusal of a file, in words for the person who offered it."""


class UnreadableFile(Exception):
    """A file that cannot be read as CQC's, or that is not safe to read.  Nothing of it may be kept.

    `reason` is a sentence; `looked_for` and `found` say what was expected and what stood there instead;
    `part` is the sheet or the archive's entry and `line` the row in it, where they are known.
    """

    def __init__(
        self, reason: str, *, looked_for: str = "", found: str = "", part: str = "", line: int | None = None
    ) -> None:
        self.reason = reason
        self.looked_for = looked_for
        self.found = found
        self.part = part
        self.line = line
        super().__init__(reason, looked_for, found, part, line)

    def __str__(self) -> str:
        place = ", ".join(
            word for word in (f"“{self.part}”" if self.part else "", f"line {self.line}" if self.line else "") if word
        )
        sentences = [f"{place}: {self.reason}" if place else self.reason]
        if self.looked_for:
            sentences.append(f"Looked for {self.looked_for}.")
        if self.found:
            sentences.append(f"Found {self.found}.")
        return " ".join(sentences)

    def as_dict(self) -> dict[str, str | int | None]:
        """The refusal as plain values, for the parent process and the import's record."""
        return {
            "message": str(self),
            "reason": self.reason,
            "looked_for": self.looked_for,
            "found": self.found,
            "part": self.part,
            "line": self.line,
        }
