from django.urls import path

from .views import holds, receipts, requests, sending, wallet

app_name = "payments"
urlpatterns = [
    path("send/", sending.send, name="send"),
    path("send/<uuid:reference>/", sending.review, name="review"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", requests.new_request, name="new_request"),
    path("requests/<uuid:reference>/pay/", requests.pay_request, name="pay_request"),
    path("requests/<uuid:reference>/decline/", requests.decline_request, name="decline_request"),
    path("requests/<uuid:reference>/cancel/", requests.cancel_request, name="cancel_request"),
    path("holds/", holds.holds, name="holds"),
    path("holds/new/", holds.new_hold, name="new_hold"),
    path("holds/<uuid:reference>/", holds.hold, name="hold"),
    path("holds/<uuid:reference>/capture/", holds.capture_hold, name="capture_hold"),
    path("holds/<uuid:reference>/release/", holds.release_hold, name="release_hold"),
    path("history/", wallet.history, name="history"),
    path("top-up/", wallet.top_up, name="top_up"),
    path("notifications/", wallet.notifications, name="notifications"),
    path("<uuid:reference>/", receipts.receipt, name="receipt"),
    path("<uuid:reference>/undo/", receipts.undo, name="undo"),
    path("<uuid:reference>/refund/", receipts.refund, name="refund"),
]
