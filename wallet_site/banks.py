"""Banks have no wallet, so the pages of a member's money do not exist for them, not even with empty lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.people.roles import BANKS

OF_MEMBERS = ("payments/", "shop/", "treasury/withdraw/", "treasury/before/")
OF_EVERYBODY = ("shop/pictures/",)  # nobody is looked up for it, so caches may keep the answer
OF_STAFF = ("shop/till/",)  # for banks as for everybody whom they are not for


class BanksHaveNoWallet:
    """A middleware: every page of a member's money answers 404 to a bank, whatever the method."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        match = request.resolver_match
        if not match or match.route.startswith((*OF_EVERYBODY, *OF_STAFF)):
            return
        if match.route.startswith(OF_MEMBERS) and getattr(request.user, "role", None) in BANKS:
            raise Http404
