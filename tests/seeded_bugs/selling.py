"""The seeded bugs of the shop: what was shown, the stock, the cart of several sellers, debts and undos."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from shop.orders import endings
from shop.orders import service as buying
from shop.till import returns
from shop.till import service as till

from .planting import Bug, in_sql, patched

TILL = "tests.shop.test_till"
RISE = "tests.concurrency.test_shop_endings.Prices.test_that_rise_after_the_look_are_looked_at_again"
BUYING, RACES, DEBTS = "tests.shop.test_buying", "tests.concurrency.test_purchases", "tests.payments.test_debts"


def _of_the_first_seller_alone(right: Any) -> Any:
    """The second seller's decline ends the purchase as if all were well, and the first seller has the money."""

    def buy(*asked: Any, **more: Any) -> Any:
        *before, parts, sale_point, shown, key, proof, made_at, status = asked
        for part in parts:
            right(*before, [part], sale_point, shown, key, proof, made_at, status, **more)

    return buy


BUGS = {
    "price_not_compared": Bug(
        "what the page showed is not compared with what it costs",
        patched(buying, "total_of", lambda right: lambda parts: right(parts) - right(parts)),
        (BUYING,),
    ),
    "prices_looked_at_once": Bug(
        "a price that rises between the look at it and the booking is not seen",
        in_sql(("IF shop_prices_moved(p_variants, p_revisions, p_units, p_sale_point, p_zone) THEN", "IF false THEN")),
        (RISE,),
    ),
    "stock_below_zero": Bug(
        "a strict stock is sold although it is empty",
        in_sql(
            (" AND s.on_hand + p_change >= 0", ""),
            and_then="ALTER TABLE shop_stock DROP CONSTRAINT IF EXISTS strict_stock_never_below_zero",
        ),
        (BUYING, RACES),
    ),
    "cart_of_the_first_seller": Bug(
        "a cart of two sellers pays the first although it cannot pay the second",
        patched(buying, "_buy", _of_the_first_seller_alone),
        (BUYING,),
    ),
    "undo_leaves_the_stock": Bug(
        "an undone purchase brings no goods back",
        patched(endings, "put", lambda right: lambda *_, **__: None),
        (BUYING,),
    ),
    "debt_for_everything": Bug(
        "whoever may owe sends money that is not there",
        in_sql(("RETURN CASE WHEN p_may_owe THEN p_floor WHEN p_floor IS NOT NULL THEN 0 END", "RETURN p_floor")),
        (DEBTS,),
    ),
    "deposit_of_a_negative_number": Bug(
        "a negative number of deposits is taken for a number",
        patched(returns, "give_back", lambda right: lambda *, quantity, **more: right(quantity=abs(quantity), **more)),
        (TILL,),
    ),
    "deposit_paid_back_twice": Bug(
        "a purchase is undone although its deposit was given back",
        in_sql(("IF still_out < d.quantity THEN", "IF false THEN")),
        (TILL,),
    ),
    "drawer_without_limits": Bug(
        "what a till takes is not counted among what the cashier may take",
        patched(till, "require_within", lambda right: lambda *_, **__: None),
        (TILL,),
    ),
    "till_of_everybody": Bug(
        "a till sells also for who has lost the role",
        patched(till, "CASH_DESK", lambda right: tuple(User.Role)),
        (TILL,),
    ),
    "lowered_limit_waits": Bug(
        "a debt limit that was lowered counts only after the debt is paid back",
        patched(buying, "_require_within_wished_floor", lambda right: lambda wallet: None),
        (BUYING,),
    ),
}
