"""Writing a pain.001.001.09 document: the order to a bank to pay many accounts from ours (ISO 20022).

The package sepaxml writes it, and checks it against the standard's schema, which it ships.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sepaxml import SepaTransfer

from conversion.money import Currency, Money

SCHEMA = "pain.001.001.09"
MEDIA_TYPE = "application/xml"


@dataclass(frozen=True, slots=True)
class Payment:
    """One transfer. The payee reads its `text`, and the bank's answer has its `end_to_end_id` (at most 35 letters)."""

    holder: str
    iban: str
    amount: Money
    end_to_end_id: str
    text: str


def order(
    payments: Iterable[Payment],
    *,
    message_id: str,
    holder: str,
    iban: str,
    bic: str,
    unit: Currency,
    day: dt.date,
) -> bytes:
    """The document. `holder`, `iban` and `bic` (may be empty) are of our account, which pays on `day`.

    Letters are written in ASCII, as the rules of SEPA want it. sepaxml writes two decimals: the currency must have two.
    """
    assert unit.exponent == 2, unit
    is_sepa = unit.code == "EUR"
    config = {"name": holder, "IBAN": iban, "batch": True, "currency": unit.code, "message_id": message_id}
    config |= {"BIC": bic} if bic else {}
    # What is not in euros is no SEPA transfer: then the document does not ask for that service.
    document = _Order(config | ({} if is_sepa else {"domestic": True}), schema=SCHEMA, clean=True)
    for payment in payments:
        assert payment.amount.currency == unit
        document.add_payment(
            {
                "name": payment.holder,
                "IBAN": payment.iban,
                "amount": payment.amount.minor,
                "description": payment.text,
                "endtoend_id": payment.end_to_end_id,
                "execution_date": day,
            }
        )
    return bytes(document.export(validate=True))


class _Order(SepaTransfer):
    """sepaxml makes a random message id; this document has the id of its file."""

    def _create_header(self) -> None:
        self.msg_id = self._config["message_id"]
        super()._create_header()
