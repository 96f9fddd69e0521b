"""All settings, read from the environment. A wrong value stops the start with one line that names the variable.

`./wallet run` sets what an operator of a demo need not know (addresses, secrets, roles). docker-compose and other
deployments must set these themselves. The table in README.md lists each variable.
"""

import hmac
import re
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from conversion.money import CURRENCIES, Money
from wallet_site.currency_settings import *  # noqa: F403 - first of all, since amounts below may be in its own unit

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def amount_in(name: str, *, default: str, may_be_none: bool = False) -> str:
    """An amount above zero with its currency, as "20.00 GBP"; with `may_be_none`, "0" says that there is none."""
    text = env.str(name, default=default)
    try:
        number, code = text.split()
        is_amount = code in CURRENCIES and Money.of(number, code).minor > 0
    except (TypeError, ValueError):
        is_amount = False
    if not is_amount and not (may_be_none and text == "0"):
        raise ImproperlyConfigured(f"{name}={text}: it is an amount like 20.00 GBP{', or 0' if may_be_none else ''}")
    return text


# What kind of installation --------------------------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
PIN_PEPPER = env.str("PIN_PEPPER")  # not in the database: without it, a stolen hash does not give the six digits
if len(SECRET_KEY) < 32 or len(PIN_PEPPER) < 32:
    raise ImproperlyConfigured("SECRET_KEY and PIN_PEPPER must have at least 32 characters each")
# Which installation this is: the same for all of its processes. The pepper stays as long as the people's PINs.
INSTALLATION_ID = hmac.new(PIN_PEPPER.encode(), b"installation", "sha256").hexdigest()[:32]
if DEBUG and not DEMO:
    raise ImproperlyConfigured("DEBUG=true is for demo mode only (DEMO=true)")

SITE_NAME = env.str("SITE_NAME", default="Purse")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# What stands before the path in addresses that leave this site, such as those in problems of the JSON API.
SITE_ADDRESS = env.str("SITE_ADDRESS", default=f"https://{ALLOWED_HOSTS[0].lstrip('*.')}")
if not re.fullmatch(r"https?://[^/?#@\s]+", SITE_ADDRESS):
    raise ImproperlyConfigured(f"SITE_ADDRESS={SITE_ADDRESS}: it is like https://wallet.example.org, and nothing after")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Apps and middlewares -------------------------------------------------------------------------------------------------
ROOMS = [  # this project's apps, the lowest first; wallet_site/plugs.py gathers their plugs in this order
    "conversion",
    "timestamp_rpc",
    "web",
    "api",
    "events",
    "accounts",
    "ledger",
    "payments",
    "treasury",
    "shop",
    "outbox",
    "wallet_site",
    "runtime",
    "lab",
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_extensions",
    *ROOMS,
]
MIDDLEWARE = [
    "web.log_lines.RequestId",
    "wallet_site.json_face.JsonFace",
    "wallet_site.page_methods.PageMethods",
    "web.body_limit.LargestBody",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wallet_site.banks.BanksHaveNoWallet",
    "accounts.people.devices.RemembersDevices",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.exceptions.ExceptionsAsAnswers",
    "web.waiting.SaysWhen",
]
ROOT_URLCONF = env.str("ROOT_URLCONF", default="wallet_site.urls")
WSGI_APPLICATION = "wallet_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wallet_site.context_processors.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "web.templatetags.money",
                "payments.templatetags.wallets",
            ],
            "libraries": {"lucide": "web.icons"},
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The database, as the web role; only commands that change the schema get the owner's address (manage.py) -------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql", CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True, DISABLE_SERVER_SIDE_CURSORS=True
)
# So that a lost connection is noticed soon. All are in seconds, only tcp_user_timeout is in milliseconds. A server that
# is connected and silent is noticed by web/deadlines.py.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3, tcp_user_timeout=5000, keepalives_idle=10, keepalives_interval=5, keepalives_count=3
)
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # what {% cache %} uses
}
TEST_RUNNER = "tests.runner.WalletRunner"

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "accounts.people.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"username"}  # and a confirmed address, by which our adapter finds the username
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # allauth reads and writes its own table; a trigger writes User.email
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="none" if DEMO else "mandatory")
SIGN_UP = env.str("SIGN_UP", default="open" if DEMO else "invitation")
if SIGN_UP not in ("open", "approval", "invitation", "closed"):
    raise ImproperlyConfigured(f"SIGN_UP={SIGN_UP}: it is open, approval, invitation or closed")
# Whether staff must prove a second factor before they act as such. Their password alone opens everybody's money.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEMO)
CONTACT = env.str("CONTACT", default="")  # whom people ask about an account: a name or an address
# allauth counts in the cache, and for one limit by the port that a client names. The forms and the adapter below use
# web/limits.py instead.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session alone changes no address and no factor
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password, address or factor is told by mail, to the old address
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
ACCOUNT_ADAPTER = "accounts.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.people.forms.SignInForm",
    "add_email": "accounts.people.forms.AddressForm",
    "change_password": "accounts.people.passwords.ChangeForm",
    "reset_password": "accounts.people.passwords.AskResetForm",
    "reset_password_from_key": "accounts.people.passwords.ResetForm",
}
ACCOUNT_CHANGE_EMAIL = True  # each person has one address; a new one replaces it once it is confirmed
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "authenticate": "accounts.people.forms.CodeForm",
    "reauthenticate": "accounts.people.forms.CodeAgainForm",
}
MFA_TOTP_ISSUER = SITE_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = DEMO  # in a demo, nobody confirms an address
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_BACKEND = "events.mails.MailQueue"  # no page waits for the mail server
MAIL_TRANSPORT = EMAIL_CONFIG["EMAIL_BACKEND"]  # by which the messenger sends what is in the queue
# A webhook goes to public addresses over https only, unless this is a demo or a test on one machine.
WEBHOOKS_TO_PRIVATE = env.bool("WEBHOOKS_TO_PRIVATE", default=DEMO)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="purse@localhost")
ALLOW_CONSOLE_MAIL = env.bool("ALLOW_CONSOLE_MAIL", default=DEMO)  # else it does not start without a mail server

