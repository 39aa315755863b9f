"""Settings from the environment, safe by default: production unless DEBUG or PLAIN_HTTP is asked for.

Variables: DATABASE_URL, SECRET_KEY, ALLOWED_HOSTS (comma-separated), SITE_URL (root of the site; by default the first
host), DEBUG, MEDIA_ROOT, STATIC_ROOT, EMAIL_URL, CSRF_TRUSTED_ORIGINS, PLAIN_HTTP (a demo without TLS on one
machine), SECOND_FACTOR (staff need one in such a demo too), TRUST_PROXY_TLS (a proxy in front sets
X-Forwarded-Proto), TRUSTED_PROXIES (how many proxies of one's own, 0 to 3, or their networks: only then is
X-Forwarded-For read), RATES_FACTOR (how many times as often as usual one address may ask, 1 to 1000: for measuring,
or for a town behind one address), APP_DATABASE_ROLE (the role the application runs as; default ppp_app),
CONTACT_EMAIL and CONTACT_PHONE (of the chamber, shown at the foot of every page), SCANNER_URL (a virus scanner,
clamd:///run/clamav/clamd.ctl or clamd://host:3310; without it papers go out unscanned and say so),
SECRET_KEY_FALLBACKS (keys of before, while a new one takes over), LOG_FORMAT (json or plain), METRICS_TOKEN (opens
/metrics), HEARTBEAT_FOLDER (where watchers leave a sign of life), REPLICA_DATABASE_URL (a copy for public reading).
All of them stand in deploy/registry.env.
"""

import os
import zoneinfo
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ppp_registry import logs
from ppp_registry.waiting import KEPT, WITHIN_REACH
from reference.client_address import trusted_proxies

# Machines with old time-zone data put Almaty at +6; it is +5 since 1 March 2024. The pinned package knows.
zoneinfo.reset_tzpath(to=())

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "no", "off", "false"}:
        return False
    if value in {"1", "yes", "on", "true"}:
        return True
    raise ImproperlyConfigured(f"{name} is “{value}”: write on or off.")


def _list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _required(name: str, remedy: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value and not DEBUG:
        raise ImproperlyConfigured(f"{name} is not set. {remedy}")
    return value


DEBUG = _flag("DEBUG")
PLAIN_HTTP = _flag("PLAIN_HTTP") or DEBUG

SECRET_KEY = (
    _required("SECRET_KEY", "Set it to 50 or more random characters and keep it secret.")
    or "only-for-debugging-" + "x" * 40
)
# What older keys signed stays good until they are taken out of the list; new signatures use the first key.
SECRET_KEY_FALLBACKS = _list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS")
if not ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. List the host names of the site, separated by commas.")
CSRF_TRUSTED_ORIGINS = _list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "ppp_registry.apps.RegistryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "csp",
    "post_office",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "reference",
    "accounts",
    "projects",
    "proposals",
    "ppp_registry",
]

MIDDLEWARE = [
    "ppp_registry.request_log.RequestMiddleware",
    "ppp_registry.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "ppp_registry.middleware.OpenDataMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ppp_registry.middleware.PrivatePagesMiddleware",
    "ppp_registry.middleware.ReadableAddressMiddleware",
    "ppp_registry.middleware.WordsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionEndMiddleware",
    "accounts.middleware.AccountLanguageMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

# The API: anonymous and read-only. Neither library needs to be an installed app, and their pages stay off our host.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "projects.api.problems.as_problem",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [],
}

ROOT_URLCONF = "ppp_registry.urls"
WSGI_APPLICATION = "ppp_registry.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ppp_registry.contact.contact",
            ],
            "builtins": ["reference.templatetags.registry_formats"],
        },
    }
]

# --- database: PostgreSQL only -----------------------------------------------------------------------------------
_database_url = os.environ.get("DATABASE_URL", "").strip()
if not _database_url:
    raise ImproperlyConfigured("DATABASE_URL is not set. Set it, or run `make demo` once.")
DATABASES = {"default": dj_database_url.parse(_database_url, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: sums and letters are safe only there.")
# Whoever cannot reach the database learns it soon; what the address itself says counts more. Pages have limits of
# their own on top (ppp_registry/waiting.py), which commands, migrations and imports must not have.
DATABASES["default"]["OPTIONS"] = {**KEPT, **WITHIN_REACH, **DATABASES["default"].get("OPTIONS", {})}
DATABASES["default"]["ENGINE"] = "ppp_registry.database"  # Django's own, with one question a request less
APP_DATABASE_ROLE = os.environ.get("APP_DATABASE_ROLE", "ppp_app")
# A copy of the database that public pages may read from: at most so many seconds behind, asked about every few.
REPLICA_LAG, REPLICA_LOOK = 10, 5
if _replica_url := os.environ.get("REPLICA_DATABASE_URL", "").strip():
    DATABASES["replica"] = dj_database_url.parse(_replica_url, conn_max_age=60, conn_health_checks=True)
    DATABASES["replica"]["ENGINE"] = DATABASES["default"]["ENGINE"]
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    # A write that went astray must fail, also where the address names no copy.
    DATABASES["replica"]["OPTIONS"] = {
        **KEPT,
        **WITHIN_REACH,
        "connect_timeout": 2,
        **DATABASES["replica"].get("OPTIONS", {}),
        "options": "-c default_transaction_read_only=on",
    }
    DATABASE_ROUTERS = ["ppp_registry.routers.ReplicaRouter"]
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware"),
        "ppp_registry.routers.ReplicaMiddleware",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_APPEND_ONLY = True

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.password_words.KnownWordsValidator"},
]


# Root of the public site for letters that no request wrote, names of feeds and addresses in daily files. Their readers
# could do nothing with an address of this machine: without a word the first host is it.
def _site(url: str) -> str:
    if not url:
        host = next((host for host in ALLOWED_HOSTS if not host.startswith((".", "*"))), "")
        return "http://localhost:8000/" if PLAIN_HTTP or not host else f"https://{host}/"
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise ImproperlyConfigured(f"SITE_URL is “{url}”: write the whole address, such as https://ppp.example.kz/")
    return url


SITE_URL = _site(os.environ.get("SITE_URL", "").strip())
# Where readers write and call; nothing is shown of what is not set.
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "").strip()
CONTACT_PHONE = os.environ.get("CONTACT_PHONE", "").strip()
# Staff log in with a password and a code: always in production, in a demo over plain HTTP when asked. Whoever has set
# an app up is asked everywhere (docs/decisions/0025).
SECOND_FACTOR_REQUIRED = not PLAIN_HTTP or _flag("SECOND_FACTOR")
OTP_TOTP_ISSUER = "PPP registry"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "admin:index"  # of the staff site's door; the pages of an account decide for themselves
PASSWORD_RESET_TIMEOUT = 60 * 60

