"""Settings of the conversion and the timestamp process, which know neither people nor a database: half the memory."""

from .settings import *  # noqa: F403

INSTALLED_APPS = ["conversion", "timestamp_rpc"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {}
ROOT_URLCONF = "wallet_site.conversion_urls"
SECURE_SSL_REDIRECT = False
