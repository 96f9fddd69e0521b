from django.urls import path

from .kiosk import own_views

app_name = "shop"
urlpatterns = [
    path("kiosk/", own_views.kiosk, name="kiosk"),
    path("kiosk/cards/<uuid:reference>/revoke/", own_views.revoke_own_tag, name="revoke_own_tag"),
]
