"""What an operation may refuse, in words a person can act on.  Edges turn these into pages and answers."""


class Refused(Exception):
    """The request makes sense and cannot be done; the message says why and what to do."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """The person may not do this, though they may know that the thing is there."""


class Stale(Refused):
    """Somebody else saved first.  Nothing typed is lost: `theirs` is what stands now."""

    def __init__(self, message: str, *, theirs: dict[str, str]) -> None:
        super().__init__(message)
        self.theirs = theirs


class Busy(Refused):
    """The same work is already under way; try again when it has ended."""
