"""What a token may allow a program to do with pledges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import Scope

PLEDGES = Scope("pledges:write", _("Pledge money"))

SCOPES = [PLEDGES]
