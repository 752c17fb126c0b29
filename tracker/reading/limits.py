"""The limits a reader of files puts on itself before it opens one."""

import resource
import signal
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

_GRACE_SECONDS: Final = 5


def limit_this_process(memory_mb: int, cpu_seconds: int, too_slow: Callable[[], Exception]) -> None:
    """Lower this process's own limits; a stricter limit it was started under stays.  What `too_slow` answers is
    raised when the processor time is used up."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise too_slow()

    signal.signal(signal.SIGXCPU, stop)
    wanted = (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + _GRACE_SECONDS),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for what, soft, hard in wanted:
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))
