"""The kind of transfer with which a row of a mass payment is paid."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import TREASURY
from ledger.kinds import TransferKind

MASS_PAYMENT = TransferKind("mass_payment", _("Mass payment"), refundable=True, made_by_roles=TREASURY)

TRANSFER_KINDS = [MASS_PAYMENT]
