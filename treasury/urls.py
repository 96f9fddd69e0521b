from django.urls import path

from .deposits import views

app_name = "treasury"
urlpatterns = [
    path("bank/", views.own_bank, name="own_bank"),
]
