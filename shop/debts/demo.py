"""The demo's debts: everybody may owe a little, Bob may owe more, and two people have bought more than they had."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import Stage
from payments.owners import wallet_of
from payments.transfers.demo import send
from shop.orders.models import Order
from shop.orders.pricing import Wanted
from shop.products.models import Variant
from shop.rules.models import Rules
from shop.sale_points.queries import members_sale_point
from shop.storefront.demo import bought

from .service import apply_limits, set_limit

IN_DEBT = (("jonas", 3), ("sam", 6))  # and how many bottles each has bought after their money was spent


def _let_people_owe(stage: Stage) -> None:
    Rules.objects.create(debt_default_minor=1000, made_by=stage.people["tess"])
    apply_limits()
    limit = Money.of("20", "GBP")
    set_limit(by=stage.people["tess"], member=stage.people["bob"], limit=limit, reason="Pays at the end of each month")
    for username, many in IN_DEBT:
        _spend_more_than_all(stage, username, many)


def _spend_more_than_all(stage: Stage, username: str, many: int) -> None:
    buyer, shop = stage.people[username], members_sale_point()
    assert shop is not None
    send(stage, buyer, stage.people["lucia"], wallet_of(buyer).available, note="share of the holiday flat")
    wanted = [Wanted(Variant.objects.select_related("product__seller").get(product__name="Club Mate"), many)]
    bought(stage, buyer, wanted, shop, Order.Status.COLLECTED)


LAST = [_let_people_owe]
