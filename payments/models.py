"""The features' models, for Django and for other apps. Features of this room import each other's `models.py`."""

from .requests.models import PaymentRequest
from .top_ups.models import TopUp
from .transfers.models import Quote

__all__ = ["PaymentRequest", "Quote", "TopUp"]
