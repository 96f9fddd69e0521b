"""Refusals of a payment request."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Text
from payments.errors import ToOneself


class RequestFromOneself(ToOneself):
    code = "payer_is_requester"
    meaning = "The payer and the requester are the same person."
    field = "payer"
    message = gettext_lazy("You cannot send a payment request to yourself.")


class RequestIsClosed(Conflict):
    """The payment request was already paid, declined or cancelled, or has expired. `status` says which."""

    code = "request_closed"
    meaning = "The request was already paid, declined or cancelled, or has expired."

    def __init__(self, status: str, label: Text) -> None:
        self.status = status
        super().__init__(_("This request is already closed: %(status)s.") % {"status": label})
