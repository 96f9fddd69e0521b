"""X4, for secrets that nobody can guess: keys in letters, invitations, access tokens. They have 120 bits or more.

So guesses are not counted but compared with the real secret: random ones, and those that nearly are the real one.
"""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from . import people
from .browser import Browser
from .figure import Means, Result
from .people import forget_tries

RESET = re.compile(r"/accounts/password/reset/key/([0-9a-zA-Z]+-[^/\s]+)/")
CONFIRM = re.compile(r"/accounts/confirm-email/([^/\s]+)/")
GUESSES = 60
PATIENCE_S = 30.0  # until a letter is there


@dataclass(frozen=True, slots=True)
class Secret:
    """A real secret, and how to find out whether a text opens what the secret opens, without using it up."""

    name: str
    real: str
    opens: Callable[[str], bool]


def guess(means: Means, result: Result) -> None:
    for secret in _secrets(means):
        guesses = [*_near_misses(secret.real), *_random_ones(means, secret.real, means.times(GUESSES))]
        hits = [text for text in guesses if _tried(secret, text)]
        result.checks += len(guesses) - 1
        result.check(not hits, f"{secret.name}: what is not the secret opened it: {hits[:3]} (it is {secret.real})")
        if not _tried(secret, secret.real):  # otherwise nothing was shown
            raise people.NotSet(f"{secret.name}: the real one does not work")
        result.notes.append(f"{secret.name}: {len(guesses)} guesses, {len(hits)} right")
    _used_once(means, result)


def _tried(secret: Secret, text: str) -> bool:
    forget_tries()
    return secret.opens(text)


def _secrets(means: Means) -> Iterator[Secret]:
    yield Secret("password-reset keys", reset_key(means), lambda text: _opens_reset(means, text))
    yield Secret("confirmation keys", _confirmation_key(means), lambda text: _opens_confirmation(means, text))
    yield Secret("invitations", people.new_invitation(means)[1], lambda text: _opens_sign_up(means, text))
    yield Secret("access tokens", people.program(means, "target").secret, lambda text: _opens_api(means, text))


def _opens_reset(means: Means, text: str) -> bool:
    return Browser(means.door).get(f"/accounts/password/reset/key/{text}/").status == 302


def _opens_confirmation(means: Means, text: str) -> bool:
    page = Browser(means.door).get(f"/accounts/confirm-email/{text}/")
    return "is an email address for user" in page.text


def _opens_sign_up(means: Means, text: str) -> bool:
    return 'name="password1"' in Browser(means.door).get(f"/accounts/signup/{text}/").text


def _opens_api(means: Means, text: str) -> bool:
    return people.Program(means.door, text).ask("GET", "/api/v1/wallet").status == 200


def reset_key(means: Means, role: str = "target", *, browser: Browser | None = None, **headers: str) -> str:
    """The key in a new letter to this person. Raises NotSet where no letter came."""
    address = people.user(means, role).email
    before = len(means.letters(address))
    (browser or Browser(means.door)).post("/accounts/password/reset/", {"email": address}, **headers)
    return _found(RESET, lambda: means.letters(address)[before:])


def _confirmation_key(means: Means) -> str:
    """That of somebody who signed up and has yet to confirm the address."""
    name, password = f"x{uuid4().hex[:12]}", uuid4().hex
    form = {
        "username": name,
        "first_name": "Some",
        "last_name": "Body",
        "email": f"{name}@example.org",
        "currency": "GBP",
        "password1": password,
        "password2": password,
    }
    Browser(means.door).post("/accounts/signup/", form)
    return _found(CONFIRM, lambda: means.letters(form["email"]))


def _used_once(means: Means, result: Result) -> None:
    """A reset key that was used, and an older one after the password changed, open nothing any more."""
    forget_tries()
    older, key = reset_key(means), reset_key(means)
    browser, new = Browser(means.door), f"new{uuid4().hex}"
    page = browser.get(f"/accounts/password/reset/key/{key}/").location
    done = browser.post(page, {"password1": new, "password2": new})
    if done.status != 302:
        raise people.NotSet(f"the password was not reset: {done.status}")
    owner = people.user(means, "target")
    owner.set_password(means.cast.password("target"))
    owner.save()
    for name, text in (("used", key), ("older", older)):
        result.check(not _opens_reset(means, text), f"password-reset keys: a {name} one still works")


def _found(pattern: re.Pattern[str], letters: Callable[[], list[str]]) -> str:
    """What the pattern finds in a letter, which may take some seconds to come. Raises NotSet."""
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        for letter in letters():
            if found := pattern.search(letter):
                return found[1]
        time.sleep(0.1)
    raise people.NotSet(f"no letter has a link like {pattern.pattern}")


def _near_misses(real: str) -> list[str]:
    """Texts that differ from the real one by very little."""
    last = "a" if real[-1] != "a" else "b"
    middle = len(real) // 2
    other = "a" if real[middle] != "a" else "b"
    near = [
        real[:-1],
        real[1:],
        real + "a",
        real[:-1] + last,
        real[:middle] + other + real[middle + 1 :],
        real.swapcase(),
        real.upper(),
        real.lower(),
        real[::-1],
        real.replace(real[0], last, 1),
        f"{real}%00",
    ]
    return [text for text in near if text != real]


def _random_ones(means: Means, real: str, many: int) -> list[str]:
    """Random texts of the same shape: letters for letters, digits for digits."""
    return ["".join(_like(means, letter) for letter in real) for _ in range(many)]


def _like(means: Means, letter: str) -> str:
    for letters in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        if letter in letters:
            return means.chance.choice(letters)
    return letter
