"""Amounts as people type them, by one ASCII grammar that knows the currency's decimals."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .money import Currency, Money

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+", re.ASCII)
PLAIN = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
LONGEST = 40


class AmountError(ValueError):
    """What is wrong with a typed amount: a stable `code`, and a message for who typed it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def parse_amount(text: str, currency: Currency) -> Money:
    """ "24.70" and "24,70" are the same; "1,234" could be two things and asks.

    Raises AmountError: amount_missing, amount_unreadable, amount_ambiguous, amount_too_precise, amount_not_positive,
    amount_too_large.
    """
    text = text.strip(" \t\u00a0")
    if not text:
        raise AmountError("amount_missing", _("Please enter an amount."))
    is_negative, text = text.startswith("-"), text.removeprefix("-")
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise AmountError("amount_unreadable", _("Please write the amount in digits, like 24.70."))
    whole, fraction = _split(text, currency)
    return _money(whole, fraction, currency, is_negative=is_negative)


def parse_plain_amount(text: str, currency: Currency) -> Money:
    """As programs write it, the same in every locale: ASCII digits and at most one point, "1234.50".

    Raises AmountError: amount_unreadable, amount_too_precise, amount_not_positive, amount_too_large.
    """
    found = PLAIN.fullmatch(text)
    if found is None or len(text) > LONGEST:
        raise AmountError("amount_unreadable", _("Please write the amount in digits, like 24.70."))
    sign, whole, fraction = found.groups(default="")
    return _money(whole, fraction, currency, is_negative=bool(sign))


def _money(whole: str, fraction: str, currency: Currency, *, is_negative: bool) -> Money:
    from conversion.money import LARGEST_MINOR, Money

    if len(fraction) > currency.exponent:
        raise AmountError("amount_too_precise", _precision(currency))
    minor = int((whole or "0") + fraction.ljust(currency.exponent, "0"))
    if is_negative or minor == 0:
        raise AmountError("amount_not_positive", _("The amount must be more than zero."))
    if minor > LARGEST_MINOR:
        raise AmountError("amount_too_large", _("This amount is too large."))
    return Money(minor, currency)


def _split(text: str, currency: Currency) -> tuple[str, str]:
    """Whole and fractional digits. The last sign marks decimals if it stands alone or differs from those before."""
    signs = [sign for sign in text if sign in ".,"]
    if not signs:
        return text, ""
    groups = re.split(r"[.,]", text)
    *before, last = signs
    if not before:
        if len(groups[1]) == 3 and groups[0] not in ("", "0") and not (currency.exponent == 3 and last == "."):
            raise AmountError("amount_ambiguous", _ambiguous(text, groups, currency))
        return groups[0], groups[1]
    if last in before:  # 1,234,567: all group thousands
        return _joined(groups, set(signs)), ""
    return _joined(groups[:-1], set(before)), groups[-1]


def _joined(groups: list[str], signs: set[str]) -> str:
    head, *rest = groups
    if len(signs) > 1 or not 1 <= len(head) <= 3 or any(len(group) != 3 for group in rest):
        raise AmountError("amount_unreadable", _("Please write the amount in digits, like 24.70."))
    return "".join(groups)


def _ambiguous(text: str, groups: list[str], currency: Currency) -> str:
    whole = "".join(groups)
    if currency.exponent == 0:
        return _("“%(typed)s” can be read in two ways. Please write %(whole)s.") % {"typed": text, "whole": whole}
    return _("“%(typed)s” can be read in two ways. Please write %(thousands)s or %(decimals)s.") % {
        "typed": text,
        "thousands": whole,
        "decimals": f"{groups[0]}.{groups[1][: currency.exponent]}",
    }


def _precision(currency: Currency) -> str:
    if currency.exponent == 0:
        return _("%(code)s has no decimals: please enter a whole amount.") % {"code": currency.code}
    return _("%(code)s has at most %(places)s decimals.") % {"code": currency.code, "places": currency.exponent}
