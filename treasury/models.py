"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .banks.models import Bank, Clearing
from .cash_desk.models import CashProposal
from .deposits.models import Deposit, Statement, StatementRow
from .imports.models import Import, ImportLine, ImportProduct, ImportRow
from .json_wallet.models import UnpinnedDay
from .mass_payments.models import MassPayment, MassPaymentRow
from .payout_accounts.models import PayoutAccount
from .withdrawals.models import PayoutFile, Withdrawal

__all__ = [
    "Bank",
    "CashProposal",
    "Clearing",
    "Deposit",
    "Import",
    "ImportLine",
    "ImportProduct",
    "ImportRow",
    "MassPayment",
    "MassPaymentRow",
    "PayoutAccount",
    "PayoutFile",
    "Statement",
    "StatementRow",
    "UnpinnedDay",
    "Withdrawal",
]
