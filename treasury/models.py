"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .mass_payments.models import MassPayment, MassPaymentRow

__all__ = ["MassPayment", "MassPaymentRow"]
