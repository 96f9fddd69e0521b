"""The health of the ledger: what a money transaction needs, and how old checks, seals and signatures are."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.readings import Check, Reading, in_words
from timestamp_rpc import client

from . import books
from .freshness import sealing
from .timestamps import database_now


def isolation() -> Reading:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        cursor.execute("SHOW transaction_isolation")
        (level,) = cursor.fetchone()
    return Reading(level == "serializable", _("Money transactions run at %(level)s.") % {"level": level.upper()})


def clock() -> Reading:
    """Whether a money transaction would accept the time of the timestamp service. Raises ClockUnavailable."""
    told = client.now()
    apart_s = abs((told - database_now()).total_seconds())
    return Reading(
        apart_s <= settings.TIMESTAMP_TOLERANCE_S,
        _("The timestamp service and the database are %(apart)s apart; up to %(most)s is accepted.")
        % {"apart": in_words(apart_s), "most": in_words(settings.TIMESTAMP_TOLERANCE_S)},
        apart_s,
        "seconds",
    )


def audit() -> Reading:
    return _of_books(books.books().audit, _("%(found)d rows break a law. Run ./wallet audit to see them."))


def verification() -> Reading:
    return _of_books(
        books.books().verification, _("The ledger was rewritten. Run ./wallet verify_ledger to see where.")
    )


def seals() -> Reading:
    now = sealing()
    waits_s = now.unsealed_s()
    says = _("The oldest transfer without a seal has waited for %(age)s.") % {"age": in_words(waits_s)}
    return Reading(not now.seals_are_late, says if waits_s else _("Every transfer is sealed."), waits_s, "seconds")


def signatures() -> Reading:
    now = sealing()
    waits_s = now.unsigned_s()
    says = _("The oldest seal without a signature has waited for %(age)s.") % {"age": in_words(waits_s)}
    return Reading(not now.signatures_are_late, says if waits_s else _("Every seal is signed."), waits_s, "seconds")


def _of_books(check: books.Check, found: str) -> Reading:
    if check.at is None:
        return Reading(False, _("This was not checked yet."))
    age_s = (database_now() - check.at).total_seconds()
    says = _("Checked %(age)s ago.") % {"age": in_words(age_s)}
    if check.is_late:
        says = _("Could not be checked for %(age)s.") % {"age": in_words(age_s)}
    if check.found:
        says += " " + found % {"found": check.found}
    return Reading(not check.found and not check.is_late, says, age_s, "seconds")


CHECKS = [
    Check("isolation", gettext_lazy("Isolation"), isolation, needed=True),
    Check("clock", gettext_lazy("Timestamp service"), clock, needed=True),
    Check("audit", gettext_lazy("Audit of the books"), audit),
    Check("verification", gettext_lazy("Verification of the chain"), verification),
    Check("seals", gettext_lazy("Seals"), seals),
    Check("signatures", gettext_lazy("Signatures of the witness"), signatures),
]
