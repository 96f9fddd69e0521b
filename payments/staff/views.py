"""Staff's pages: the whole house at a look, and the cash desk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conversion.money import AmountError, format_money, parse_amount
from payments import queries as member_queries
from payments.exceptions import PaymentError
from payments.forms import KeyForm
from payments.services import topups

from . import queries
from .access import CASH_DESK, OVERSEERS, role_required
from .forms import CashMemberForm


@role_required(*OVERSEERS)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    context = {
        "totals": queries.totals(),
        "members": queries.member_count(),
        "today": queries.transfers_today(),
        "books": member_queries.books(),
        "newest": queries.transfers()[: queries.TRANSFERS_A_PAGE],
    }
    return render(request, "staff/dashboard.html", context)


@role_required(*OVERSEERS)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip().replace("\0", "")[:80]
    page = queries.accounts(search, request.GET.get("page", "1"))
    return render(request, "staff/accounts.html", {"page": page, "search": search})


@role_required(*OVERSEERS)
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    page = queries.transfers_page(request.GET.get("page", "1"))
    return render(request, "staff/transfers.html", {"page": page})


@role_required(*CASH_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: HttpRequest) -> HttpResponse:
    """Twice the same form: first it asks whom and how much, then it shows both and takes the cash."""
    form, status = CashMemberForm(request.POST or None), 200
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        wallet = form.cleaned_data["member"]
        try:
            amount = parse_amount(form.cleaned_data["amount"], wallet.currency)
            key = KeyForm(request.POST)
            if not key.is_valid():
                return render(
                    request,
                    "staff/confirm_cash.html",
                    {"form": form, "wallet": wallet, "amount": amount, "key": uuid4()},
                )
            transfer = topups.take_cash(cashier=request.user, member=wallet.owner, amount=amount, **key.cleaned_data)
        except AmountError as error:
            form.add_error("amount", error.message)
        except PaymentError as refusal:
            form.add_error(None, str(refusal))
            status = refusal.http_status
        else:
            taken = {"amount": format_money(amount), "name": wallet.owner.get_full_name()}
            messages.success(request, _("%(amount)s in cash taken from %(name)s.") % taken)
            return redirect("payments:receipt", transfer.reference)
    context |= {"taken": queries.cash_taken_today(request.user)[:20], "takings": queries.takings(request.user)}
    return render(request, "staff/cash.html", context, status=status)
