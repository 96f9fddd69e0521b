"""Codes as scanners and card readers type them, and the digests of those that are cards.

Such a reader is a keyboard. It may add a start or stop sign, an Enter, or control characters. A code is text and never
a number: leading zeros stay.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from django.conf import settings

from .errors import CodeUnreadable

LEAVE = "LEAVE"  # the text of the sticker that ends a visit
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
AROUND = re.compile(r"^[*%;]|[*?]$")  # the start and stop signs of Code 39 and of magnetic stripes
CODE = re.compile(r"[0-9A-Z]{4,64}", re.ASCII)


def read(typed: str) -> str:
    """The code in capitals, without what the reader added. Raises CodeUnreadable."""
    code = AROUND.sub("", CONTROL.sub("", typed).strip()).upper()
    if not CODE.fullmatch(code):
        raise CodeUnreadable
    return code


def spellings(code: str) -> tuple[str, ...]:
    """The code, and the same in the other length: a UPC-A of 12 digits is the EAN-13 with a zero before it."""
    if code.isdecimal() and len(code) == 12:
        return code, f"0{code}"
    if code.isdecimal() and len(code) == 13 and code[0] == "0":
        return code, code[1:]
    return (code,)


def half_of(code: str) -> str | None:
    """The first half if the second is the same, as where one code was read twice in a row."""
    middle = len(code) // 2
    half = code[:middle]
    return half if code == half * 2 and CODE.fullmatch(half) else None


def digest_of(code: str) -> str:
    """What is stored of a card's code. Both spellings of a code have the same digest."""
    return _hmac(f"tag {max(spellings(code), key=len)}")


def digest_of_enrolment(code: str) -> str:
    return _hmac(f"enrolment {code}")


def _hmac(text: str) -> str:
    return hmac.new(settings.PIN_PEPPER.encode(), text.encode(), hashlib.sha256).hexdigest()
