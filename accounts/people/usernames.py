"""Names that cannot be taken for one another."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# One script only, and a letter first: nobody's name looks like a number, an address or another alphabet's letters.
USERNAME_PATTERN = r"^[A-Za-z][A-Za-z0-9._-]{2,29}$"  # in PostgreSQL, too, where \A and \Z mean the same
USERNAME = RegexValidator(
    r"\A[A-Za-z][A-Za-z0-9._-]{2,29}\Z",
    _("3 to 30 letters (a–z), digits, dots, dashes or underscores, starting with a letter."),
)
LOOK_ALIKES = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("8", "b"))
JOINERS = "\u200c\u200d"  # invisible, but names in Persian or Hindi are written with them


def skeleton(username: str) -> str:
    """The same for all names a hurried reader could mix up; unique in the database."""
    key = username.lower()
    for seen, meant in LOOK_ALIKES:
        key = key.replace(seen, meant)
    return key.translate(str.maketrans("", "", "._-"))


def plain_name(name: str) -> None:
    """Any alphabet, but nothing that hides or turns the text around it: others read this name beside an amount."""
    if any(unicodedata.category(letter)[0] == "C" and letter not in JOINERS for letter in name):
        raise ValidationError(_("Please leave out invisible characters."), code="invisible")
