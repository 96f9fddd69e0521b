"""X4: nobody guesses a password, a PIN or a code. At most five guesses are compared for a person and an origin.

Guesses come one by one and at one moment, under other spellings, host names and forwarding headers, and from many
addresses. Which guesses were compared is what the answers say: a refused one says that there were too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import uuid4

from . import codes, people, secret_links
from .browser import Browser, Letter, sign_in, was_compared, was_refused
from .figure import Means, Result
from .people import forget_tries

AT_MOST = 5  # guesses for a person and an origin
AT_MOST_EVERYWHERE = 20  # for a person, from many addresses
BURST = 12
HERE = "127.0.0.50"
PLACES = [f"127.0.0.{number}" for number in range(2, 21)]
Guess = Callable[[str], Letter]


def attack(means: Means, result: Result) -> None:
    passwords_from_one_place(means, result)
    passwords_from_many_places(means, result)
    owner_gets_in(means, result)
    passwords_with_a_stolen_session(means, result)
    pins(means, result)
    codes.guess(means, result)
    secret_links.guess(means, result)


def passwords_from_one_place(means: Means, result: Result) -> None:
    """Each way to guess alone, and then the right password, which must be refused as well."""
    for way, guesses in _ways(means).items():
        forget_tries()
        answers = [answer for letters in guesses for answer in means.door.send(letters)]
        compared = sum(was_compared(answer) for answer in answers)
        result.checks += len(answers) - 1
        what = f"passwords, {way}: {compared} of {len(answers)} guesses were compared"
        result.check(0 < compared <= AT_MOST, what)
        right = sign_in(Browser(means.door, source=HERE), _target(means), means.cast.password("target"))
        result.check(
            was_refused(right) or compared < AT_MOST,
            f"passwords, {way}: the right one got in after the limit ({right.status})",
        )
        result.notes.append(what)


def passwords_from_many_places(means: Means, result: Result) -> None:
    forget_tries()
    guesses = [_guess(means, source=source) for source in PLACES for _ in range(4)]
    answers = [answer for letters in _cut(guesses) for answer in means.door.send(letters)]
    compared = sum(was_compared(answer) for answer in answers)
    result.checks += len(answers) - 1
    what = f"passwords, from {len(PLACES)} addresses: {compared} of {len(answers)} guesses were compared"
    result.check(compared <= AT_MOST_EVERYWHERE, what)
    result.notes.append(what)


def owner_gets_in(means: Means, result: Result) -> None:
    """A device on which its owner signed in before works while strangers have used everything up."""
    forget_tries()
    device = Browser(means.door, source="127.0.0.30")
    sign_in(device, _target(means), means.cast.password("target"))
    device.post("/accounts/logout/")
    for source in (*PLACES, device.source):
        means.door.send([_guess(means, source=source) for _ in range(3)])
    elsewhere = sign_in(Browser(means.door, source=device.source), _target(means), means.cast.password("target"))
    result.check(was_refused(elsewhere), "the right password of a strange device got in after the limit")
    own = sign_in(device, _target(means), means.cast.password("target"))
    result.check(own.status == 302, f"the owner's own device was locked out by strangers ({own.status})")


def passwords_with_a_stolen_session(means: Means, result: Result) -> None:
    """Whoever has the session guesses the password on every page that asks for it, one after the other and at once."""
    forget_tries()
    session = Browser(means.door)
    sign_in(session, _target(means), means.cast.password("target"))
    thief = Browser(means.door, source="127.0.0.40", cookies={"sessionid": session.cookies["sessionid"]})
    pages: dict[str, Callable[[str], Letter]] = {
        "new PIN": lambda wrong: thief.form("/accounts/security/pin/", {"password": wrong}),
        "re-authentication": lambda wrong: thief.form("/accounts/reauthenticate/", {"password": wrong}),
        "changed password": lambda wrong: thief.form(
            "/accounts/password/change/",
            {"oldpassword": wrong, "password1": "pw-4-the-thief", "password2": "pw-4-the-thief"},
        ),
        "sign-in": lambda wrong: Browser(means.door, source=thief.source).form(
            "/accounts/login/", {"login": _target(means), "password": wrong}
        ),
    }
    compared, sent = {}, 0
    for page, guess in pages.items():
        letters = [guess(f"wrong{uuid4().hex}") for _ in range(BURST)]
        answers = means.door.send(letters)
        compared[page] = sum(was_compared(answer) for answer in answers)
        sent += len(answers)
    result.checks += sent - 1
    all_of_them = sum(compared.values())
    what = f"the password with a stolen session: {all_of_them} of {sent} guesses were compared ({compared})"
    result.check(all_of_them <= AT_MOST, what)
    result.notes.append(what)


def pins(means: Means, result: Result) -> None:
    """Whoever has the session guesses the PIN on every page that asks for it."""
    for way, at_once in (("one by one", 1), ("at one moment", BURST)):
        forget_tries()
        quote = people.new_quote(means)
        letters = [
            guess(pin)
            for pin in _spelled_pins(means)
            for guess in _pin_pages(means, f"/payments/send/{quote.reference}/")
        ]
        means.chance.shuffle(letters)
        answers = [answer for some in _cut(letters, at_once) for answer in means.door.send(some)]
        compared = sum("Wrong PIN" in answer.text for answer in answers)
        counted = sum("Too many wrong PINs" in answer.text for answer in answers)
        result.checks += len(answers) - 1
        what = f"PINs, {way}: {compared} of {len(answers)} guesses were told that they are wrong"
        result.check(compared < AT_MOST and counted > 0, what)  # the fifth is told that the PIN is locked now
        result.notes.append(what)
        right = people.browser(means, "member").post(f"/payments/send/{quote.reference}/", {"pin": means.cast.pin})
        result.check("Too many wrong PINs" in right.text, f"PINs, {way}: the right PIN was taken while it was locked")
    forget_tries()
    spaced = f"{means.cast.pin[:3]} {means.cast.pin[3:]}"
    paid = people.browser(means, "member").post(f"/payments/send/{people.new_quote(means).reference}/", {"pin": spaced})
    result.notes.append(f"the right PIN with a space in it: {'taken' if paid.status == 302 else 'refused'}")


def _pin_pages(means: Means, review: str) -> list[Guess]:
    session = people.browser(means, "member")
    payee = means.cast.names["other"]
    hold = {"payee": payee, "amount": "1.00", "purpose": "two_step", "note": "", "confirmed": "yes"}
    token = {"name": "x", "scopes": "wallet:read", "days": "30"}
    return [
        lambda pin: session.form(review, {"pin": pin}),
        lambda pin: session.form("/payments/holds/new/", hold | {"key": uuid4(), "pin": pin}),
        lambda pin: session.form("/accounts/tokens/new/", token | {"pin": pin}),
        lambda pin: session.form(
            "/accounts/security/pin/change/", {"pin": pin, "new_pin": "908172", "new_pin_again": "908172"}
        ),
    ]


def _spelled_pins(means: Means) -> list[str]:
    """Wrong PINs, some with spaces and in other digits."""
    wrong = [f"{number:06}" for number in means.chance.sample(range(10**6), 8) if f"{number:06}" != means.cast.pin]
    return [*wrong[:3], f"{wrong[3][:3]} {wrong[3][3:]}", f" {wrong[4]} ", *wrong[5:]]


def _ways(means: Means) -> dict[str, Iterable[list[Letter]]]:
    """Ways to guess one person's password from one address; each is a list of bursts."""
    name, address = _target(means), f"{_target(means)}@example.org"
    spellings = (name, name.upper(), name.title(), address, address.upper(), f" {name} ")
    many = range(max(12, means.times(36)))
    port = int(means.door.origin.rpartition(":")[2]) if means.door.origin.count(":") > 1 else 443
    return {
        "one by one": [[_guess(means)] for _ in many],
        f"{BURST} at one moment": _cut([_guess(means) for _ in many]),
        "other spellings of the name": _cut([_guess(means, spellings[number % 6]) for number in many]),
        "other ports in Host": _cut([_guess(means, host=f"localhost:{port + number}") for number in many]),
        "other names in Host": _cut(
            [_guess(means, host=("localhost", "127.0.0.1", "LOCALHOST")[number % 3] + f":{port}") for number in many]
        ),
        "forged forwarding headers": _cut(
            [
                _guess(means, forwarded=("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP")[number % 4])
                for number in many
            ]
        ),
    }


def _guess(means: Means, login: str = "", *, source: str = HERE, host: str = "", forwarded: str = "") -> Letter:
    """One wrong password, by a new browser."""
    headers = {"Host": host, "Origin": f"https://{host}", "Referer": f"https://{host}/"} if host else {}
    if forwarded:
        somewhere = f"198.51.100.{means.chance.randrange(256)}"
        headers[forwarded] = f"for={somewhere}" if forwarded == "Forwarded" else somewhere
    browser = Browser(means.door, source=source, headers=headers)
    form = {"login": login or _target(means), "password": f"wrong{uuid4().hex}"}
    return browser.form("/accounts/login/", form, **headers)


def _cut(letters: list[Letter], size: int = BURST) -> list[list[Letter]]:
    return [letters[start : start + size] for start in range(0, len(letters), size)]


def _target(means: Means) -> str:
    return means.cast.names["target"]
