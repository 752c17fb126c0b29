"""Settings shared by every environment.  This module alone reads the environment.

A missing variable explains itself: see `required`.  `python3 manage.py demo` and `test` set all of them;
`docs/production.md` lists them for a real deployment.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from config.logs import logging_settings

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def required(name: str, what_for: str) -> str:
    """The variable's value, or an error that says what the variable is for and who usually sets it."""
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. It is {what_for}. `python3 manage.py demo` sets it for you; "
            "for a server of your own see docs/production.md."
        )
    return value


# --- The world -------------------------------------------------------------------------------------
# The demonstration (a fictional England) and real data never share a database.
WORLD: str = env.str("WORLD", "demo")
if WORLD not in {"demo", "real"}:
    raise ImproperlyConfigured(f'WORLD is "{WORLD}". It must be "demo" or "real".')

DATA_DIR = Path(env.str("TURNAROUND_DATA_DIR", str(BASE_DIR / ".data"))).resolve()
MEDIA_ROOT = DATA_DIR / "media"
WATCHED_FOLDER = Path(env.str("WATCHED_FOLDER", str(DATA_DIR / "incoming"))).resolve()
DEMONSTRATION_DIR = DATA_DIR / "demonstration"

SECRET_KEY: str = env.str("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# --- Databases and their roles ---------------------------------------------------------------------
# DATABASE_URL is the application's role: it owns nothing and is bound by row security.
# MIGRATION_DATABASE_URL owns the tables; only `migrate` uses it.  With one URL given, set-up creates
# the application's role and every connection takes it on (house decision 6).
ONE_ROLE_NAME = "turnaround_app"


def database(url: str, *, options: str = "") -> dict[str, Any]:
    """A Django database entry for `url`; `options` are PostgreSQL's own (-c name=value)."""
    entry: dict[str, Any] = dict(dj_database_url.parse(url))
    entry["ENGINE"] = "django.db.backends.postgresql"
    entry["OPTIONS"] = {**entry.get("OPTIONS", {}), "connect_timeout": 5}
    # Our queries run in milliseconds; compiling one of them to machine code first was measured at 2.3 s.
    settings = "-c jit=off -c lock_timeout=10s -c idle_in_transaction_session_timeout=10min -c timezone=UTC"
    entry["OPTIONS"]["options"] = f"{settings} {options}".strip()
    return entry


_app_url = required("DATABASE_URL", "the address of the PostgreSQL database, as the application's role")
_owner_url: str = env.str("MIGRATION_DATABASE_URL", "")
ONE_DATABASE_URL = not _owner_url
DATABASE_APP_ROLE = ONE_ROLE_NAME if ONE_DATABASE_URL else (urlsplit(_app_url).username or ONE_ROLE_NAME)
DATABASES = {"default": database(_app_url, options=f"-c role={DATABASE_APP_ROLE}" if ONE_DATABASE_URL else "")}
OWNER_DATABASE = database(_owner_url or _app_url)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if env.bool("DATABASE_POOL", False):  # on in the web server, off in Celery's forked processes
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 8),
        "timeout": 8,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_MAX_AGE", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The broker ------------------------------------------------------------------------------------
REDIS_URL: str = required("REDIS_URL", "the address of the Redis or Valkey message broker")


def broker_address(url: str) -> str:
    """Celery's spelling of a Redis address: a unix socket is `redis+socket://` there."""
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


