from __future__ import annotations

from pydantic import BaseModel

from api.fields import Name, Username
from ledger.models import Wallet
from payments.owners import name_of


class Person(BaseModel):
    """A member, as others see them: to be compared with the person whom you mean, before money is sent."""

    username: Username
    name: Name

    @classmethod
    def of(cls, wallet: Wallet) -> Person:
        assert wallet.owner is not None
        return cls(username=wallet.owner.get_username(), name=name_of(wallet))
