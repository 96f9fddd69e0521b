"""The scopes of this room: what an access token may allow a program to do in the shop."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import MERCHANTS
from api.access import Scope

READ = Scope("shop:read", _("Look at what is sold, and at your orders"))
BUY = Scope("shop:buy", _("Buy in the shop, and undo purchases"))
SELL = Scope("shop:sell", _("Handle and refund the orders of what you sell, and book its stock"), roles=MERCHANTS)

SCOPES = [READ, BUY, SELL]
