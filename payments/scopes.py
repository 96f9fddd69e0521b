"""The scopes of this room: what an access token may allow a program to do with its owner's money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import AnyOf, Scope

READ = Scope("wallet:read", _("Look at the wallet, transfers, requests and holds"))
TRANSFERS = Scope("transfers:write", _("Send money, undo and refund"))
REQUESTS = Scope("requests:write", _("Ask for money, decline and cancel requests"))
# Of its own: who steals a token that may only ask must not be able to pay what was asked.
PAY_REQUESTS = Scope("requests:pay", _("Pay requests from your money"))
HOLDS = Scope("holds:write", _("Place, capture and release holds"))

LOOK_UP = AnyOf(TRANSFERS, REQUESTS)  # whoever may send or ask must be able to see to whom

SCOPES = [READ, TRANSFERS, REQUESTS, PAY_REQUESTS, HOLDS]
