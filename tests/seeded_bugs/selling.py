"""The seeded bugs of the shop: what was shown, the stock, the cart of several sellers, debts and undos."""

from __future__ import annotations

from typing import Any

from shop.orders import endings
from shop.orders import service as buying

from .planting import Bug, in_sql, patched

BUYING, RACES, DEBTS = "tests.shop.test_buying", "tests.concurrency.test_purchases", "tests.payments.test_debts"


def _of_the_first_seller_alone(right: Any) -> Any:
    """The second seller's decline ends the purchase as if all were well, and the first seller has the money."""

    def buy(*asked: Any) -> Any:
        *before, parts, wanted, sale_point, shown, key, proof, made_at, status = asked
        for part in parts:
            right(*before, [part], wanted[:1], sale_point, shown, key, proof, made_at, status)

    return buy


BUGS = {
    "price_not_compared": Bug(
        "what the page showed is not compared with what it costs",
        patched(buying, "total_of", lambda right: lambda parts: right(parts) - right(parts)),
        (BUYING,),
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
    "lowered_limit_waits": Bug(
        "a debt limit that was lowered counts only after the debt is paid back",
        patched(buying, "_require_within_wished_floor", lambda right: lambda wallet: None),
        (BUYING,),
    ),
}
