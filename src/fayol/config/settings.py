"""Django's settings. What an installation may choose comes from `environment.py`; all else is decided here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from fayol.config.channels import channel_order, channel_settings
from fayol.config.database import database_settings
from fayol.config.environment import Misconfigured, read_environment, secret_key
from fayol.config.mail import mail_settings, mailbox_settings

try:
    ENVIRONMENT = read_environment()
    SECRET_KEY = secret_key(ENVIRONMENT)
    DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(ENVIRONMENT)}
    CHANNELS = channel_settings(ENVIRONMENT.channels)
    CHANNEL_ORDER = channel_order(ENVIRONMENT.channels)
except Misconfigured as error:
    raise ImproperlyConfigured(str(error)) from error

PACKAGE = Path(__file__).resolve().parent.parent
DEBUG = ENVIRONMENT.debug
DEMO = ENVIRONMENT.demo
ALLOWED_HOSTS = ENVIRONMENT.hosts
PUBLIC_URL = ENVIRONMENT.public_url


INSTALLED_APPS = [
    "fayol.facts",
    "fayol.files",
    "fayol.worker",
    "fayol.organisation",
    "fayol.channels",
    "fayol.answers",
    "fayol.commitments",
    "fayol.notices",
    "fayol.ladders",
    "fayol.matters",
    "fayol.matters.recurring",
    "fayol.matters.flows",
    "fayol.intake",
    "fayol.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fayol.config.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fayol.web.middleware.DeskMiddleware",
]

ROOT_URLCONF = "fayol.config.urls"
WSGI_APPLICATION = "fayol.config.wsgi.application"
ASGI_APPLICATION = "fayol.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fayol.web.context.shell",
            ],
        },
    }
]

# Language and time: Chinese first; English is a translation a person may choose.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Who may sign in. Accounts are made by the office; nobody signs up.
AUTH_USER_MODEL = "organisation.Account"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "fayol.config.accounts.HouseAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.https else 0

# Sessions and cookies.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SESSION_COOKIE_NAME = "fayol_session"
CSRF_COOKIE_NAME = "fayol_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url] if ENVIRONMENT.url else []
CSRF_FAILURE_VIEW = "fayol.web.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "fayol_language"

# What browsers are told. Behind https everything is on; on a laptop's loopback there is no https to insist on.
SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENVIRONMENT.https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the icons inside Tabler's style sheet are data: pictures
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Files: ours in the wheel, people's below FAYOL_HOME and never served straight from disk.
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.home / "static"
MEDIA_ROOT = ENVIRONMENT.home / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "fayol.config.statics.StaticStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG  # serve and demo collect the files before they start
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "fayol.config.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MAX_UPLOAD = ENVIRONMENT.max_upload
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # the review page of a long document posts several fields per assignment

# Mail. Until a mail server is named, messages stay in the inbox and letters about passwords are written to standard
# output, so that nothing is sent by accident.
MAIL = mail_settings(ENVIRONMENT)
MAIL_ON = bool(ENVIRONMENT.email_url)
MAIL_GATHER = ENVIRONMENT.mail_gather  # minutes
MAIL_IN = mailbox_settings(ENVIRONMENT)
MAIL_REPLY, MAIL_AUTHSERV = ENVIRONMENT.mail_reply, ENVIRONMENT.mail_authserv
LINK_DAYS = ENVIRONMENT.link_days
EMAIL_BACKEND = MAIL.backend
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL.ssl, MAIL.starttls
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from or (MAIL.user if "@" in MAIL.user else "fayol@localhost")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "fayol": {"level": ENVIRONMENT.log_level},
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
