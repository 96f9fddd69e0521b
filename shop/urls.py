from django.urls import path

from .debts import views as debts
from .till import views as till

app_name = "shop"
urlpatterns = [
    path("limit/", debts.my_limit, name="my_limit"),
    path("till/", till.tills, name="tills"),
    path("till/<uuid:reference>/", till.till, name="till"),
    path("till/<uuid:reference>/sell/", till.sell, name="till_sell"),
    path("till/<uuid:reference>/back/", till.back, name="till_back"),
    path("till/<uuid:reference>/today/", till.today, name="till_today"),
    path("till/sales/<uuid:reference>/undo/", till.undo_sale, name="undo_till_sale"),
    path("till/returns/<uuid:reference>/undo/", till.undo_return, name="undo_deposit_return"),
]
