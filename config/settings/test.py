"""The tests: the demonstration's settings, quicker password hashing, no shared state with a running service."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, env

SECRET_KEY = "only-for-tests-and-worth-nothing-elsewhere"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
GALLERY = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATA_DIR = Path(env.str("TURNAROUND_TEST_DIR", "") or tempfile.mkdtemp(prefix="turnaround-test-"))
MEDIA_ROOT = DATA_DIR / "media"
WATCHED_FOLDER = DATA_DIR / "incoming"
DEMONSTRATION_DIR = DATA_DIR / "demonstration"
STATIC_ROOT = DATA_DIR / "static"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "global_keyprefix": env.str("REDIS_KEY_PREFIX", "turnaround-test:"),
}
ACCOUNT_RATE_LIMITS = False
EMAIL_FILE_PATH = DATA_DIR / "mail"
