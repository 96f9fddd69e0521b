"""The people of the matrix, one for each way to stand towards an object, and how each of them proves who they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.models import ApiToken, User
from accounts.people.service import save_as_administrator
from accounts.tokens import service as tokens
from conversion.money import Money
from lab.attacks import kiosks
from lab.scratch.world import PIN
from payments.registration.service import apply, register
from shop.kiosk.access import COOKIE
from treasury.banks.service import create_bank
from treasury.models import Bank

ROLES = {
    "owner": "member",  # it is this person's object …
    "party": "member",  # … and this is the other party in it
    "other": "member",
    "merchant": "merchant",
    "cashier": "cashier",
    "treasurer": "treasurer",
    "colleague": "treasurer",
    "auditor": "auditor",
    "administrator": "administrator",
    "frozen": "member",
    "unconfirmed": "member",  # the e-mail address
    "inactive": "member",
}
BANK = "bank"
DEVICE, VISIT = "device", "visit"  # a kiosk at which nobody stands, and one at which the owner does
WAITING = "waiting"  # for an administrator's approval
STRANGER = "stranger"
STOLEN = "stolen"  # the owner's session alone, whose password was typed long ago
EVERYBODY = (*ROLES, BANK, STOLEN, WAITING, STRANGER, DEVICE, VISIT)
PASSWORD = "correct horse battery"  # noqa: S105 - of people who live as long as the run
CSRF_TOKEN = get_random_string(32)
A_DAY = dt.timedelta(days=1)


@dataclass
class People:
    """The people by their names, with a session each. The stranger has none. Kiosks have tokens instead."""

    users: Mapping[str, User]
    sessions: dict[str, str]
    kiosks: Mapping[str, str]

    def sign_in(self, name: str) -> None:
        """A new session. It is made directly, since nobody attacks the sign-in page here."""
        browser = Client()
        browser.force_login(self.users["owner" if name == STOLEN else name])
        self.sessions[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value

    def type_passwords(self) -> None:
        """Everybody types the password again, which allauth asks for before some pages; a thief of a session cannot."""
        for name in self.sessions.keys() - {STOLEN}:
            browser = Client(SERVER_NAME="localhost")
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
            answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD}, secure=True)
            assert answer.status_code == 302, f"{answer.status_code}: {name}'s password was not taken"

    def cookies_of(self, name: str) -> dict[str, str]:
        """The headers of a request from this person's browser, with its CSRF token."""
        cookies = {settings.CSRF_COOKIE_NAME: CSRF_TOKEN}
        if name in self.sessions:
            cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
        if name in self.kiosks:
            cookies[COOKIE] = self.kiosks[name]
        return {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()), "X-CSRFToken": CSRF_TOKEN}

    def token_of(self, name: str, *scopes: str, lives: dt.timedelta = A_DAY) -> tuple[ApiToken, str]:
        return tokens.issue(user=self.users[name], name="matrix", scopes=scopes, lives=lives)


def registered() -> People:
    """Registers them all in the connected database, through the services."""
    users = {name: _registered(name, role) for name, role in ROLES.items()}
    users[WAITING], _pin = apply(**details_of(WAITING))
    users[BANK] = a_bank(f"the-{BANK}").user
    by = users["treasurer"]
    people = People(
        users,
        {},
        {
            DEVICE: kiosks.an_enrolled_device(by)[1],
            VISIT: kiosks.a_device_with_visit(users["owner"], pin=PIN, by=by),
        },
    )
    for name in (*users, STOLEN):
        people.sign_in(name)
    for name, standing in (("frozen", {"frozen": True}), ("inactive", {"is_active": False})):
        user = User.objects.get(pk=users[name].pk)
        for field, value in standing.items():
            setattr(user, field, value)
        save_as_administrator(by=users["administrator"], person=user)
    return people


def _registered(name: str, role: str) -> User:
    user, _pin = register(**details_of(name), role=role, is_confirmed=name != "unconfirmed")
    user.set_pin(PIN)
    return user


def a_bank(username: str) -> Bank:
    """A bank that pays pounds in and out."""
    return create_bank(
        username=username,
        name="Tide Bank",
        email=f"{username}@example.org",
        password=PASSWORD,
        daily_cap=Money.of("1000", "GBP"),
        holder="The Club",
        iban="DE89370400440532013000",
    )


def details_of(name: str) -> dict[str, Any]:
    """How this person registers."""
    return {
        "username": f"the-{name}",
        "first_name": "The",
        "last_name": name.title(),
        "email": f"{name}@example.org",
        "password": PASSWORD,
        "currency": "GBP",
    }
