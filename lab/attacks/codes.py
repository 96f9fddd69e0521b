"""X4, for the second factor: whoever has the password guesses the code of the app, or a recovery code."""

from __future__ import annotations

import secrets
import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from accounts.models import User

from . import people
from .browser import Browser, sign_in, was_compared, was_refused
from .figure import Means, Result
from .people import forget_tries

PAGE = "/accounts/2fa/authenticate/"
AT_MOST = 5
BURST = 12
SIGN_INS = 3  # each of them asks for a code anew


def guess(means: Means, result: Result) -> None:
    owner = people.user(means, "target")
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    RecoveryCodes.activate(owner)
    try:
        for way, at_once in (("one by one", 1), (f"{BURST} at one moment", BURST)):
            forget_tries()
            _guess_codes(means, result, secret, way, at_once)
        _owner_gets_in(means, result, secret)
    finally:
        Authenticator.objects.filter(user=User.objects.get(pk=owner.pk)).delete()


def _guess_codes(means: Means, result: Result, secret: str, way: str, at_once: int) -> None:
    compared = sent = 0
    right = code_of(secret)
    for number in range(SIGN_INS):
        thief = _at_the_code(means, f"127.0.0.{60 + number}")
        for _ in range(BURST // at_once):
            letters = [thief.form(PAGE, {"code": _wrong(right, number)}) for _ in range(at_once)]
            answers = means.door.send(letters)
            compared += sum(was_compared(answer) for answer in answers)
            sent += len(answers)
    result.checks += sent - 1
    what = f"codes, {way} after {SIGN_INS} sign-ins: {compared} of {sent} guesses were compared"
    result.check(compared <= AT_MOST, what)
    result.notes.append(what)
    late = _at_the_code(means, "127.0.0.60").post(PAGE, {"code": code_of(secret)})
    result.check(was_refused(late), f"codes, {way}: the right code got in after the limit")


def _owner_gets_in(means: Means, result: Result, secret: str) -> None:
    """A device on which its owner signed in before works while a thief of the password has used the codes' tries up."""
    forget_tries()
    device = _at_the_code(means, "127.0.0.70")
    first = device.post(PAGE, {"code": code_of(secret)})
    result.check(first.status == 302, f"the right code was refused ({first.status})")
    device.post("/accounts/logout/")
    thief = _at_the_code(means, "127.0.0.71")
    for _ in range(BURST):
        thief.post(PAGE, {"code": _wrong(code_of(secret), 0)})
    sign_in(device, means.cast.names["target"], means.cast.password("target"))
    own = device.post(PAGE, {"code": code_of(secret, steps=1)})  # each code works once
    result.check(own.status == 302, "the owner's own device was locked out of the second factor by a thief")


def _at_the_code(means: Means, source: str) -> Browser:
    """A browser that has given the right password, and is asked for the code."""
    browser = Browser(means.door, source=source)
    answer = sign_in(browser, means.cast.names["target"], means.cast.password("target"))
    if PAGE not in answer.location:
        raise people.NotSet(f"no second factor is asked for: {answer.status} {answer.location}")
    return browser


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that an app shows, now or so many steps of half a minute later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD + steps))


def _wrong(right: str, kind: int) -> str:
    """A wrong code of the app, also as two groups of digits; or a wrong recovery code."""
    wrong = f"{(int(right) + 500_000 + secrets.randbelow(400_000)) % 10**6:06}"
    return (wrong, f"{wrong[:3]} {wrong[3:]}", secrets.token_hex(4))[kind % 3]
