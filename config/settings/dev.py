"""The demonstration and a developer's own machine: plain HTTP on loopback, nothing leaves the machine."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, SECRET_KEY

if not SECRET_KEY:
    _kept = DATA_DIR / "secret-key"
    if not _kept.exists():
        from django.core.management.utils import get_random_secret_key

        DATA_DIR.mkdir(parents=True, exist_ok=True)
        _kept.touch(mode=0o600)
        _kept.write_text(get_random_secret_key())
    SECRET_KEY = _kept.read_text().strip()

GALLERY = True
