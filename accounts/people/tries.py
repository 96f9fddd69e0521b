"""The limits on trying passwords: by person and origin, by person, and by origin.

Whoever knows a name can use up neither the owner's tries on a remembered device, nor those from another address. A
stranger who guesses from many addresses has twenty tries at one person, and then one every three minutes.
"""

from __future__ import annotations

from django.http import HttpRequest

from web.errors import TooManyTries
from web.limits import Limit, Try, origin_of, take

from .addresses import person_with
from .devices import device_of
from .errors import PasswordWrong
from .requests import SignedInRequest

PERSON_HERE = Limit("password here", 5, 180)
PERSON = Limit("password", 20, 180)
ORIGIN = Limit("passwords from", 60, 10)  # many people may share an address, as a club's


def verify_password(request: SignedInRequest, password: str) -> None:
    """Verifies the password of who is signed in. Raises PasswordWrong, TooManyTries."""
    tries = count_try(request, request.user.username)
    if not request.user.check_password(password):
        raise PasswordWrong
    give_back(tries)


def give_back(tries: list[Try]) -> None:
    """Uncounts these tries: the password was right, or none was compared."""
    for counted in tries:
        counted.give_back()


def count_try(request: HttpRequest, login: str) -> list[Try]:
    """Counts a try to sign in with this username or address. Raises TooManyTries."""
    person = person_with(login)
    who = login.lower() if person is None else person.pk
    if person is not None and (device := device_of(request, person.pk)):
        return [take(PERSON_HERE, who, device)]
    origin = origin_of(request)
    tries: list[Try] = []
    try:
        for limit, subject in ((PERSON_HERE, (who, origin)), (ORIGIN, (origin,)), (PERSON, (who,))):
            tries.append(take(limit, *subject))
    except TooManyTries:
        give_back(tries)
        raise
    return tries
