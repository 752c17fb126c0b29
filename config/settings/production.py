"""Production: behind a TLS-terminating proxy, two database roles, hashed static files.

Refuses to start with one database URL: the application's role must own nothing, or the second wall
(row security) is only a habit.
"""

from django.core.exceptions import ImproperlyConfigured

from config.logs import logging_settings
from config.settings.base import *  # noqa: F403
from config.settings.base import (
    EVIDENCE_SCANNER,
    LOG_LEVEL,
    ONE_DATABASE_URL,
    SECRET_KEY,
    SESSION_COOKIE_AGE,
    env,
    mail_backend,
)

if ONE_DATABASE_URL:
    raise ImproperlyConfigured(
        "MIGRATION_DATABASE_URL is not set. In production the tables' owner and the application are two "
        "database roles: see docs/production.md."
    )
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is not set, or is shorter than 50 characters. Make a long random one.")
if not EVIDENCE_SCANNER:
    raise ImproperlyConfigured(
        "EVIDENCE_SCANNER is not set. In production every file people add is checked by a ClamAV daemon before "
        "anybody may download it: name one, tcp://host:3310 or unix:///path. See docs/production.md."
    )

GALLERY = False
LOGGING = logging_settings("json", LOG_LEVEL)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE
WHITENOISE_USE_FINDERS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MAIL_ROUTE = env.str("MAIL_ROUTE", "smtp")
EMAIL_BACKEND = mail_backend(MAIL_ROUTE)
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
