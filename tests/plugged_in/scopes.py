"""The scope that an access token needs to pledge money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import Scope

PLEDGES = Scope("pledges:write", _("Pledge money"))

SCOPES = [PLEDGES]
