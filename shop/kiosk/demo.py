"""The demo's fridge: a kiosk, people in its list, and two cards. Whoever looks at the demo enrols a device."""

from __future__ import annotations

from payments.acting import Stage
from shop.products.models import Barcode, Product
from shop.sale_points.models import Listing, SalePoint

from . import service

COLD = ("Drinks", "Snacks", "Fresh")
IN_LIST = ("alice", "bob", "freya", "noah")
CARDS = (("alice", "04A1B2C3"), ("bob", "04D4E5F6"))
BARCODES = (("Club Mate", "4029764001807"), ("Chocolate bar", "4006381333931"))


def _open_fridge(stage: Stage) -> None:
    fridge = SalePoint.objects.create(
        name="Fridge",
        kind=SalePoint.Kind.KIOSK,
        currency_code="GBP",
        pin=SalePoint.Pin.ABOVE,
        no_pin_up_to_minor=500,
        no_pin_per_visit_minor=1500,
    )
    for product in Product.objects.filter(category__name__in=COLD).order_by("pk"):
        Listing.objects.create(sale_point=fridge, product=product)
    for name, code in BARCODES:
        for product in Product.objects.filter(name=name):
            Barcode.objects.create(code=code, variant=product.variants.get())
    for username in IN_LIST:
        service.choose(stage.people[username], in_list=True, always_pin=False)
    for username, code in CARDS:
        service.attach(member=stage.people[username], by=stage.people["cass"], code=code)


LAST = [_open_fridge]
