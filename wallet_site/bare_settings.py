"""Settings of the conversion and timestamp processes. Without people and a database they need half the memory.

Where the rates are in the database, conversion reads them there. It writes nothing, and timestamp never connects.
"""

from .settings import *  # noqa: F403
from .settings import DATABASES as OF_THE_SITE
from .settings import RATES_SOURCE

INSTALLED_APPS = ["conversion", "timestamp_rpc"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {} if RATES_SOURCE == "default" else OF_THE_SITE
ROOT_URLCONF = "wallet_site.conversion_urls"
SECURE_SSL_REDIRECT = False
