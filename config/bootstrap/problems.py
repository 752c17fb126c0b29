"""The one error of the launcher."""


class SetupProblem(Exception):
    """Something on this machine stops the service from starting, in words for the person at the keyboard.

    The message says what was tried, what was found and what to do next; it is printed without a traceback.
    """
