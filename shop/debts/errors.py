from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversion.errors import NotAllowed


class OwnGroup(NotAllowed):
    code = "own_group"
    meaning = "Nobody sets the debt limit of a role that they have."
    message = _("You have this role yourself. Somebody with another role must set its limit.")
