"""The seeded bugs of kiosks: what a visit opens, and what it counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import login
from django.db.models import F

from conversion.errors import PaymentError
from ledger.transactions import in_one_transaction
from shop.kiosk import buying, queries, views
from shop.models import Visit, VisitAct

from .planting import Bug, patched

KIOSK, CARDS = "tests.shop.test_kiosk", "tests.shop.test_kiosk_cards"


def _signed_in(right: Any) -> Any:
    """The visit signs its member in, so that the pages of other rooms could be used there, too."""

    def page(request: Any, *about: Any, **more: Any) -> Any:
        if request.visit is not None and request.visit.proven_at:
            login(request, request.visit.member, "allauth.account.auth_backends.AuthenticationBackend")
        return right(request, *about, **more)

    return page


def _counted_afterwards(right: Any) -> Any:
    """The visit is looked at in a transaction of its own, after the money has moved."""

    def buy(**asked: Any) -> Any:
        with_it = asked.pop("with_it")
        bought = right(**asked)
        in_one_transaction(lambda: with_it.write(bought))
        return bought

    return buy


def _declines_counted(right: Any) -> Any:
    """What was refused counts, too, since its amount is added first."""

    def buy(**asked: Any) -> Any:
        try:
            return right(**asked)
        except PaymentError:
            visit, more = asked["with_it"].write.args[0].pk, asked["shown"].minor
            mine = Visit.objects.filter(pk=visit)
            in_one_transaction(lambda: mine.update(without_pin_minor=F("without_pin_minor") + more))
            raise

    return buy


def _of_anybody(right: Any) -> Any:
    def act_of(visit: Visit, reference: UUID) -> VisitAct:
        return VisitAct.objects.select_related("transfer__source", "transfer__target", "order").get(
            transfer__reference=reference
        )

    return act_of


BUGS: dict[str, Bug] = {
    "visit_gives_a_session": Bug(
        "whoever stands at a kiosk is signed in to the whole site", patched(views, "page", _signed_in), (KIOSK,)
    ),
    "visit_counted_afterwards": Bug(
        "what a visit bought without a PIN is counted after the money has moved",
        patched(buying, "buy", _counted_afterwards),
        (KIOSK, CARDS),
    ),
    "declined_purchase_counts": Bug(
        "a declined purchase counts as bought without a PIN", patched(buying, "buy", _declines_counted), (KIOSK, CARDS)
    ),
    "others_acts_undone": Bug(
        "the next person at a kiosk undoes what the last one did", patched(queries, "act_of", _of_anybody), (KIOSK,)
    ),
}
