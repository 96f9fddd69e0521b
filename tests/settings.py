"""The site's settings, as tests need them: nothing is mocked, only slow and outward things are turned down."""

from typing import Any

from wallet_site.settings import *  # noqa: F403
from wallet_site.settings import DATABASES, INSTALLED_APPS, ROOMS, STORAGES, env

# A small app that no room knows: it shows that apps plug in (tests/wallet_site/test_plugs.py).
ROOMS = [*ROOMS, "tests.plugged_in"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.plugged_in"]

DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
DATABASE_OWNER: dict[str, Any] = env.db_url("DATABASE_OWNER_URL")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SECURE_SSL_REDIRECT = False
ACCOUNT_RATE_LIMITS = False
TIMESTAMP_TIMEOUT_S = CONVERSION_TIMEOUT_S = (
    5.0  # the machine is busy with other tests; those of time-outs set their own
)
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "CRITICAL"}}
