"""The pages of the cash desk: taking cash from a member, confirming a colleague's large amount, and undoing."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import CASH_DESK
from conversion.errors import NotFound
from conversion.money import Money, format_money
from ledger.models import Wallet
from payments.drawers.errors import OverCashLimit
from payments.owners import name_of
from payments.reversals import service as reversals
from payments.transfers.queries import transfer_for
from web.forms import KeyForm
from web.paging import id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .errors import ProposalIsClosed
from .forms import CashMemberForm
from .kinds import CASH_TOP_UP

TAKEN_SHOWN = 20


@role_required(*CASH_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: SignedInRequest) -> HttpResponse:
    """Takes cash in two steps with one form.

    The first POST has no key: its answer is the page to confirm. That page posts the same fields with a key, and this
    second POST books.
    """
    form = CashMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wallet, amount = form.cleaned_data["member"], form.cleaned_data["amount"]
        key = KeyForm(request.POST)
        with refusals_on(form):
            if not key.is_valid():
                return _confirm_cash(request, form)
            return _take_cash(request, wallet, amount, **key.cleaned_data)
    return render(request, "staff/cash.html", {"form": form} | _drawer(request), status=form.status)


@role_required(*CASH_DESK)
@a_page
def cash_proposal(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows cash above a cashier's limits, for another person to confirm or decline, and for the cashier to withdraw.

    Raises NotFound.
    """
    found = queries.proposal_with(reference)
    words = {"amount": format_money(found.amount), "name": name_of(found.wallet)}
    if request.method == "POST":
        with refusals_as_messages(request):
            if request.POST.get("decision") == "confirm":
                service.confirm_cash(by=request.user, proposal=found)
                messages.success(request, _("Confirmed: %(amount)s in cash taken from %(name)s.") % words)
            else:
                service.decline_cash(by=request.user, proposal=found)
                messages.success(request, _("Declined. Nothing was booked: %(name)s gets the %(amount)s back.") % words)
        return redirect("staff:cash")
    context = {"proposal": found, "is_own": found.cashier == request.user}
    return render(request, "staff/cash_proposal.html", context)


@role_required(*CASH_DESK)
@require_POST
def undo_cash(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Undoes a cash top-up that this cashier made; the cashier then gives the cash back.

    Raises NotFound where the transfer is not a cash top-up, or the cashier has no part in it.
    """
    transfer = transfer_for(request.user, reference)
    key = KeyForm(request.POST)
    if transfer.kind != CASH_TOP_UP or not key.is_valid():
        raise NotFound
    with refusals_as_messages(request):
        reversals.undo(maker=request.user, transfer=transfer, **key.cleaned_data)
        back = {"amount": format_money(transfer.paid), "name": name_of(transfer.target)}
        messages.success(request, _("Undone: the money is back. Give %(name)s %(amount)s in cash.") % back)
    return redirect("staff:cash")


def _confirm_cash(request: SignedInRequest, form: CashMemberForm) -> HttpResponse:
    """The page to confirm. It says so where the amount is unusual, and a second person must confirm it, too."""
    wallet, amount = form.cleaned_data["member"], form.cleaned_data["amount"]
    context = {
        "form": form,
        "wallet": wallet,
        "amount": amount,
        "after": wallet.settled + amount,
        "key": uuid4(),
        "unusual": service.why_second_person(cashier=request.user, wallet=wallet, amount=amount),
    }
    return render(request, "staff/confirm_cash.html", context)


def _take_cash(request: SignedInRequest, wallet: Wallet, amount: Money, key: UUID) -> HttpResponse:
    """Books the cash or, above the cashier's limits, stores it for a second person."""
    owner = wallet.owner
    assert owner is not None  # the form finds members alone
    words = {"amount": format_money(amount), "name": owner.get_full_name()}
    try:
        service.take_cash(cashier=request.user, member=owner, amount=amount, key=key)
    except OverCashLimit:
        proposal = service.propose_cash(cashier=request.user, member=owner, amount=amount, key=key)
        if not proposal.is_open:
            raise ProposalIsClosed from None
        text = _("%(amount)s from %(name)s waits for a second person. Nothing is booked yet.")
        messages.warning(request, text % words)
    else:
        messages.success(request, _("%(amount)s in cash taken from %(name)s.") % words)
    return redirect("staff:cash")


def _drawer(request: SignedInRequest) -> dict[str, object]:
    """What the page shows of the cashier's day: the top-ups, the sums for each currency, and whose cash is waiting.

    A top-up that can still be undone comes with a key for its undo form.
    """
    taken = []
    for taking in queries.cash_taken_today(request.user, limit=TAKEN_SHOWN):
        can_undo = not taking.is_undone and reversals.can_undo(maker=request.user, transfer=taking.top_up.transfer)
        taken.append(
            {"top_up": taking.top_up, "is_undone": taking.is_undone, "undo_key": uuid4() if can_undo else None}
        )
    before = id_in(request, "before")
    waiting = {"waiting": queries.open_proposals(before=before), "before": before}
    return {"taken": taken, "takings": queries.takings(request.user)} | waiting
