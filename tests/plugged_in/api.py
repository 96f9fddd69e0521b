"""The JSON API operation that pledges money."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.bodies import Asked
from api.codes import raises
from api.fields import AskedAmount, money_of
from api.kept import keep_refusal
from api.once import Keep, once
from ledger.errors import InsufficientFunds
from ledger.posting import Outcome, Posting
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED, TO_SOMEBODY
from payments.json_fields import Handle
from payments.owners import wallet_by_handle, wallet_of
from payments.transfers.kept import keep_transfer
from payments.transfers.schemas import Transfer

from . import service
from .errors import PledgeTooSmall
from .scopes import PLEDGES

router = Router(tags=["Pledges"], by_alias=True)
ROUTERS = [("pledges", router)]


class NewPledge(Asked):
    """`amount` is in the currency of the caller's wallet."""

    payee: Handle
    amount: AskedAmount


@router.post("", auth=PLEDGES, response={201: Transfer}, operation_id="create_pledge", summary="Pledge money")
@raises(*CHANGE, *TO_SOMEBODY, *TIMESTAMPED, InsufficientFunds, PledgeTooSmall)
def create_pledge(request: SignedInRequest, body: NewPledge) -> HttpResponse:
    """Pledges money to a member: at least one whole pound."""

    def act(key: UUID, keep: Keep) -> None:
        source, target = wallet_of(request.user), wallet_by_handle(body.payee, asker=None)

        def answer(posting: Posting) -> None:
            if posting.outcome == Outcome.INSUFFICIENT_FUNDS:
                keep_refusal(keep, InsufficientFunds())
            else:
                keep_transfer(keep, request, key=key, declined=None, known={"source": source, "target": target})

        amount = money_of(body.amount, source.currency)
        service.decide_pledge(payer=request.user, payee=target, amount=amount, key=key, with_it=WithIt(answer))

    return once(request, operation="create_pledge", asked=body.as_asked(), act=act)
