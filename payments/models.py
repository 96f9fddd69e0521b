"""The features' models, for Django and for other apps. Features of this room import each other's `models.py`."""

from .registration.models import Application, Invitation
from .requests.models import PaymentRequest
from .top_ups.models import TopUp
from .transfers.models import Quote

__all__ = ["Application", "Invitation", "PaymentRequest", "Quote", "TopUp"]
