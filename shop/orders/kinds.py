"""The transfer kind of purchases. Only the shop undoes and refunds them, or stock would stay behind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import TransferKind

PURCHASE = TransferKind("purchase", _("Purchase"), page="shop:order_of_transfer")

TRANSFER_KINDS = [PURCHASE]
