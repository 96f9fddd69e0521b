"""From where goods and orders are managed. The treasury manages those of every seller, a merchant its own alone.

Each view is written once and gets a `Desk`. It has an address at each desk: one of staff's, and one of merchants'. What
a desk may not see does not exist there (404): the owner is a part of every query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.urls import reverse

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import MERCHANTS, OVERSEERS, TREASURY
from ledger.models import Wallet
from payments.owners import wallet_of

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponse]


class Pages:
    """The names of a desk's pages, by their short names: `{% url desk.pages.product reference %}`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __getitem__(self, page: str) -> str:
        return self.prefix + page


@dataclass(frozen=True, slots=True)
class Desk:
    """`seller` is the wallet of the merchant whose desk it is; None: the treasury's. `frame` is the pages' template."""

    seller: Wallet | None
    may_change: bool
    pages: Pages
    frame: str

    def own(self, found: QuerySet[M], seller: str) -> QuerySet[M]:
        """Those of `found` that this desk may see. `seller` is the name of their field for the seller's wallet."""
        return found if self.seller is None else found.filter(**{seller: self.seller.pk})

    def require_change(self) -> None:
        """Raises PermissionDenied for who only reads here."""
        if not self.may_change:
            raise PermissionDenied

    def address(self, page: str, *args: object) -> str:
        return reverse(self.pages[page], args=args)


def of_treasury(view: View) -> View:
    """The view at the treasury's desk. Auditors read it."""

    @role_required(*OVERSEERS)
    @wraps(view)
    def at_desk(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        desk = Desk(None, request.user.role in TREASURY, Pages("staff:shop_"), "staff.html")
        return view(request, desk, *args, **kwargs)

    return at_desk


def of_seller(view: View) -> View:
    """The view at the desk of the merchant who asks."""

    @role_required(*MERCHANTS)
    @wraps(view)
    def at_desk(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        desk = Desk(wallet_of(request.user), True, Pages("shop:selling_"), "shop/selling.html")
        return view(request, desk, *args, **kwargs)

    return at_desk
