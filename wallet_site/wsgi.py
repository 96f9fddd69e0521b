import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from ledger.installations import require_own_at_start
from web.deadlines import set_deadlines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wallet_site.settings")
set_deadlines()
application = get_wsgi_application()

# All pages are imported now and not at the first request. Then the garbage collector is told to ignore the objects that
# exist so far, so that no request waits while it searches them.
import_module(settings.ROOT_URLCONF)
if connection.vendor == "postgresql":  # the conversion process may have none
    require_own_at_start()
gc.collect()
gc.freeze()
