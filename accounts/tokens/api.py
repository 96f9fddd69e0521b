"""The JSON operation that says whose token came."""

from __future__ import annotations

from typing import cast

from ninja import Router

from accounts.people.requests import SignedInRequest
from api.access import AnyOf, ApiRequest

from .models import ApiToken
from .schemas import WhoAmI

router = Router(tags=["You"], by_alias=True)
ROUTERS = [("me", router)]


@router.get("", auth=AnyOf(), response=WhoAmI, operation_id="get_me", summary="Get whom you act for")
def get_me(request: SignedInRequest) -> WhoAmI:
    """Returns the owner of your token, and what the token allows. Any token may ask."""
    return WhoAmI.of(request.user, cast(ApiToken, cast(ApiRequest, request).auth))
