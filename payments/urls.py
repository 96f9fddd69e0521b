from django.urls import path

from .history import views as history
from .holds import views as holds
from .notifications import views as notifications
from .requests import views as requests
from .reversals import views as reversals
from .top_ups import views as top_ups
from .transfers import views as transfers

app_name = "payments"
urlpatterns = [
    path("send/", transfers.send, name="send"),
    path("send/<uuid:reference>/", transfers.review, name="review"),
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
    path("history/", history.history, name="history"),
    path("history/<int:year>-<int:number>.csv", history.statement, name="statement"),
    path("top-up/", top_ups.top_up, name="top_up"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("<uuid:reference>/", history.receipt, name="receipt"),
    path("<uuid:reference>/undo/", reversals.undo, name="undo"),
    path("<uuid:reference>/refund/", reversals.refund, name="refund"),
]
