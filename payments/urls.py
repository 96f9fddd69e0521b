from django.urls import path

from . import views

app_name = "payments"
urlpatterns = [
    path("send/", views.send, name="send"),
    path("send/<uuid:reference>/", views.review, name="review"),
    path("requests/", views.requests, name="requests"),
    path("requests/new/", views.new_request, name="new_request"),
    path("requests/<uuid:reference>/pay/", views.pay_request, name="pay_request"),
    path("requests/<uuid:reference>/decline/", views.decline_request, name="decline_request"),
    path("requests/<uuid:reference>/cancel/", views.cancel_request, name="cancel_request"),
    path("history/", views.history, name="history"),
    path("top-up/", views.top_up, name="top_up"),
    path("notifications/", views.notifications, name="notifications"),
    path("<uuid:reference>/", views.receipt, name="receipt"),
    path("<uuid:reference>/undo/", views.undo, name="undo"),
]
