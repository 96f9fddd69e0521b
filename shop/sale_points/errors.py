from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class SalePointNameTaken(Conflict):
    code = "sale_point_name_taken"
    meaning = "Another sale point has this name."
    field = "name"
    message = gettext_lazy("Another sale point has this name.")
