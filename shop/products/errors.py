from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class BarcodeTaken(Conflict):
    code = "barcode_taken"
    meaning = "Another product has this barcode."
    field = "code"
    message = gettext_lazy("Another product has this barcode.")


class NameTaken(Conflict):
    code = "variant_name_taken"
    meaning = "The product has a variant with this name."
    field = "name"
    message = gettext_lazy("This product has a variant with this name already.")


class PriceMovedOn(Conflict):
    code = "price_moved_on"
    meaning = "Somebody else changed the price since the page was opened."
    message = gettext_lazy("Somebody else has changed the price meanwhile. Please look at it again.")


class PictureUnreadable(Refused):
    code = "picture_unreadable"
    meaning = "The file is not a picture in JPEG, PNG or WebP, or it is damaged."
    field = "picture"
    message = gettext_lazy("This is no picture that we can read. Please choose a JPEG, PNG or WebP file.")


class PictureTooLarge(Refused):
    code = "picture_too_large"
    meaning = "The picture has more bytes or pixels than is allowed."
    field = "picture"
    message = gettext_lazy("This picture is too large: 2 MB and 25 million pixels at most. Please make it smaller.")
