"""The shop's pages: members', and those of merchants. Staff's are in each feature's `staff.py`."""

from django.urls import path

from .debts import views as debts
from .desks import of_seller
from .kiosk import own_views as kiosk
from .orders import views as orders
from .products import views as products
from .selling import views as selling
from .stock import views as stock
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
    path("pictures/<str:digest>.webp", products.picture, name="picture"),
    path("selling/products/", of_seller(products.products), name="selling_products"),
    path("selling/products/new/", of_seller(products.new_product), name="selling_new_product"),
    path("selling/products/<uuid:reference>/", of_seller(products.product), name="selling_product"),
    path("selling/products/variants/<uuid:reference>/", of_seller(products.variant), name="selling_variant"),
    path("selling/stock/", of_seller(stock.stock), name="selling_stock"),
    path("selling/stock/<uuid:reference>/", of_seller(stock.variant_stock), name="selling_variant_stock"),
    path("selling/stock-takes/<uuid:reference>/", of_seller(stock.stock_take), name="selling_stock_take"),
    path("selling/orders/", of_seller(selling.orders), name="selling_orders"),
    path("selling/orders/<uuid:reference>/", of_seller(selling.order), name="selling_order"),
    path("selling/sales/", of_seller(selling.sales), name="selling_sales"),
    path("selling/sales/<slug:report>.csv", of_seller(selling.sales_file), name="selling_sales_file"),
]
