"""What members of the demo withdraw: one waits for approval, one for a file, one was paid, and one came back."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import PIN, Stage
from treasury.payout_accounts.service import add_account

from . import endings, filing, service
from .models import Withdrawal

ASKED = (  # IBANs of the standard's own examples
    ("alice", "25", "GB29 NWBK 6016 1331 9268 19"),
    ("bob", "12.50", "GB82 WEST 1234 5698 7654 32"),
    ("carla", "30", "IT60 X054 2811 1010 0000 0123 456"),
    ("jonas", "15", "DE89 3704 0044 0532 0130 00"),
)


def _withdraw(stage: Stage) -> None:
    """Tess approves, and Ada sends to the bank."""
    _waiting, approved, paid, returned = (_asked(stage, *each) for each in ASKED)
    for withdrawal in (approved, paid, returned):
        service.approve(by=stage.people["tess"], withdrawal=withdrawal)
    for withdrawal in (paid, returned):
        withdrawal.refresh_from_db()
    filing.file_withdrawals(
        by=stage.people["admin1"],
        clearing=paid.clearing,
        withdrawals=[paid, returned],
        key=stage.key(),
        pin=PIN,
    )
    endings.settle(withdrawal=paid, reference="2026/0101")
    endings.return_withdrawal(withdrawal=returned, reference="2026/0102", reason="The account is closed")


def _asked(stage: Stage, username: str, amount: str, iban: str) -> Withdrawal:
    member = stage.people[username]
    account = add_account(user=member, holder=member.get_full_name(), iban=iban, pin=PIN)
    asked = Money.of(amount, member.currency)
    return service.request_withdrawal(member=member, account=account, amount=asked, key=stage.key(), pin=PIN)


LAST = [_withdraw]
