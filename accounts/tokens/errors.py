"""The refusal of a token that may not be used from an address."""

from __future__ import annotations

from django.utils.translation import gettext as _

from conversion.errors import NotAllowed


class AddressNotAllowed(NotAllowed):
    code = "address_not_allowed"
    meaning = "The token may be used only from the addresses that its owner has listed, and this is none of them."

    def __init__(self, address: object) -> None:
        super().__init__(_("This token may not be used from the address %(address)s.") % {"address": address})