# Money --------------------------------------------------------------------------------------------------------------
OPENING_GRANT = amount_in("OPENING_GRANT", default="1000.00 GBP" if DEMO else "0", may_be_none=True)  # "0": no grant
PIN_REQUIRED_ABOVE = env.int("PIN_REQUIRED_ABOVE", default=0)  # minor units of the wallet's currency
# What a member may top up on trust in a day. "0": nobody may, and only cashiers take money in.
TOP_UP_DAILY_CAP = amount_in("TOP_UP_DAILY_CAP", default="100.00 GBP" if DEMO else "0", may_be_none=True)
CASH_PER_TAKING = amount_in("CASH_PER_TAKING", default="500.00 GBP")  # what a cashier may take alone; above it, two do
CASH_PER_DAY = amount_in("CASH_PER_DAY", default="5000.00 GBP")
# What one person of the treasury may both approve and send to the bank in a day. Above it, two do.
FOUR_EYES_ABOVE = amount_in("FOUR_EYES_ABOVE", default="500.00 GBP")
PAYOUT_ACCOUNT_AFTER_HOURS = env.int("PAYOUT_ACCOUNT_AFTER_HOURS", default=0 if DEMO else 24)  # then it can be used
# What a member may pay by the JSON wallet in a day without the PIN, where no access token came. "0": nothing.
JSON_WITHOUT_PIN = amount_in("JSON_WITHOUT_PIN", default="100.00 GBP" if DEMO else "0", may_be_none=True)
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="GBP")  # of who signs up by the JSON wallet and names none
if DEFAULT_CURRENCY not in CURRENCIES:
    raise ImproperlyConfigured(f"DEFAULT_CURRENCY={DEFAULT_CURRENCY}: it is one of {', '.join(CURRENCIES)}")
# For how long somebody must have had a role of staff before they count as one of two who decide together.
SECOND_PERSON_AFTER_HOURS = env.int("SECOND_PERSON_AFTER_HOURS", default=0 if DEMO else 24)
# What a PIN that was set with a code from staff may pay at once, and in a day, until its owner confirms it.
RESET_PIN_PER_PAYMENT = amount_in("RESET_PIN_PER_PAYMENT", default="20.00 GBP")
RESET_PIN_PER_DAY = amount_in("RESET_PIN_PER_DAY", default="40.00 GBP")
EXCHANGE_QUOTE_LIFE_S = env.int("EXCHANGE_QUOTE_LIFE_S", default=60)
PLAIN_QUOTE_LIFE_S = env.int("PLAIN_QUOTE_LIFE_S", default=900)  # longer, since it has no rate that could become stale
REQUEST_LIFE_DAYS = env.int("REQUEST_LIFE_DAYS", default=30)
HOLD_LIFE_DAYS = env.int("HOLD_LIFE_DAYS", default=7)  # then a hold expires and the payer can spend the money

# The two services ---------------------------------------------------------------------------------------------------
CONVERSION_URL = env.str("CONVERSION_URL", default="http://127.0.0.1:8001")
CONVERSION_TIMEOUT_S = env.float("CONVERSION_TIMEOUT_S", default=1.0)
TIMESTAMP_SERVERS = env.list("TIMESTAMP_SERVERS", default=["127.0.0.1:10000"])
TIMESTAMP_TIMEOUT_S = env.float("TIMESTAMP_TIMEOUT_S", default=0.3)
TIMESTAMP_REQUIRED = env.bool("TIMESTAMP_REQUIRED", default=True)
TIMESTAMP_TOLERANCE_S = env.int("TIMESTAMP_TOLERANCE_S", default=120)
WALLET_PLACE = env.str("WALLET_PLACE", default="")  # the folder of ./wallet run; empty in other deployments
# The certificate authority that `./wallet run` has made for itself (runtime/front); there is none in other deployments.
OWN_AUTHORITY = Path(WALLET_PLACE, "front/data/pki/authorities/local/root.crt") if WALLET_PLACE else None
TIMESTAMP_KEY_DIR = env.str("TIMESTAMP_KEY_DIR", default=f"{WALLET_PLACE}/witness" if WALLET_PLACE else "")
TIMESTAMP_PUBLIC_KEY = env.str("TIMESTAMP_PUBLIC_KEY", default="")  # hexadecimal; if set, no other key is accepted

# Monitoring ---------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without it, nobody may read /metrics

# Language and time --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
LANGUAGES = [("en-gb", _("English"))]  # German is left out until every text is translated
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE={LANGUAGE_CODE}: the pages exist only in {', '.join(dict(LANGUAGES))}")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True

# Files and headers --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # exactly one proxy, which sets both forwarding headers itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Without this, every request would seem to come from the proxy's address, and all people would share one rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_HSTS_SECONDS = 0 if DEMO else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
# Both concern hosts that are none of this installation's business, and preload cannot be taken back for months.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they ask for these two
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# Logging --------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "names": {"()": "web.log_lines.NamesProcessAndActivity"},
        "seldom": {"()": "web.log_lines.SeldomOutages"},
    },
    "formatters": {
        "line": {
            "format": "%(asctime)s %(levelname)s %(process_title)s[%(process)d] %(activity)s %(name)s: %(message)s"
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["seldom", "names"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
