"""Where the benchmarks work: scratch databases and folders of their own, never the demonstration's.

Importing this package sets Django up, with the tests' settings: they keep files in a folder that is thrown
away.  Import it before any model.
"""

import atexit
import logging
import os
import shutil
import tempfile

import django
import structlog

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
if not os.environ.get("TURNAROUND_TEST_DIR"):
    _folder = tempfile.mkdtemp(prefix="turnaround-bench-")
    os.environ["TURNAROUND_TEST_DIR"] = _folder  # the processes this one starts use it too
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

django.setup()
logging.disable(
    logging.WARNING
)  # a line a request, and one for each page a reader may not open, would drown the figures
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
