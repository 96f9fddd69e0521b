"""The code of an order: short enough to be said at a counter. It is not a secret.

The order's id is multiplied by an odd number modulo 2^30, which gives each id another number, and written in 32
characters. So no code is stored, two orders never share one, and the order is found by its code without an index.
"""

from __future__ import annotations

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O
LENGTH = 6
SIZE = len(ALPHABET) ** LENGTH  # 2^30
FACTOR = 387_420_489
BACK = pow(FACTOR, -1, SIZE)


def code_of(number: int) -> str:
    """The code of the order with this id. Ids above 2^30 repeat the codes of much older orders."""
    rest, code = number * FACTOR % SIZE, ""
    for _ in range(LENGTH):
        rest, place = divmod(rest, len(ALPHABET))
        code = ALPHABET[place] + code
    return code


def number_of(code: str) -> int | None:
    """The id that has this code, in capitals or small letters; None if it is no code."""
    code = code.strip().upper()
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    number = 0
    for character in code:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return number * BACK % SIZE
