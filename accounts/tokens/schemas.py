from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from accounts.people.models import User
from api.fields import Currency, Moment, Name, Username, one_of

from .models import ApiToken

Role = TypeAliasType("Role", Annotated[str, one_of(User.Role)])


class Me(BaseModel):
    """The member for whom your program acts."""

    username: Username
    name: Name
    role: Role
    currency: Currency


class Credential(BaseModel):
    """The access token that came with the request. `name` is what its owner called it."""

    kind: Literal["token"]
    id: UUID
    name: Annotated[str, Field(examples=["till 3"])]
    scopes: Annotated[list[str], Field(examples=[["wallet:read", "transfers:write"]])]
    expires_at: Moment


class WhoAmI(BaseModel):
    """Whom your program acts for, and what it may do."""

    user: Me
    credential: Credential

    @classmethod
    def of(cls, user: User, token: ApiToken) -> WhoAmI:
        return cls(
            user=Me(username=user.get_username(), name=user.get_full_name(), role=user.role, currency=user.currency),
            credential=Credential(
                kind="token",
                id=token.reference,
                name=token.name,
                scopes=sorted(token.scopes),
                expires_at=token.expires_at,
            ),
        )
