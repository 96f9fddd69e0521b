"""Settings of the web process under `./wallet dev`: plain http on this machine, and code changes take effect at once.

They need DEBUG, which `settings` refuses outside demo mode.
"""

from django.core.exceptions import ImproperlyConfigured

from .settings import *  # noqa: F403
from .settings import CACHES, DEBUG

if not DEBUG:
    raise ImproperlyConfigured("wallet_site.dev_settings is only for ./wallet dev: it needs DEBUG=true")

SECURE_SSL_REDIRECT = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# A browser shares cookies between all ports of a host, and a page over http may not replace a secure cookie. After
# ./wallet run, nobody could sign in here with the same names. So these cookies have other names.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "dev_sessionid", "dev_csrftoken"
# A cached fragment would show the old text after its template was changed.
CACHES = CACHES | {"template_fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
