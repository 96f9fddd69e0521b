"""The conversion service: one address that converts an amount between two currencies."""

from __future__ import annotations

from fractions import Fraction

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from . import rates
from .errors import AmountTooLarge, InvalidAmount
from .money import LARGEST_MINOR, Currency, Money, UnknownCurrency, currency
from .parsing import parse_amount
from .table import NoRate, TooOld, rate_between


@csrf_exempt  # it changes nothing; and a POST should get 405, not an error about a missing cookie
@require_GET
def conversion(request: HttpRequest, currency1: str, currency2: str, amount_of_currency1: str) -> JsonResponse:
    """GET /conversion/{currency1}/{currency2}/{amount_of_currency1}: the rate, and the amount in `currency2`.

    The amount is rounded down. With `?rounding=up` it is rounded up, and is what must be paid in `currency2` so that
    the payee receives the amount of `currency1`.
    """
    try:
        source, target = currency(currency1), currency(currency2)
        amount = parse_amount(amount_of_currency1, source)
        rounding = request.GET.get("rounding", "down")
        if rounding not in ("down", "up"):
            return _refused("rounding_unknown", _("Rounding is “down” or “up”."), status=400)
        at = rate_between(source, target)
        converted = _converted(amount, target, rounding, at)
    except (UnknownCurrency, NoRate) as unknown:
        return _refused("currency_unsupported", _("Currency %s is not supported.") % unknown, status=404)
    except InvalidAmount as error:
        return _refused(error.code, str(error), status=400)
    except TooOld as old:
        return _refused("rates_too_old", _("The rate of %s is too old to convert with.") % old, status=503)
    except (DatabaseError, InterfaceError):
        return _refused("rates_unreadable", _("The rates cannot be read now."), status=503)
    return JsonResponse(
        {
            "from": source.code,
            "to": target.code,
            "amount": f"{amount.decimal:f}",
            "rate": f"{rates.shown(at):f}",
            "converted_amount": f"{converted.decimal:f}",
        }
    )


def _converted(amount: Money, target: Currency, rounding: str, at: Fraction) -> Money:
    """The amount in `target`, rounded. Raises AmountTooLarge if it could not be booked."""
    worth = rates.convert(amount, to=target, at=at) if rounding == "down" else rates.cost_of(amount, in_=target, at=at)
    if worth.minor > LARGEST_MINOR:
        raise AmountTooLarge
    return worth


def _refused(code: str, message: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": code, "message": message}, status=status)
