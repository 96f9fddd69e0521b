from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class CartIsEmpty(Conflict):
    code = "cart_empty"
    meaning = "There is nothing in the cart. Nothing was booked."
    message = gettext_lazy("Your cart is empty. Nothing was booked.")
