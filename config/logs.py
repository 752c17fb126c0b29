"""What the service says of itself: a line an event, JSON in production, plain on a developer's machine.

Lines hold ids, addresses' patterns, statuses and times: nobody's name, no query string (it holds what was searched
for) and no text of a record.  An exception's own words may quote a row ("Failing row contains …"), so a line of JSON
says which exception it was and where, and not what it said.
"""

import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def logging_settings(renderer: str, level: str) -> dict[str, Any]:
    """Django's LOGGING, with every line drawn as "plain" or "json", those of libraries too."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [_FORGET_RECORD, _PLAIN],
                "foreign_pre_chain": SHARED,
            },
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [_FORGET_RECORD, where_it_failed, structlog.processors.JSONRenderer()],
                "foreign_pre_chain": SHARED,
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": renderer}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # One line says how each request ended; Django's own of the same repeat the address as it was typed.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "ERROR", "propagate": True, "handlers": []},
        },
    }


def where_it_failed(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kinds, from the one raised to its causes, and the lines it came through."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    problem = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(problem, BaseException):
        event["exception"] = " from ".join(kind.__qualname__ for kind in _kinds(problem))
        frames = traceback.extract_tb(problem.__traceback__)
        event["through"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return event


def _kinds(problem: BaseException | None) -> list[type[BaseException]]:
    kinds: list[type[BaseException]] = []
    while problem is not None and len(kinds) < 5:
        kinds.append(type(problem))
        problem = problem.__cause__ or problem.__context__
    return kinds


_PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
_FORGET_RECORD = structlog.stdlib.ProcessorFormatter.remove_processors_meta
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(allow=()),
]

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        *SHARED[1:4],
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
