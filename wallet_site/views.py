"""Pages that use several rooms: the landing page, a member's home, the status page, and the error pages 500 and 503."""

from __future__ import annotations

import sys
from functools import cache

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.people.queries import has_administrator
from accounts.people.roles import BANKS
from ledger import cuts
from ledger.books import books
from ledger.freshness import sealing
from payments.history.queries import balance_curve, wallet_and_activity
from payments.owners import pending_of
from payments.panels import HomePanel, panels_for
from payments.top_ups.ways import may_top_up
from shop.sale_points.queries import members_sale_point
from timestamp_rpc import client as clock
from web import outages

from .plugs import gather


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Shows a member's home, or the landing page to a visitor who is not signed in. A bank has a page of its own."""
    if not request.user.is_authenticated:
        is_empty = not settings.DEMO and not has_administrator()
        return render(request, "landing.html", {"books": books(), "needs_administrator": is_empty})
    if request.user.role in BANKS:
        return redirect("treasury:own_bank")
    wallet, entries = wallet_and_activity(request.user, limit=8)
    panels, something_waits = panels_for(request.user, wallet, _home_panels())
    context = {
        "wallet": wallet,
        "pending": pending_of(wallet),
        "rows": [(entry, None) for entry in entries],  # None: no undo button here, only in the history
        "may_top_up": may_top_up(request.user, wallet),
        "shop_is_open": members_sale_point() is not None,
        "panels": panels,
        "something_waits": something_waits,
        "curve": balance_curve(wallet),
        "books": books(),
        "clock": _time(),
    }
    return render(request, "home.html", context)


@cache
def _home_panels() -> list[HomePanel]:
    return list(gather("panels", "HOME_PANELS"))


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Shows anybody, signed in or not, whether the books balance, and how far the seals have come."""
    context = {"books": books(), "sealing": sealing(), "clock": _time(), "cuts": cuts.declared()}
    return render(request, "status.html", context)


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The certificate of this installation's own authority, which programs must trust. Raises Http404 without one."""
    if settings.OWN_AUTHORITY is None or not settings.OWN_AUTHORITY.exists():
        raise Http404
    content = settings.OWN_AUTHORITY.read_bytes()
    return HttpResponse(content, content_type="application/x-pem-file", headers={"Cache-Control": "no-cache"})


def _time() -> str | None:
    """The time of the timestamp service, or None if it does not answer."""
    try:
        return clock.text_now()
    except clock.ClockUnavailable:
        return None


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error: 503 if the database does not answer or its disk is full, else 500.

    After a 503 the same form may be sent again. The page is rendered without the request: with it, the page would query
    the database, which may be what failed.
    """
    error = sys.exc_info()[1]
    is_away = outages.is_away(error, connection.connection)
    status = 503 if is_away else 500
    is_full = outages.sqlstate(error) == outages.DISK_FULL
    answer = HttpResponse(render_to_string(f"{status}.html", {"is_full": is_full}), status=status)
    if is_away:
        answer["Retry-After"] = "5"
    return answer
