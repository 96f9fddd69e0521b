"""The scopes of this room: what an access token may allow a program to hear."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import Scope

EVENTS = Scope("events:read", _("Hear what happens to your wallet"), listens=True)

WEBHOOKS = Scope("webhooks:write", _("Have events sent to an address, and change where"))

SCOPES = [EVENTS, WEBHOOKS]
