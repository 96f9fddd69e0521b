from django.urls import path

from .debts import views as debts

app_name = "shop"
urlpatterns = [
    path("limit/", debts.my_limit, name="my_limit"),
]
