"""The page that explains events and webhooks to programmers, for everybody."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.types import known_types

from .guard import PORTS
from .post import IN_ALL_S
from .service import MOST_ENDPOINTS

FIRST_SHOP = "programs/first_shop.py"


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    context = {
        "host": f"{request.scheme}://{request.get_host()}",
        "types": known_types().values(),
        "first_shop": _first_shop(),
        "most": MOST_ENDPOINTS,
        "within_s": int(IN_ALL_S),
        "ports": " or ".join(map(str, PORTS)),
        "private": settings.WEBHOOKS_TO_PRIVATE,
    }
    return render(request, "outbox/guide.html", context)


def _first_shop() -> str:
    path = finders.find(FIRST_SHOP)
    assert isinstance(path, str)
    return Path(path).read_text()
