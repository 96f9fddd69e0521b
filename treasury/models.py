"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .cash_desk.models import CashProposal
from .mass_payments.models import MassPayment, MassPaymentRow

__all__ = ["CashProposal", "MassPayment", "MassPaymentRow"]
