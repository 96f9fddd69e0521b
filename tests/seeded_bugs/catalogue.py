"""The seeded bugs of catalogue and sellers: stock, refunds, stock-takes, pictures, and sellers who see too much."""

from __future__ import annotations

from typing import Any

from shop.desks import Desk
from shop.orders import service as orders
from shop.products import pictures
from shop.stock.errors import SoldOut
from shop.stock.queries import left

from .planting import Bug, all_of, in_sql, patched

BUYING, SELLING, STOCK_TAKES, REFUNDS, PRODUCTS, PICTURES = (
    f"tests.shop.test_{name}" for name in ("buying", "selling", "stock_takes", "refunds", "products", "pictures")
)
PURCHASES, STOCK_RACES = "tests.concurrency.test_purchases", "tests.concurrency.test_stock_races"
ENOUGH = " AND s.on_hand + p_change >= 0"


def _looked_at_before(right: Any) -> Any:
    """The stock is compared before the transaction, where nothing is locked."""

    def buy(**asked: Any) -> Any:
        wanted = {each.variant.pk: each.quantity for each in asked["wanted"]}
        for variant, (strict, many) in left(wanted).items():
            if strict and many < wanted[variant]:
                raise SoldOut
        return right(**asked)

    return buy


BUGS: dict[str, Bug] = {
    "stock_checked_beforehand": Bug(
        "how many are left is asked before the transaction",
        all_of(
            patched(orders, "buy", _looked_at_before),
            in_sql(
                (ENOUGH, ""), and_then="ALTER TABLE shop_stock DROP CONSTRAINT IF EXISTS strict_stock_never_below_zero"
            ),
        ),
        (PURCHASES, BUYING),
    ),
    "declined_purchase_moves_stock": Bug(
        "a purchase of more than there is takes what is there, and goes on",
        in_sql(("            refusal := 'sold_out';\n            RETURN;\n", "            NULL;\n")),
        (BUYING,),
    ),
    "refund_counts_each_alone": Bug(
        "a refund is compared with what was sold, and not with what was refunded before",
        in_sql(
            ("l.order_id = p_order AND l.refunded_quantity + p_quantities[n] <= l.quantity", "l.order_id = p_order"),
            ("RETURN 'more_than_paid';", "RETURN 'booked';"),
            and_then="ALTER TABLE shop_line DROP CONSTRAINT IF EXISTS line_refunded_within_its_quantity;"
            " ALTER TABLE shop_order DROP CONSTRAINT IF EXISTS order_refunded_within_its_total",
        ),
        (REFUNDS,),
    ),
    "refund_restocks_always": Bug(
        "a refund puts the goods back into stock though nobody said so",
        in_sql(("IF p_restock AND NOT shop_move_stock", "IF NOT shop_move_stock")),
        (REFUNDS,),
    ),
    "stock_take_of_now": Bug(
        "a stock-take compares with what is left when the number is typed",
        in_sql(
            (
                "AND pg_visible_in_snapshot(m.xid, t.snapshot)\n             WHERE t.id = p_stock_take",
                "WHERE t.id = p_stock_take",
            )
        ),
        (STOCK_TAKES, STOCK_RACES),
    ),
    "counted_twice_at_once": Bug(
        "two stock-takes of one moment correct the same difference twice",
        in_sql(("RETURN 'counted_since';", "NULL;")),
        (STOCK_TAKES,),
    ),
    "sellers_see_all": Bug(
        "a seller's pages are not of the seller's goods alone",
        patched(Desk, "own", lambda right: lambda self, found, seller: found),
        (PRODUCTS, SELLING),
    ),
    "vat_of_the_sum": Bug(
        "VAT is rounded down",
        in_sql(
            (
                "(2 * p_gross * p_permille + 1000 + p_permille) / (2 * (1000 + p_permille))",
                "p_gross * p_permille / (1000 + p_permille)",
            )
        ),
        (SELLING,),
    ),
    "picture_kept_as_it_came": Bug(
        "a picture is stored as it was uploaded",
        patched(pictures, "made_small", lambda right: lambda file: file),
        (PICTURES,),
    ),
}
