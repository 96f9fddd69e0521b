"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .banks.models import Bank, Clearing
from .cash_desk.models import CashProposal
from .deposits.models import Deposit, Statement, StatementRow
from .json_wallet.models import UnpinnedDay
from .mass_payments.models import MassPayment, MassPaymentRow

__all__ = [
    "Bank",
    "CashProposal",
    "Clearing",
    "Deposit",
    "MassPayment",
    "MassPaymentRow",
    "Statement",
    "StatementRow",
    "UnpinnedDay",
]
