"""Finding a person's wallet, and the wallet that belongs to a username or e-mail address."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Lower

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money
from ledger.kinds import PERSONAL
from ledger.models import Wallet
from ledger.prepared import PreparedModels
from ledger.reads import have_dealt
from ledger.wallets import balance_of
from web.limits import Limit, take

from .errors import NoSuchUser

LOOK_UPS = Limit("look-ups of people by", 30, 2)  # by a person: more than anybody types, and 43,200 a day at most

_OWN_WALLET = PreparedModels("own_wallet", Wallet, "WHERE owner_id = $1 AND purpose IN ('member', 'merchant')")


def wallet_of(user: User) -> Wallet:
    """Returns the member's or merchant's own wallet. Raises NotFound if it is not opened yet."""
    for wallet in _OWN_WALLET.all(user.pk):
        wallet.owner = user
        return wallet
    raise NotFound


def pending_of(wallet: Wallet) -> Money:
    """Returns the sum of an append-only wallet's pending entries; zero for a running wallet."""
    return Money(0, wallet.currency) if wallet.running else balance_of(wallet) - wallet.settled


def wallet_by_handle(handle: str, *, asker: Wallet | None) -> Wallet:
    """Returns the wallet of an active account by its username or confirmed address, in any case.

    `asker` is the wallet of the member who asks. None: staff ask, who see everybody anyway. Whether somebody is there
    is said only after the look-up was counted, so nobody collects the names of all members by trying. People with whom
    the asker has dealt are not counted: there is nothing to learn, and a program may pay them as often as it likes.
    Raises NoSuchUser, TooManyTries.
    """
    wallet = wallets_by_handles([handle]).get(handle)
    if wallet is not None and (wallet.owner is None or not wallet.owner.is_active):
        wallet = None
    if asker is not None and not (wallet and (wallet.pk == asker.pk or have_dealt(asker, wallet))):
        take(LOOK_UPS, asker.owner_id)
    if wallet is None:
        raise NoSuchUser
    return wallet


def wallets_by_handles(handles: Iterable[str]) -> dict[str, Wallet]:
    """As `wallet_by_handle`, for many handles in at most two queries. Handles without an account are missing.

    An address finds a person only once its owner has confirmed it: `User.email` holds no other. Otherwise whoever types
    somebody's address first would get the money that is sent there.

    Inactive accounts are included, so that a treasurer reads why they cannot be paid.
    """
    normalized = {handle: plain_handle(handle) for handle in handles}
    addresses = {name for name in normalized.values() if "@" in name}
    people = Wallet.objects.select_related("owner").filter(purpose__in=PERSONAL)
    by_address = people.annotate(email=Lower("owner__email")).filter(email__in=addresses)
    by_username = people.annotate(name=Lower("owner__username")).filter(name__in=set(normalized.values()) - addresses)
    found = {wallet.email: wallet for wallet in by_address} | {wallet.name: wallet for wallet in by_username}
    return {handle: found[name] for handle, name in normalized.items() if name in found}


def plain_handle(handle: str) -> str:
    """Returns the handle without outer spaces and a leading @, and in lower case if it is ASCII.

    Non-ASCII handles keep their case. Python's `lower` differs from the database's: it turns the Kelvin sign into the
    letter k, and so one handle into another.
    """
    handle = handle.strip().removeprefix("@")
    return handle.lower() if handle.isascii() else handle


def name_of(wallet: Wallet) -> str:
    """Returns the owner's full name, or the label of the purpose for a system wallet."""
    if wallet.purpose in PERSONAL and wallet.owner is not None:
        return wallet.owner.get_full_name()
    return str(wallet.purpose_label)
