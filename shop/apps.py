from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Products, tickets, orders. Points down to payments, never the other way."""

    name = "shop"
    features = ("products", "stock", "orders", "refunds", "selling", "sale_points", "rules")
