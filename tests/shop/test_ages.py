"""A product with a minimum age is sold only where somebody looks at the buyer's ID, by whichever way it is bought."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from conversion.errors import PaymentError
from payments.owners import wallet_of
from shop.kiosk import buying
from shop.models import KioskDevice, Order, SalePoint
from shop.orders.errors import AgeNotConfirmed, SoldByStaffOnly
from shop.orders.pricing import Wanted
from shop.orders.service import Bought
from shop.sale_points.models import Listing
from shop.storefront import service as storefront
from shop.till.service import sell_for_cash, sell_to_member
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.shop.kiosks import a_device, a_visit
from tests.shop.test_till import a_till

from .goods import a_product, a_sale_point, bought

SHOP = Path(__file__).resolve().parents[2] / "shop"
SELLERS = {"kiosk/buying.py", "storefront/service.py", "till/service.py"}  # the ways below
BUYS = re.compile(r"^from shop\.orders\.service import .*\bbuy\b", re.MULTILINE)


class Ages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.cass = person("alice"), person("cass")
        self.web = a_sale_point("Online", kind=SalePoint.Kind.WEB)
        self.device: KioskDevice = a_device()[0]
        self.beer, self.key = a_product("Beer", "2", minimum_age=16), uuid4()
        self.till = a_till(self.beer)
        Listing.objects.create(sale_point=self.web, product=self.beer.product)

    def ways(self) -> dict[str, tuple[Callable[[], Bought], type[PaymentError]]]:
        """Each way to buy a beer for two pounds, and what it is refused with where nobody has seen an ID."""
        shown, key, wanted = gbp("2"), self.key, [Wanted(self.beer)]
        at_web: dict[str, Any] = {"buyer": self.alice, "sale_point": self.web, "shown": shown, "key": key, "pin": ""}
        at_till: dict[str, Any] = {
            "cashier": self.cass,
            "till": self.till,
            "wanted": wanted,
            "shown": shown,
            "key": key,
        }
        return {
            "kiosk": (self.at_kiosk, SoldByStaffOnly),
            "tap": (lambda: storefront.buy_one(variant=self.beer, **at_web), SoldByStaffOnly),
            "cart": (lambda: storefront.pay(**at_web), SoldByStaffOnly),
            "cash": (lambda: sell_for_cash(id_was_seen=False, **at_till), AgeNotConfirmed),
            "till": (
                lambda: sell_to_member(member=wallet_of(self.alice), pin="", id_was_seen=False, **at_till),
                AgeNotConfirmed,
            ),
        }

    def at_kiosk(self) -> Bought:
        device = KioskDevice.objects.select_related("sale_point").get(pk=self.device.pk)
        return buying.buy_one(visit=a_visit(self.alice, device), variant=self.beer, shown=gbp("2"), key=self.key)

    def test_are_asked_for_by_every_way_to_buy(self) -> None:
        storefront.add(self.alice, self.web, self.beer, quantity=1, shown=gbp("2"))
        for name, (buys, refused) in self.ways().items():
            with self.subTest(name), self.assertRaisesRegex(refused, "Beer|16 or older"):
                buys()
        self.assertEqual(Order.objects.count(), 0)

    def test_are_no_matter_where_the_sale_point_confirms_them(self) -> None:
        SalePoint.objects.update(confirms_age=True)
        self.web.refresh_from_db()
        storefront.add(self.alice, self.web, self.beer, quantity=1, shown=gbp("2"))
        for number, name in enumerate(("kiosk", "tap", "cart"), start=1):
            self.key = uuid4()
            self.ways()[name][0]()
            self.assertEqual(Order.objects.count(), number, name)

    def test_do_not_matter_to_a_key_that_has_bought(self) -> None:
        SalePoint.objects.update(confirms_age=True)
        first = bought(self.alice, self.beer, key=self.key)
        SalePoint.objects.update(confirms_age=False)
        again = bought(self.alice, self.beer, key=self.key)
        self.assertEqual((again.orders, again.repeated), (first.orders, True))

    def test_know_every_way_to_buy(self) -> None:
        found = {str(path.relative_to(SHOP)) for path in SHOP.rglob("*.py") if BUYS.search(path.read_text())}
        self.assertEqual({name for name in found if not name.endswith("demo.py")}, SELLERS)

    def test_are_on_the_tile_instead_of_the_buttons(self) -> None:
        self.client.force_login(self.alice)
        self.assertContains(self.client.get("/shop/"), "Only staff sell this")
        self.assertContains(self.client.get(f"/shop/products/{self.beer.product.reference}/"), "Only staff sell this")
        SalePoint.objects.update(confirms_age=True)
        self.assertNotContains(self.client.get("/shop/"), "Only staff sell this")
