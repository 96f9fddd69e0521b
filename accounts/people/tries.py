"""The limits on guessing a password or a code of the second factor: by person and origin, by person, and by origin.

Whoever knows a name can use up neither the owner's tries on a remembered device, nor those from another address. A
stranger who guesses from many addresses has twenty tries at one person's password, and then one every three minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from web.limits import Limit, Try, give_back, origin_of, take, take_all

from .addresses import person_with
from .devices import device_of
from .errors import PasswordWrong
from .requests import SignedInRequest


@dataclass(frozen=True, slots=True)
class Secret:
    """The limits on guessing one kind of secret: here, which is one origin or one remembered device, and in all."""

    here: Limit
    person: Limit


PASSWORD = Secret(Limit("password here", 5, 180), Limit("password", 20, 180))
# Three of a million codes are right at any moment. So who has the password already finds one with 0.03 % in a day.
CODE = Secret(Limit("code here", 5, 180), Limit("code", 20, 900))
ORIGIN = Limit("guesses from", 60, 10)  # many people may share an address, as a club's


def verify_password(request: SignedInRequest, password: str) -> None:
    """Verifies the password of who is signed in. Raises PasswordWrong, TooManyTries."""
    tries = count_try(request, request.user.username)
    if not request.user.check_password(password):
        raise PasswordWrong
    give_back(tries)


def count_try(request: HttpRequest, login: str) -> list[Try]:
    """Counts a try to sign in with this username or address. Raises TooManyTries."""
    person = person_with(login)
    return _counted(PASSWORD, request, person.pk if person else None, login.lower())


def count_code(request: HttpRequest, person: int) -> list[Try]:
    """Counts a try of a code of this person's second factor. Raises TooManyTries."""
    return _counted(CODE, request, person)


def _counted(secret: Secret, request: HttpRequest, person: int | None, name: str = "") -> list[Try]:
    """`name`: what was typed, where no person has it."""
    if person is not None and (device := device_of(request, person)):
        return [take(secret.here, person, device)]
    who, origin = person or name, origin_of(request)
    return take_all((secret.here, f"{who}:{origin}"), (ORIGIN, origin), (secret.person, who))
