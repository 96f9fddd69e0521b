"""Staff's pages about the whole installation: the dashboard, all accounts, and all transfers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS
from ledger.books import books
from web.paging import id_in

from . import queries


@role_required(*OVERSEERS)
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    context = {
        "totals": queries.totals(),
        "members": queries.member_count(),
        "today": queries.transfers_today(),
        "books": books(),
        "newest": queries.newest_transfers()[: queries.TRANSFERS_A_PAGE],
    }
    return render(request, "staff/dashboard.html", context)


@role_required(*OVERSEERS)
@require_safe
def accounts(request: SignedInRequest) -> HttpResponse:
    search, after = (_text(request, name) for name in ("q", "after"))
    page = queries.accounts(search, after=after)
    return render(request, "staff/accounts.html", {"page": page, "search": search, "after": after})


@role_required(*OVERSEERS)
@require_safe
def transfers(request: SignedInRequest) -> HttpResponse:
    page = queries.transfers_page(before=id_in(request, "before"), after=id_in(request, "after"))
    return render(request, "staff/transfers.html", {"page": page})


def _text(request: HttpRequest, name: str) -> str:
    """The parameter `name` of the address, at most 80 characters, without NUL, which PostgreSQL cannot store."""
    return request.GET.get(name, "").strip()[:80]
