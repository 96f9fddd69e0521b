"""The JSON operation that finds a member by username or e-mail address."""

from __future__ import annotations

from ninja import Router

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from payments.errors import NoSuchUser
from payments.json_fields import Handle
from payments.owners import wallet_by_handle, wallet_of
from payments.scopes import LOOK_UP

from .schemas import Person

router = Router(tags=["People"], by_alias=True)
ROUTERS = [("people", router)]


@router.get("/{handle}", auth=LOOK_UP, response=Person, operation_id="get_person", summary="Get a person")
def get_person(request: SignedInRequest, handle: Handle) -> Person:
    """Returns the member with this username or e-mail address, to be shown before you send.

    30 times a minute, not counting people with whom you have dealt.
    """
    try:
        return Person.of(wallet_by_handle(handle, asker=wallet_of(request.user)))
    except NoSuchUser as error:
        raise NotFound from error
