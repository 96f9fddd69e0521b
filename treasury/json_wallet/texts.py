"""What the JSON wallet says for each refusal: an HTTP status and a text that programs compare.

The texts and the 403 are those that its first users know. Every other part of the document is as in the JSON API.
"""

from __future__ import annotations

from django.http import HttpResponse

from accounts.people.errors import PasswordWrong, RoleMissing
from accounts.pins.errors import PinMissing, PinWrong
from api import problems
from api.problems import Problem
from conversion.errors import (
    AmountMissing,
    Conflict,
    InvalidAmount,
    KeyReused,
    NotPositive,
    PaymentError,
    TooOften,
    Unavailable,
    nearest,
)
from ledger.errors import InsufficientFunds
from payments.errors import ToOneself
from treasury.deposits.errors import PayeeUnknown, ReferenceMissing, ReferenceReused
from web.errors import TooManyTries

from .errors import (
    EmailNotVerified,
    EmailTaken,
    FieldMissing,
    FieldWrong,
    LoginRequired,
    NoWallet,
    OnlyForPeople,
    PayerLacksWallet,
    SecondFactorRequired,
    TargetUnknown,
)

SAID: dict[type[PaymentError], tuple[int, str]] = {
    LoginRequired: (401, "login required"),
    PasswordWrong: (401, "wrong email or password"),
    SecondFactorRequired: (403, "second factor required"),
    EmailNotVerified: (403, "email not verified"),
    EmailTaken: (400, "email exists"),
    RoleMissing: (403, "access denied, only bank account"),
    OnlyForPeople: (403, "access denied"),
    NoWallet: (403, "wallet not exists for account"),
    PayerLacksWallet: (403, "sender wallet not exists"),
    PayeeUnknown: (403, "wallet not exists"),
    TargetUnknown: (403, "receiver wallet not exists"),
    ToOneself: (403, "sender wallet is receiver wallet"),
    AmountMissing: (403, "amount not exists"),
    InvalidAmount: (403, "amount not Float"),
    NotPositive: (403, "amount not positive"),
    InsufficientFunds: (403, "amount > balance on wallet"),
    PinMissing: (403, "pin not exists"),
    PinWrong: (403, "pin wrong"),
    ReferenceMissing: (403, "reference not exists"),
    ReferenceReused: (409, "reference exists with other content"),
    KeyReused: (422, "key exists with other content"),
    TooManyTries: (429, "too many tries"),
    Unavailable: (503, "wallet blocked too much time"),
}
STATUS: dict[type[PaymentError], int] = {Conflict: 409, TooOften: 429, Unavailable: 503, PaymentError: 403}


def problem_of(refusal: PaymentError) -> Problem:
    """The problem for a refusal: as in the JSON API, with this wallet's status, and its text as `error`."""
    problem = problems.of_refusal(refusal)
    problem.status, problem.more["error"] = _said(refusal)
    problem.more.pop("next", None)  # its pages are no use to these programs
    return problem


def answer(problem: Problem) -> HttpResponse:
    """The document. What the JSON API itself refuses (such as a body that is no JSON) says its code as words."""
    problem.more.setdefault("error", problem.code.replace("_", " "))
    return problems.answer(problem)


def _said(refusal: PaymentError) -> tuple[int, str]:
    if isinstance(refusal, FieldMissing):
        return 400, f"{refusal.field} not exists"
    if isinstance(refusal, FieldWrong):
        return 400, str(refusal)
    found = nearest(SAID, type(refusal))
    status = nearest(STATUS, type(refusal))
    assert status is not None
    return found or (status, refusal.code.replace("_", " "))
