"""The JSON operation that finds a member by username or e-mail address."""

from __future__ import annotations

from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from conversion.errors import NotFound
from payments.errors import NoSuchUser
from payments.json_fields import Handle
from payments.owners import wallet_by_handle
from payments.scopes import LOOK_UP
from web.errors import TooManyTries
from web.limits import Limit, take

from .schemas import Person

router = Router(tags=["People"], by_alias=True)
ROUTERS = [("people", router)]

LOOK_UPS = Limit("people", at_once=30, then_every_s=2)  # so that nobody reads the list of members name by name


@router.get("/{handle}", auth=LOOK_UP, response=Person, operation_id="get_person", summary="Get a person")
@raises(TooManyTries)
def get_person(request: SignedInRequest, handle: Handle) -> Person:
    """Returns the member with this username or e-mail address, to be shown before you send. 30 times a minute."""
    take(LOOK_UPS, request.user.pk)
    try:
        return Person.of(wallet_by_handle(handle))
    except NoSuchUser as error:
        raise NotFound from error
