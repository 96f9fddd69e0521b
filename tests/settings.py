"""The site's settings for tests. Nothing is mocked; only what is slow or reaches outside the machine is changed."""

from typing import Any

from wallet_site.settings import *  # noqa: F403
from wallet_site.settings import BASE_DIR, DATABASES, INSTALLED_APPS, ROOMS, STORAGES, env

# A small example app that no room imports. It proves that an app can plug in (tests/wallet_site/test_plugs.py).
ROOMS = [*ROOMS, "tests.plugged_in"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.plugged_in"]

DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
DATABASE_OWNER: dict[str, Any] = env.db_url("DATABASE_OWNER_URL")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = BASE_DIR / "docs"  # any directory that exists: whitenoise warns of one that does not
SECURE_SSL_REDIRECT = False
SECOND_PERSON_AFTER_HOURS = 0  # the cast is new
PAYOUT_ACCOUNT_AFTER_HOURS = 0  # and withdraws at once; tests of the wait set their own
RATES_WHEN_STALE = "refuse"  # as without DEMO
STAFF_SECOND_FACTOR = False  # tests/accounts/test_second_factor.py switches it on
TIMESTAMP_TIMEOUT_S = CONVERSION_TIMEOUT_S = (
    5.0  # long, since parallel tests slow each other down; tests of time-outs set their own
)
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "CRITICAL"}}
