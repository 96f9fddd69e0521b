import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wallet_site.settings")
application = get_wsgi_application()

# Every page is loaded now, not with the first request; and what is loaded stays, so no request has to wait while all of
# it is searched for garbage.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
