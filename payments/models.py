"""The features' models, for Django and for other apps. The features themselves import one another's."""

from .requests.models import PaymentRequest
from .top_ups.models import TopUp
from .transfers.models import Quote

__all__ = ["PaymentRequest", "Quote", "TopUp"]
