"""Settings of the web process under `./wallet dev`: plain http on this machine, and every change is seen at once.

They need DEBUG, which `settings` refuses outside demo mode.
"""

from django.core.exceptions import ImproperlyConfigured

from .settings import *  # noqa: F403
from .settings import CACHES, DEBUG

if not DEBUG:
    raise ImproperlyConfigured("wallet_site.dev_settings is for ./wallet dev alone: it needs DEBUG=true")

SECURE_SSL_REDIRECT = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# Cookies belong to a host, whatever its port, and a page over http may not replace a secure one: whoever had used
# ./wallet run could not sign in here. So these have other names.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "dev_sessionid", "dev_csrftoken"
# A kept fragment would show the old text after its template has changed.
CACHES = CACHES | {"template_fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
