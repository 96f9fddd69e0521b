"""What the pages' script asks every few seconds (`static/js/live.js`), so that an open page stays current."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.people.requests import SignedInRequest
from web.templatetags.money import money

from .queries import news_of


@never_cache
@login_required
@require_safe
def live(request: SignedInRequest) -> HttpResponse:
    """Answers with the news as JSON, or 304 without a body to who has this version (`?v=`, or If-None-Match).

    `balance` is HTML, as the pages show it. Nothing is written, so asking does not keep a session alive.
    """
    news = news_of(request.user)
    tag = f'"{news.version}"'
    answer: HttpResponse
    if request.GET.get("v") == news.version or tag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponseNotModified()
    else:
        balance = None if news.available is None else money(news.available)
        answer = JsonResponse({"v": news.version, "balance": balance, "unread": news.unread})
    answer["ETag"] = tag
    return answer
