"""Kinds of transfers and purposes of wallets. Each is a text in the database and an object in a list here.

`wallet_site` fills both lists from each app's `kinds.py`, so a new kind or purpose needs no migration of the ledger.
"""

from __future__ import annotations

from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.kinds import Kind


class TransferKind(Kind):
    """What a transfer was for.

    `undoable`: its maker may undo it within an hour. `refundable`: its payee may refund it. `made_by_roles`: a person
    who makes or undoes it must have one of these roles, and does not do it for their own wallet; None means any role.
    `undo_may_owe`: its undo may bring the payee into debt, since the money was never there. `page` is the name of the
    page on which its payer sees what it was for, by the transfer's reference; "" if there is none.
    """

    undoable: bool
    refundable: bool
    made_by_roles: tuple[str, ...] | None
    undo_may_owe: bool
    page: str

    def __new__(
        cls,
        code: str,
        label: str | Promise,
        *,
        undoable: bool = False,
        refundable: bool = False,
        made_by_roles: tuple[str, ...] | None = None,
        undo_may_owe: bool = False,
        page: str = "",
    ) -> Self:
        kind = super().__new__(cls, code, label)
        kind.undoable, kind.refundable, kind.made_by_roles = undoable, refundable, made_by_roles
        kind.undo_may_owe, kind.page = undo_may_owe, page
        return kind


class WalletPurpose(Kind):
    """What a wallet is for.

    `running`: every entry updates the wallet's row. `has_floor`: the wallet cannot be spent below its floor.
    `of_the_system`: the wallet has no owner; the installation opens one in each currency.
    """

    running: bool
    has_floor: bool
    of_the_system: bool

    def __new__(
        cls,
        code: str,
        label: str | Promise,
        *,
        running: bool = False,
        has_floor: bool = False,
        of_the_system: bool = False,
    ) -> Self:
        purpose = super().__new__(cls, code, label)
        purpose.running, purpose.has_floor, purpose.of_the_system = running, has_floor, of_the_system
        return purpose


MEMBER = WalletPurpose("member", _("Member"), running=True, has_floor=True)
MERCHANT = WalletPurpose("merchant", _("Merchant"), has_floor=True)
EXCHANGE = WalletPurpose("exchange", _("Exchange"), of_the_system=True)
PERSONAL = (MEMBER, MERCHANT)  # a person has one wallet, of one of these purposes

WALLET_PURPOSES = [MEMBER, MERCHANT, EXCHANGE]  # the ledger's own; `wallet_site` reads them as any app's

known_kinds: dict[str, TransferKind] = {}
known_purposes: dict[str, WalletPurpose] = {}


def label_of_kind(code: str) -> str | Promise:
    """The label of a transfer kind; its code if the app that brought the kind is no longer installed."""
    return known_kinds[code].label if code in known_kinds else code


def label_of_purpose(code: str) -> str | Promise:
    """The label of a wallet purpose; its code if the app that brought the purpose is no longer installed."""
    return known_purposes[code].label if code in known_purposes else code
