"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .debts.models import AppliedLimit, Limit, Reminder
from .kiosk.models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit, VisitAct
from .orders.models import Line, Order, OrderMoney, OrderStep
from .products.models import Barcode, Category, HappyHour, Product, Revision, Variant
from .rules.models import Rules
from .sale_points.models import Listing, SalePoint
from .stock.models import Stock, StockMove
from .storefront.models import CartLine
from .till.models import DepositReturn, TillSale

__all__ = [
    "AppliedLimit",
    "Barcode",
    "CartLine",
    "Category",
    "DepositReturn",
    "HappyHour",
    "KioskChoice",
    "KioskDevice",
    "Limit",
    "Line",
    "Listing",
    "Order",
    "OrderMoney",
    "OrderStep",
    "Product",
    "Reminder",
    "Revision",
    "Rules",
    "SalePoint",
    "Stock",
    "StockMove",
    "Tag",
    "TillSale",
    "UnknownTag",
    "Variant",
    "Visit",
    "VisitAct",
]
