"""Settings of the conversion and timestamp processes. Without people and a database they need half the memory."""

from .settings import *  # noqa: F403

INSTALLED_APPS = ["conversion", "timestamp_rpc"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {}
ROOT_URLCONF = "wallet_site.conversion_urls"
SECURE_SSL_REDIRECT = False
