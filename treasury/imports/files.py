"""Reading the uploaded files: which system they come from, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from conversion.money import Currency

from . import archives, kaffeekasse, plain, strichliste
from .archives import File
from .errors import ExportUnreadable
from .kitties import MOST_LINES, MOST_PEOPLE, MOST_PRODUCTS, Kitty, usable

READERS = (strichliste, kaffeekasse, plain)  # plain last: it takes any table with a column `balance`
KNOWN = strichliste.COLUMNS | kaffeekasse.COLUMNS  # the tables and columns that are read of a database


def read(files: Sequence[File], unit: Currency) -> Kitty:
    """What is in the uploaded files, with amounts in `unit`. Raises ExportUnreadable."""
    tables = archives.read(files, KNOWN)
    reader = next((each for each in READERS if each.is_one(tables)), None)
    if reader is None:
        raise ExportUnreadable(
            "export_unknown",
            _(
                "This export is not known here. A table of members has the columns username, name, email, balance;"
                " one of products has name, price, category, barcode."
            ),
        )
    kitty = reader.read(tables, unit)
    products, remarks = usable(kitty.products)
    kitty = replace(kitty, products=products, remarks=[*kitty.remarks, *remarks])
    if not (kitty.people or kitty.products):
        raise ExportUnreadable("export_without_people", _("There is nobody in the file."))
    if len(kitty.people) > MOST_PEOPLE or kitty.line_count > MOST_LINES or len(kitty.products) > MOST_PRODUCTS:
        raise ExportUnreadable(
            "export_too_many", _("There are more than 10,000 people, 10,000 products or 100,000 transactions.")
        )
    return kitty
