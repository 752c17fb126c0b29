"""What the launcher says: its one error, and its progress."""

import sys


class SetupProblem(Exception):
    """Something on this machine stops the service from starting, in words for the person at the keyboard.

    The message says what was tried, what was found and what to do next; it is printed without a traceback.
    """


def say(message: str) -> None:
    """Tell the person how a start is going, on the error stream: standard output is the command's own."""
    print(message, file=sys.stderr, flush=True)
