from django.urls import path

from .preferences import views as preferences
from .webhooks import guide, views

app_name = "outbox"
urlpatterns = [
    path("guide/", guide.guide, name="guide"),
    path("letters/", preferences.preferences, name="preferences"),
    path("letters/address/", preferences.address_works, name="address_works"),
    path("letters/stop/<str:token>/", preferences.stop_letters, name="stop_letters"),
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new/", views.new_webhook, name="new_webhook"),
    path("webhooks/<uuid:reference>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:reference>/roll/", views.roll_secret, name="roll_secret"),
    path("webhooks/<uuid:reference>/test/", views.send_test, name="test_webhook"),
    path("webhooks/<uuid:reference>/off/", views.switch_off, name="switch_off"),
    path("webhooks/<uuid:reference>/on/", views.switch_on, name="switch_on"),
    path("webhooks/<uuid:reference>/again/", views.send_all_again, name="send_all_again"),
    path("webhooks/<uuid:reference>/delete/", views.delete_webhook, name="delete_webhook"),
    path("deliveries/<uuid:reference>/again/", views.send_again, name="send_again"),
]