# --- how often: of one address, so many at once and as many again within the seconds; docs/decisions/0026 -------------
TRUSTED_PROXIES = trusted_proxies(os.environ.get("TRUSTED_PROXIES", ""))


def _factor(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= 1000):
        raise ImproperlyConfigured(f"RATES_FACTOR is “{said}”: write a whole number from 1 to 1000.")
    return int(said)


_times = _factor(os.environ.get("RATES_FACTOR", "").strip() or "1")
_light = 100 * _times if PLAIN_HTTP else _times  # on one machine everybody has the same address, and drills measure
PUBLIC_RATES = {
    "api": (1_200 * _light, 60),
    "search": (300 * _light, 60),
    "downloads": (120 * _times, 600),
    "papers": (240 * _times, 600),
    "letters": (40 * _times, 3_600),
    "links": (120 * _times, 600),
}
# Downloads and papers made at once by one worker; one more waits, so that a thread is always left for pages and logins.
HEAVY_AT_ONCE = max(1, int(os.environ.get("WEB_THREADS") or 4) - 2)

# --- languages and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "kk"
LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "vendor"]
FORMAT_MODULE_PATH = ["ppp_registry.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Almaty"
USE_TZ = True

# --- files -------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles"
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or BASE_DIR / "media"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "reference.storage.DurableStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Static files are everybody's; a proxy that serves them is another user, who must not read papers.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "reference.uploads.QuotaUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


def _scanner(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme == "clamd" and bool(parts.hostname) == (parts.path in ("", "/")) and parts.port != 0
    except ValueError:
        known = False
    if url and not known:
        raise ImproperlyConfigured(f"SCANNER_URL is “{url}”: write clamd:///run/clamav/clamd.ctl or clamd://host:3310")
    return url


# Papers wait for its verdict before anybody may take them; `scan_papers --watch` asks it.
SCANNER_URL = _scanner(os.environ.get("SCANNER_URL", "").strip())
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Pages filter by address; nobody needs more parameters than this, and the admin's bulk pages stay below it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000


# --- mail: EMAIL_URL such as smtp+tls://user:password@host:587; without it letters are printed to the console --------
# Letters are rows first, written in the transaction they belong to; `send_letters` hands them to the mail server.
def _email(url: str) -> dict[str, object]:
    if not url:
        return {"EMAIL_BACKEND": "accounts.console_mail.EmailBackend"}
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("The port in EMAIL_URL is not a number.") from None
    if parts.scheme not in {"smtp", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": parse_qs(parts.query).get("from", ["webmaster@localhost"])[0],
    }


_mail = _email(os.environ.get("EMAIL_URL", "").strip())
POST_OFFICE = {
    "BACKENDS": {"default": _mail.pop("EMAIL_BACKEND")},
    "DEFAULT_PRIORITY": "medium",
    "MAX_RETRIES": 8,
    "RETRY_INTERVAL": timedelta(minutes=10),
    "BATCH_SIZE": 100,
    "THREADS_PER_PROCESS": 1,
    "CELERY_ENABLED": False,
}
EMAIL_BACKEND = "post_office.EmailBackend"
globals().update(_mail)

# --- security: everything on, unless this is a demo over plain HTTP on one machine -----------------------------------
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SESSION_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SESSION_COOKIE_NAME = "sessionid" if PLAIN_HTTP else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if PLAIN_HTTP else "__Host-csrftoken"
LANGUAGE_COOKIE_NAME = "django_language" if PLAIN_HTTP else "__Host-language"
DEVICE_COOKIE_NAME = "device" if PLAIN_HTTP else "__Host-device"
SESSION_COOKIE_HTTPONLY = True
# What a page still has to say stays on the server: a cookie of messages could not have the prefix of the others.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
# Seconds: a session lasts so long from its login, however busy it is, and one of staff so long without a request
# (NIST SP 800-63B-4, AAL2: 24 hours and 1 hour at most).
SESSION_COOKIE_AGE = 12 * 60 * 60
STAFF_IDLE_AGE = 60 * 60
# Addresses of some pages hold a token; not "no-referrer": browsers then send "Origin: null", and forms are refused.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if _flag("TRUST_PROXY_TLS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "ppp_registry.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "upgrade-insecure-requests": not PLAIN_HTTP,
    }
}

# --- what whoever runs it sees ------------------------------------------------------------------------------------
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "").strip()
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is too short: write 20 or more random characters, or leave it out.")
HEARTBEAT_FOLDER = os.environ.get("HEARTBEAT_FOLDER", "").strip()
BACKUP_FOLDER = os.environ.get("BACKUP_FOLDER", "").strip()
try:
    LOGGING = logs.of_site(os.environ)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
