"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .debts.models import AppliedLimit, Limit, Reminder
from .kiosk.models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit, VisitAct
from .orders.models import Line, Order, OrderMoney, OrderStep
from .products.models import Barcode, Category, Change, HappyHour, Picture, Product, Revision, Variant
from .refunds.models import Refund, RefundLine
from .rules.models import Rules
from .sale_points.models import Listing, SalePoint, SalePointChange
from .stock.models import Stock, StockCount, StockMove, StockTake
from .storefront.models import CartLine
from .till.models import DepositReturn, TillSale

__all__ = [
    "AppliedLimit",
    "Barcode",
    "CartLine",
    "Category",
    "Change",
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
    "Picture",
    "Product",
    "Refund",
    "RefundLine",
    "Reminder",
    "Revision",
    "Rules",
    "SalePoint",
    "SalePointChange",
    "Stock",
    "StockCount",
    "StockMove",
    "StockTake",
    "Tag",
    "TillSale",
    "UnknownTag",
    "Variant",
    "Visit",
    "VisitAct",
]
