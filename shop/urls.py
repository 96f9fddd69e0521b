from django.urls import path

from .debts import views as debts
from .kiosk import own_views as kiosk
from .orders import views as orders
from .storefront import views as storefront
from .till import views as till

app_name = "shop"
urlpatterns = [
    path("", storefront.shop, name="shop"),
    path("buy/", storefront.buy, name="buy"),
    path("products/<uuid:reference>/", storefront.product, name="product"),
    path("cart/", storefront.cart, name="cart"),
    path("cart/add/", storefront.add_to_cart, name="add_to_cart"),
    path("cart/change/", storefront.change_cart, name="change_cart"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:reference>/", orders.order, name="order"),
    path("orders/<uuid:reference>/undo/", orders.undo_order, name="undo_order"),
    path("orders/of/<uuid:transfer>/", orders.order_of_transfer, name="order_of_transfer"),
    path("limit/", debts.my_limit, name="my_limit"),
    path("till/", till.tills, name="tills"),
    path("till/<uuid:reference>/", till.till, name="till"),
    path("till/<uuid:reference>/sell/", till.sell, name="till_sell"),
    path("till/<uuid:reference>/back/", till.back, name="till_back"),
    path("till/<uuid:reference>/today/", till.today, name="till_today"),
    path("till/sales/<uuid:reference>/undo/", till.undo_sale, name="undo_till_sale"),
    path("till/returns/<uuid:reference>/undo/", till.undo_return, name="undo_deposit_return"),
    path("kiosk/", kiosk.kiosk, name="kiosk"),
    path("kiosk/cards/<uuid:reference>/revoke/", kiosk.revoke_own_tag, name="revoke_own_tag"),
]
