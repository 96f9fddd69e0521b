"""Settings about currencies: the rates, and a unit of the installation's own. `settings.py` has all of these, too."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

from conversion.units import ImpossibleUnit, open_unit

env = environ.Env()

RATES_SOURCE = env.str("RATES_SOURCE", default="default")
RATES_URL = env.str("RATES_URL", default="")  # what the worker asks; "{key}" in it is replaced by RATES_KEY
RATES_KEY = env.str("RATES_KEY", default="")
RATES_STALE_AFTER_HOURS = env.int("RATES_STALE_AFTER_HOURS", default=168)  # by the source's own date; 0: never
# In a demo people have wallets in all currencies, and no source knows them all.
RATES_WHEN_STALE = env.str("RATES_WHEN_STALE", default="last" if env.bool("DEMO", default=False) else "refuse")
RATES_BAND_PERCENT = env.int("RATES_BAND_PERCENT", default=10)  # a rate that moves by more waits for a person
if RATES_SOURCE not in ("default", "staff", "ecb", "service"):
    raise ImproperlyConfigured(f"RATES_SOURCE={RATES_SOURCE}: it is default, staff, ecb or service")
if RATES_WHEN_STALE not in ("refuse", "last"):
    raise ImproperlyConfigured(f"RATES_WHEN_STALE={RATES_WHEN_STALE}: it is refuse or last")
if RATES_STALE_AFTER_HOURS < 0:
    raise ImproperlyConfigured(f"RATES_STALE_AFTER_HOURS={RATES_STALE_AFTER_HOURS}: it is a number of hours, or 0")
if not 1 <= RATES_BAND_PERCENT <= 100:
    raise ImproperlyConfigured(f"RATES_BAND_PERCENT={RATES_BAND_PERCENT}: it is a number from 1 to 100")
# Over plain http, everybody on the way could change the rates; on the machine itself there is no way.
_SAFE = r"https://[^/\s]+/?[^\s]*|http://(?:127\.0\.0\.1|localhost|\[::1\])[:/][^\s]*"
if RATES_SOURCE in ("ecb", "service") and not re.fullmatch(_SAFE, RATES_URL):  # never named: it may contain the key
    raise ImproperlyConfigured("RATES_URL is the https address of the rates, as README.md says")

OWN_UNIT = env.str("OWN_UNIT", default="")  # the code of a unit beside the currencies of ISO 4217, as BEAN
OWN_UNIT_NAME = env.str("OWN_UNIT_NAME", default=OWN_UNIT)
OWN_UNIT_DECIMALS = env.int("OWN_UNIT_DECIMALS", default=0)
OWN_UNIT_PER_POUND = env.str("OWN_UNIT_PER_POUND", default="1")
if OWN_UNIT:
    try:
        open_unit(code=OWN_UNIT, name=OWN_UNIT_NAME, decimals=OWN_UNIT_DECIMALS, per_pivot=OWN_UNIT_PER_POUND)
    except ImpossibleUnit as error:
        raise ImproperlyConfigured(str(error)) from error
