"""The features' models, for Django and for other apps. The features themselves import one another's."""

from .mass_payments.models import MassPayment, MassPaymentRow

__all__ = ["MassPayment", "MassPaymentRow"]
