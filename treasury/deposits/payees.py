"""Whom a deposit is for: a username, an address, the id of a wallet, or the reference that a member gives a bank.

A member's reference is a creditor reference by ISO 11649, such as RF69W000123: banks check its two check digits, and so
does this module. It holds the number of the member's wallet.
"""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import QuerySet
from stdnum import iso11649

from ledger.kinds import PERSONAL
from ledger.models import Wallet
from payments.errors import NoSuchUser
from payments.owners import wallet_by_handle

from .errors import PayeeUnknown

REFERENCE = re.compile(r"RF[0-9]{2}W[0-9]{6,18}", re.ASCII)
LARGEST_ID = 2**63 - 1


def reference_of(wallet: Wallet) -> str:
    """The reference that the wallet's owner writes on a bank transfer, without spaces."""
    body = f"W{wallet.pk:06}"
    digits = "".join(str(int(sign, 36)) for sign in f"{body}RF00")
    return f"RF{98 - int(digits) % 97:02}{body}"


def wallet_for(text: str) -> Wallet:
    """The wallet for which a deposit is. Raises PayeeUnknown."""
    text = text.strip()
    if found := _by_reference(re.sub(r"\s", "", text).upper()) or _by_id(text):
        return found
    try:
        return wallet_by_handle(text)
    except NoSuchUser as error:
        raise PayeeUnknown from error


def reference_in(text: str) -> str:
    """The first member's reference in what a payer wrote, where spaces may be anywhere; else an empty text."""
    for found in REFERENCE.finditer(re.sub(r"\s", "", text).upper()):
        for end in range(len(found[0]), len("RF00W000000") - 1, -1):  # what follows the reference may be digits, too
            if iso11649.is_valid(found[0][:end]):
                return found[0][:end]
    return ""


def _by_reference(text: str) -> Wallet | None:
    """The wallet with this member's reference; None where it is none, or its check digits are wrong."""
    if not REFERENCE.fullmatch(text) or not iso11649.is_valid(text):
        return None
    number = int(text[5:])
    return _people().filter(pk=number).first() if number <= LARGEST_ID else None


def _by_id(text: str) -> Wallet | None:
    try:
        return _people().filter(reference=UUID(text)).first() if len(text) == 36 else None
    except ValueError:
        return None


def _people() -> QuerySet[Wallet]:
    return Wallet.objects.select_related("owner").filter(purpose__in=PERSONAL)
