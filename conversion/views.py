"""The conversion service's one question."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from . import rates
from .money import AmountError, UnknownCurrency, currency, parse_amount


@require_GET
def conversion(request: HttpRequest, currency1: str, currency2: str, amount_of_currency1: str) -> JsonResponse:
    """GET /conversion/{currency1}/{currency2}/{amount_of_currency1}: the rate and what the amount is worth.

    `?rounding=up` asks what `currency2` must be paid so that the amount of `currency1` can be handed out.
    """
    try:
        source, target = currency(currency1), currency(currency2)
    except UnknownCurrency as unknown:
        return _refused("currency_unsupported", f"Currency {unknown} is not supported.", status=404)
    try:
        amount = parse_amount(amount_of_currency1, source)
    except AmountError as error:
        return _refused(error.code, error.message, status=400)
    if request.GET.get("rounding") == "up":
        converted = rates.cost_of(amount, in_=target)
    else:
        converted = rates.convert(amount, to=target)
    return JsonResponse(
        {
            "from": source.code,
            "to": target.code,
            "amount": f"{amount.decimal:f}",
            "rate": f"{rates.rate(source, target):f}",
            "converted_amount": f"{converted.decimal:f}",
        }
    )


def _refused(code: str, message: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": code, "message": message}, status=status)
