"""The two system wallets of imports, the kinds of transfers from them, and the notification of an opening balance."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import TREASURY
from events.kinds import NoticeKind, NotMailed
from ledger.kinds import TransferKind, WalletPurpose

IMPORTS = WalletPurpose("imports", _("Balances from before"), of_the_system=True)
IMPORT_DIFFERENCES = WalletPurpose("import_differences", _("Differences of imports"), of_the_system=True)

OPENING_BALANCE = TransferKind("opening_balance", _("Opening balance"), made_by_roles=TREASURY)
IMPORT_DIFFERENCE = TransferKind("import_difference", _("Difference of an import"), made_by_roles=TREASURY)

IMPORTED = NoticeKind(
    "imported",
    _("Your balance from before is here"),
    page="treasury:before",
    of_its_subject=False,
    mail=NotMailed("a new member has no confirmed address yet, and reads it at the first sign-in"),
)

WALLET_PURPOSES = [IMPORTS, IMPORT_DIFFERENCES]
TRANSFER_KINDS = [OPENING_BALANCE, IMPORT_DIFFERENCE]
NOTICE_KINDS = [IMPORTED]
