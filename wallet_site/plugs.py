"""Gathers the plugs: what rooms and features bring in modules of known names.

The lowest room comes first; in each room, the room itself comes before its features. A room is an app of
`settings.ROOMS`; a feature is a folder in it. Where people see the order (menus, documents), the room's AppConfig lists
its `features`; the other features follow in the order of their names.

    laws.py     LAWS              queries that the audit runs
    jobs.py     JOBS              functions that the worker calls again and again
    kinds.py    TRANSFER_KINDS  NOTICE_KINDS  MAIL_TOPICS  WALLET_PURPOSES
    monthly.py  MONTHLY_LETTERS   letters about the month before
    errors.py                     every exception in the module, with its code and meaning
    next_steps.py  NEXT_STEPS     what helps after a refusal: the label of a button, and its page
    scopes.py   SCOPES            what an access token may allow
    happenings.py  HAPPENINGS     events that programs hear of
    api.py      ROUTERS           JSON operations, by the address under /api/v1/
                ADDITIONS         functions that add to the OpenAPI document
    staff.py    STAFF_PAGES  STAFF_URLS
    health.py   CHECKS            what /readyz, /metrics and staff's page look at
    panels.py   HOME_PANELS       boxes on a member's home, beside the balance
                TOP_UP_PANELS     ways to top up, on the page for it
    importers.py  PRODUCT_IMPORTERS  what takes the products of another system's export
    demo.py     ACTS  LATELY  LAST
                                  what people of the demo do
    urls.py                       the room's pages, under /<room>/
    sql/        *.sql             functions, triggers and grants, in the order of the files' names
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from api import codes
from api.access import known_scopes
from conversion.errors import PaymentError, next_steps
from conversion.readings import known_checks
from events import kinds as events
from events import types as event_types
from events.monthly import monthly_letters
from ledger import audit
from ledger import kinds as ledger
from payments.importers import product_importers

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def plug_in() -> None:
    """Fills every registry when Django starts.

    Raises ImproperlyConfigured where two things have the same name, or one has none; the start then stops with one
    line.
    """
    _fill(audit.laws, ((law.name, law) for law in gather("laws", "LAWS")), "laws")
    _fill(ledger.known_kinds, ((kind, kind) for kind in gather("kinds", "TRANSFER_KINDS")), "kinds of transfers")
    _fill(ledger.known_purposes, ((purpose, purpose) for purpose in gather("kinds", "WALLET_PURPOSES")), "purposes")
    _fill(events.known_kinds, ((kind, kind) for kind in gather("kinds", "NOTICE_KINDS")), "kinds of notifications")
    _fill(events.known_topics, ((topic.code, topic) for topic in gather("kinds", "MAIL_TOPICS")), "topics of letters")
    _require_topics()
    letters = gather("monthly", "MONTHLY_LETTERS")
    _fill(monthly_letters, ((letter.topic.code, letter) for letter in letters), "monthly letters")
    happenings = list(gather("happenings", "HAPPENINGS"))
    _fill(event_types.known_happenings, ((happening.kind, happening) for happening in happenings), "happenings")
    _fill(known_scopes, ((scope.code, scope) for scope in gather("scopes", "SCOPES")), "scopes")
    _fill(next_steps, gather("next_steps", "NEXT_STEPS"), "next steps")
    _fill(known_checks, ((check.name, check) for check in gather("health", "CHECKS")), "checks")
    codes.register(errors())
    product_importers[:] = gather("importers", "PRODUCT_IMPORTERS")


def gather(module: str, name: str) -> Iterator:  # the type of the items depends on `name`
    """Each item of the list or mapping `name` in every `<room>/<module>.py` and `<room>/<feature>/<module>.py`.

    A mapping gives its (key, value) pairs. A module without `name` gives nothing.
    """
    for dotted in modules(module):
        found = getattr(import_module(dotted), name, ())
        yield from found.items() if isinstance(found, Mapping) else found


def modules(module: str) -> Iterator[str]:
    """The dotted names of all modules with this name, in the rooms and their features."""
    for config in rooms():
        for folder in _folders(config):
            if (folder / f"{module}.py").exists():
                feature = "" if folder == Path(config.path) else f"{folder.name}."
                yield f"{config.name}.{feature}{module}"


def rooms_with(module: str) -> Iterator[tuple[str, str]]:
    """The label and the dotted name of each room that has this module itself."""
    for config in rooms():
        if (Path(config.path) / f"{module}.py").exists():
            yield config.label, config.name


def sql_files() -> list[Path]:
    """The SQL files of every room, in the order in which they are applied."""
    return [path for config in rooms() for folder in _folders(config) for path in sorted(folder.glob("sql/*.sql"))]


def rooms() -> Iterator[AppConfig]:
    for room in settings.ROOMS:
        yield apps.get_app_config(room.rpartition(".")[2])


def errors() -> list[type[PaymentError]]:
    """Every PaymentError that is defined in an `errors.py`."""
    return [
        kind
        for dotted in modules("errors")
        for kind in vars(import_module(dotted)).values()
        if isinstance(kind, type) and issubclass(kind, PaymentError) and kind.__module__ == dotted
    ]


def _require_topics() -> None:
    """Raises ImproperlyConfigured where nobody could choose whether to get the letters of a kind."""
    for kind in events.known_kinds.values():
        if isinstance(kind.mail, events.Topic) and kind.mail not in events.known_topics.values():
            raise ImproperlyConfigured(f"{kind!r} has the topic {kind.mail.code!r}, which is in no MAIL_TOPICS")


def _folders(config: AppConfig) -> list[Path]:
    """The room's own folder, then the folders of its features. Raises ImproperlyConfigured for one that is missing."""
    home = Path(config.path)
    listed = [home / name for name in getattr(config, "features", ())]
    if missing := [folder.name for folder in listed if not folder.is_dir()]:
        raise ImproperlyConfigured(f"{config.name} lists features that do not exist: {', '.join(missing)}")
    return [home, *listed, *(path for path in sorted(home.iterdir()) if path.is_dir() and path not in listed)]


def _fill(known: MutableMapping[K, T], brought: Iterable[tuple[K, T]], what: str) -> None:
    """Fills one registry. Raises ImproperlyConfigured for an item without a name, or with a name that is taken."""
    known.clear()  # `plug_in` may run again, as in tests
    for name, item in brought:
        if not name:
            raise ImproperlyConfigured(f"One of the {what} has no name")
        if name in known:
            raise ImproperlyConfigured(f"Two of the {what} are called {name!r}")
        known[name] = item
