"""What programs ask: /livez (this process answers), /readyz (money can move), /metrics (all readings)."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from conversion.readings import UNITS, Check, Reading

from .readings import Found, observer


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The state of each check by its name; the reason is in the log, and on staff's page.

    503 only if money cannot move. A check that is late or finds something wrong is "degraded" and leaves 200: a load
    balancer that took the site down for it would make an outage of a delay.
    """
    found = observer.found()
    states = {check.name: _state(check, reading) for check, reading in found.readings}
    return JsonResponse(states, status=200 if found.can_move_money else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All readings as gauges. Raises Http404 without the token, as if there were no such page."""
    sent = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    return HttpResponse(_exposition(observer.found()), content_type=CONTENT_TYPE_LATEST)


def _state(check: Check, reading: Reading) -> str:
    if reading.is_well:
        return "ok"
    return "unavailable" if check.needed else "degraded"


def _exposition(found: Found) -> bytes:
    """The readings in Prometheus' text format: whether each is well, and its number by the unit."""
    well = GaugeMetricFamily("wallet_check_well", "1 if the check finds all well, 0 if not.", labels=["check"])
    numbers = {
        unit: GaugeMetricFamily(f"wallet_check_{unit}", f"What the check measures, in {unit}.", labels=["check"])
        for unit in UNITS
    }
    for check, reading in found.readings:
        well.add_metric([check.name], float(reading.is_well))
        if reading.number is not None:
            numbers[reading.unit].add_metric([check.name], reading.number)
    ready = GaugeMetricFamily(
        "wallet_ready", "1 if money can move, as /readyz says.", value=float(found.can_move_money)
    )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families([ready, well, *numbers.values()]))
    return generate_latest(registry)


class _Families:
    """A collector of what was computed already."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> list[GaugeMetricFamily]:
        return self._families