CELERY_BROKER_URL = broker_address(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_SOFT_TIME_LIMIT = 3540
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * 3600,  # longer than the longest task: a shorter one runs it twice
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
    "global_keyprefix": env.str("REDIS_KEY_PREFIX", "turnaround:"),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "tracker.tasks.read_import": {"queue": "import"},
    "tracker.tasks.apply_import": {"queue": "import"},
    "tracker.tasks.check_sources": {"queue": "import"},
    "tracker.tasks.send_reminders": {"queue": "mail"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Europe/London"
# Each entry selects work by "due by now", so that a missed or doubled beat does no harm.
CELERY_BEAT_SCHEDULE = {
    "check the ratings sources": {
        "task": "tracker.tasks.check_sources",
        "schedule": env.int("SOURCES_EVERY", 30),
    },
    "follow up rating changes": {
        "task": "tracker.tasks.follow_up_changes",
        "schedule": env.int("CHANGES_EVERY", 30),
    },
    "follow up what does not hold": {
        "task": "tracker.tasks.follow_up_relapses",
        "schedule": env.int("CHANGES_EVERY", 30),
    },
    "scan evidence": {"task": "tracker.tasks.scan_waiting_evidence", "schedule": env.int("SCANS_EVERY", 60)},
    "plan reminders": {"task": "tracker.tasks.plan_reminders", "schedule": env.int("REMINDERS_EVERY", 60)},
    "sweep unconfirmed uploads": {"task": "tracker.tasks.sweep_files", "schedule": crontab(hour="3", minute="10")},
    "seal the audit log": {"task": "tracker.tasks.seal_audit", "schedule": env.int("AUDIT_EVERY", 60)},
    "verify the audit log": {"task": "tracker.tasks.check_audit", "schedule": crontab(hour="4", minute="10")},
    "verify the ratings": {"task": "tracker.tasks.verify_ratings", "schedule": crontab(hour="3", minute="40")},
    "send reminders": {"task": "tracker.tasks.send_reminders", "schedule": env.int("REMINDERS_EVERY", 60)},
}

# --- Applications ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.TurnaroundConfig",
    "tracker",
    "peerreview",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_structlog",
]
AUTH_USER_MODEL = "tracker.User"
SOURCES = "config.sources"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

MIDDLEWARE = [
    "tracker.web.middleware.DatabaseDown",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.web.request_log.RequestLog",
    "csp.middleware.CSPMiddleware",
    "tracker.web.middleware.SecureHeaders",
    "tracker.web.middleware.NoNulls",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.web.typed_again.TypedAgain",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "tracker.web.seen_sessions.SeenSessions",
    "tracker.web.middleware.OneTransaction",
]

TEMPLATES = [
    {
        "NAME": "jinja",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "config.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "tracker.web.context.page_frame",
            ],
        },
    },
    {  # the admin and the API's browsable pages only
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Sign-in ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "tracker.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, never by signing up
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
CSRF_FAILURE_VIEW = "tracker.web.views.service.stale_form"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",  # shared by every web process; sign-in limits must hold when the broker is down
    }
}

# --- Headers ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Language, time, static files ------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
REPORT_FILE_MAX_BYTES: int = env.int("REPORT_FILE_MAX_BYTES", 40 * 1024 * 1024)  # an inspection report as PDF or Word
RATINGS_FILE_MAX_BYTES: int = env.int("RATINGS_FILE_MAX_BYTES", 200 * 1024 * 1024)
# Files of evidence are checked by a ClamAV daemon: tcp://host:port or unix:///path.  Without one a built-in check
# of type and test file stands in, and says so; production refuses that.
EVIDENCE_SCANNER: str = env.str("EVIDENCE_SCANNER", "")

# --- Plans -----------------------------------------------------------------------------------------
# A verified action counts as sustained after the later of so many months and so many points without concern.
SUSTAINED_MONTHS: int = env.int("SUSTAINED_MONTHS", 3)
SUSTAINED_POINTS: int = env.int("SUSTAINED_POINTS", 6)

# --- Mail ------------------------------------------------------------------------------------------
# "outbox" keeps every message in the built-in outbox page and sends nothing anywhere.
MAIL_ROUTE: str = env.str("MAIL_ROUTE", "outbox")


def mail_backend(route: str) -> str:
    """Beside reminders the service sends only "reset your password": without a mail route it is kept as a file."""
    return f"django.core.mail.backends.{'filebased' if route == 'outbox' else 'smtp'}.EmailBackend"


EMAIL_BACKEND = mail_backend(MAIL_ROUTE)
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "turnaround@localhost")
SERVICE_ADDRESS: str = env.str("SERVICE_ADDRESS", "http://127.0.0.1:8000")

# --- Monitoring ----------------------------------------------------------------------------------------
METRICS_TOKEN: str = env.str("METRICS_TOKEN", "")  # empty: there is no /metrics

# --- CQC's API -------------------------------------------------------------------------------------
CQC_API_URL: str = env.str("CQC_API_URL", "https://api.service.cqc.org.uk/public/v1")
CQC_API_KEY: str = env.str("CQC_API_KEY", "")

# --- The REST API ----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "tracker.api.pagination.ByPosition",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tracker.api.errors.answer",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Turnaround API",
    "DESCRIPTION": "CQC ratings of NHS trusts through time. Contains CQC data under the Open Government Licence v3.0.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {  # several things have a kind
        "EvidenceKind": "tracker.plans.closing_models.EvidenceKind",
        "FindingKind": "tracker.findings.models.Finding.Kind",
    },
}

# --- Logs ------------------------------------------------------------------------------------------
# A line for every request and event: see `config.logs`.
LOG_LEVEL: str = env.str("LOG_LEVEL", "INFO")
LOGGING: dict[str, Any] = logging_settings("plain", LOG_LEVEL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
