"""“Your month”: what a member bought, by product, and how they stand. Only if they bought something or owe money."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import format_money
from events.letters import Contents, Line, Typed, address_of
from events.monthly import MonthlyLetter
from payments.history.statements import Month
from payments.owners import wallet_of
from shop.rules.queries import current

from .kinds import MONTH
from .queries import bought_in
from .standing import standing_of


def contents_of(user: int, first_day: dt.date) -> Contents | None:
    try:
        wallet = wallet_of(User.objects.get(pk=user))
    except NotFound:  # such as an account of staff without a wallet
        return None
    bought = bought_in(wallet, Month(first_day))
    if not bought and wallet.available.minor >= 0:
        return None
    standing = standing_of(wallet)
    return Contents(
        _("Your month in the shop: %(month)s") % {"month": date_format(first_day, "F Y")},
        words="" if standing.available.minor >= 0 else f"{standing.sentence}.",
        facts=(
            (_("Purchases"), str(sum(each.quantity for each in bought))),
            (_("Balance now"), format_money(wallet.available)),
            *(((_("You may owe up to"), format_money(standing.limit)),) if standing.limit else ()),
        ),
        lines_title=_("What you bought") if bought else "",
        lines=tuple(
            Line(when="", what=f"{each.quantity} ×", who=Typed(each.title), amount=format_money(each.total))
            for each in bought
        ),
        link=(_("Top up"), address_of("payments:top_up")),
    )


MONTHLY_LETTERS = [MonthlyLetter(MONTH, day=lambda: current().statement_day, contents=contents_of)]
