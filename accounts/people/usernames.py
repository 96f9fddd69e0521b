"""Rules for usernames and names, so that nobody can take one person's name for another's."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Only Latin letters, with a letter first: no username looks like a number, an address or a name in another alphabet.
USERNAME_PATTERN = r"^[A-Za-z][A-Za-z0-9._-]{2,29}$"  # for PostgreSQL, where ^ and $ match what \A and \Z match
USERNAME = RegexValidator(
    r"\A[A-Za-z][A-Za-z0-9._-]{2,29}\Z",
    _("3 to 30 letters (a–z), digits, dots, dashes or underscores, starting with a letter."),
)
USERNAME_LIKE = re.compile(USERNAME_PATTERN)
LOOK_ALIKES = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("8", "b"))
JOINERS = "\u200c\u200d"  # invisible, but names in Persian or Hindi are written with them


def skeleton(username: str) -> str:
    """A key that is equal for all usernames that a hurried reader could confuse. It is unique in the database."""
    key = username.lower()
    for seen, meant in LOOK_ALIKES:
        key = key.replace(seen, meant)
    return key.translate(str.maketrans("", "", "._-"))


def proposed(first_name: str, last_name: str) -> str:
    """A username made of these names: `zoe.zimmer` of Zoë Zimmer. Letters of other alphabets are left out."""
    parts = [unicodedata.normalize("NFKD", name.casefold()) for name in (first_name, last_name)]
    words = [re.sub("[^a-z0-9]", "", part) for part in parts]
    name = ".".join(word for word in words if word)[:24].rstrip(".")  # leaves room for a number
    return name if USERNAME_LIKE.match(name) else "member"


def plain_name(name: str) -> None:
    """Validates a name: any alphabet, but no invisible characters and none that change the direction of the text.

    Other people read this name beside an amount. Raises ValidationError.
    """
    if any(unicodedata.category(letter)[0] == "C" and letter not in JOINERS for letter in name):
        raise ValidationError(_("Please leave out invisible characters."), code="invisible")
