"""Whom a deposit is for: a username, an address, the id of a wallet, or the reference that a member gives a bank.

A member's reference is a creditor reference by ISO 11649, such as RF69W000123: banks check its two check digits, and so
does this module. It holds the number of the member's wallet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from stdnum import iso11649

from ledger.kinds import PERSONAL
from ledger.models import Wallet
from payments.owners import wallets_by_handles

from .errors import PayeeUnknown

REFERENCE = re.compile(r"RF[0-9]{2}W[0-9]{6,15}", re.ASCII)


def reference_of(wallet: Wallet) -> str:
    """The reference that the wallet's owner writes on a bank transfer, without spaces."""
    body = f"W{wallet.pk:06}"
    digits = "".join(str(int(sign, 36)) for sign in f"{body}RF00")
    return f"RF{98 - int(digits) % 97:02}{body}"


def wallet_for(text: str) -> Wallet:
    """The wallet for which a deposit is. Raises PayeeUnknown."""
    if (found := wallets_for([text]).get(text)) is None:
        raise PayeeUnknown
    return found


def wallets_for(texts: Iterable[str]) -> dict[str, Wallet]:
    """As `wallet_for`, for many at once in a few queries. Texts that name no wallet are missing.

    Inactive accounts are included: the money transaction refuses them, and says why.
    """
    texts = set(texts)
    numbers = {text: number for text in texts if (number := _number(text)) is not None}
    ids = {text: id for text in texts if (id := _uuid(text)) is not None}
    people = Wallet.objects.select_related("owner").filter(purpose__in=PERSONAL)
    by_number = {wallet.pk: wallet for wallet in people.filter(pk__in={*numbers.values()})}
    by_id = {wallet.reference: wallet for wallet in people.filter(reference__in={*ids.values()})}
    return (
        {text: by_number[number] for text, number in numbers.items() if number in by_number}
        | {text: by_id[id] for text, id in ids.items() if id in by_id}
        | wallets_by_handles(texts - numbers.keys() - ids.keys())
    )


def reference_in(text: str) -> str:
    """The first member's reference in what a payer wrote, where spaces may be anywhere; else an empty text."""
    for found in REFERENCE.finditer(re.sub(r"\s", "", text).upper()):
        for end in range(len(found[0]), len("RF00W000000") - 1, -1):  # what follows the reference may be digits, too
            if iso11649.is_valid(found[0][:end]):
                return found[0][:end]
    return ""


def _number(text: str) -> int | None:
    """The number of the wallet in a member's reference; None where it is none, or its check digits are wrong."""
    plain = re.sub(r"\s", "", text).upper()
    if not REFERENCE.fullmatch(plain) or not iso11649.is_valid(plain):
        return None
    return int(plain[5:])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if len(text.strip()) == 36 else None
    except ValueError:
        return None
