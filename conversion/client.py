"""Asks the conversion service, over HTTP, and believes only an answer that makes sense."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from .money import LARGEST_MINOR, Currency, Money
from .rates import SHOWN

LONGEST_ANSWER = 10_000  # bytes
PLAIN_NUMBER = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)
SHOWN_TO = Decimal("1e-9")  # a rate of ten digits is this near to the exact one, and nearer
NOT_AN_ANSWER = (
    requests.RequestException,
    HTTPError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    ArithmeticError,
    RecursionError,  # ten thousand opening brackets
)


class _PerThread(threading.local):
    """One pool of connections a thread: sessions are not made to be shared."""

    session: requests.Session | None = None
    ends_at: float = 0.0  # of the question under way, on the monotonic clock


_own = _PerThread()


class _Socket(socket.socket):
    """Gives up when the question's time is over, however slowly the far end drips: a plain one waits anew each time."""

    def recv_into(self, *args: Any) -> int:
        left_s = _own.ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("no time left")
        self.settimeout(left_s)
        return super().recv_into(*args)


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _Socket(fileno=super()._new_conn().detach())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme | {"http": _Pool}


class ConversionUnavailable(Exception):
    """No answer within CONVERSION_TIMEOUT_S, or none that makes sense."""


class TooLarge(ConversionUnavailable):
    """So much that it could not be booked in the other currency: the service says so, and will say so again."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`source` is worth `target`; `rate` is units of the target's currency for one of the source's."""

    source: Money
    target: Money
    rate: Decimal


def convert(money: Money, *, to: Currency) -> Conversion:
    """What `money` is worth in `to`, rounded down. Raises ConversionUnavailable, TooLarge."""
    if to == money.currency:
        return Conversion(money, money, Decimal(1))
    worth, rate = _ask(money, to, rounding="down")
    return Conversion(money, worth, rate)


def cost_of(target: Money, *, in_: Currency) -> Conversion:
    """What must be paid in `in_` so that exactly `target` arrives, rounded up. Raises as `convert` does."""
    if in_ == target.currency:
        return Conversion(target, target, Decimal(1))
    cost, rate = _ask(target, in_, rounding="up")
    return Conversion(cost, target, SHOWN.divide(Decimal(1), rate))


def _ask(money: Money, to: Currency, *, rounding: str) -> tuple[Money, Decimal]:
    _own.ends_at = time.monotonic() + settings.CONVERSION_TIMEOUT_S
    url = f"{settings.CONVERSION_URL}/conversion/{money.code}/{to.code}/{money.decimal:f}"
    try:
        with _get(url, rounding=rounding) as answer:
            status, body = answer.status_code, _body(answer)
        if status == 400 and json.loads(body)["error"] == "amount_too_large":
            raise TooLarge
        if status != 200:
            raise ValueError(f"status {status}")
        return _understood(json.loads(body), money, to, rounding=rounding)
    except NOT_AN_ANSWER as error:
        raise ConversionUnavailable(str(error)) from error


def _get(url: str, *, rounding: str) -> requests.Response:
    """Over a kept connection where there is one; if that broke (it may have died of age), once more on a new one."""
    if _own.session is not None:
        try:
            return _send(_own.session, url, rounding)
        except requests.ConnectionError as error:
            _own.session.close()
            _own.session = None
            if isinstance(error, requests.Timeout):
                raise
    session = _new_session()
    answer = _send(session, url, rounding)
    _own.session = session
    return answer


def _send(session: requests.Session, url: str, rounding: str) -> requests.Response:
    return session.get(
        url,
        params={"rounding": rounding},
        timeout=settings.CONVERSION_TIMEOUT_S,
        allow_redirects=False,
        stream=True,
    )


def _body(answer: requests.Response) -> bytes:
    """As sent, neither unpacked nor decoded. Raises ValueError where it is too long."""
    body = b""
    while piece := answer.raw.read1(LONGEST_ANSWER, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise ValueError("an answer without end")
    return body


def _understood(answer: Any, money: Money, to: Currency, *, rounding: str) -> tuple[Money, Decimal]:
    """Raises one of NOT_AN_ANSWER where it is not one to this question."""
    if (answer["from"], answer["to"], _number(answer["amount"])) != (money.code, to.code, money.decimal):
        raise ValueError("an answer to another question")
    converted, rate = _number(answer["converted_amount"]), _number(answer["rate"])
    worth = Money.of(converted, to.code)
    if worth.minor > LARGEST_MINOR or rate == 0:
        raise ValueError("an impossible amount or rate")
    exact = money.decimal * rate
    # What is handed out is rounded down, what is asked for up: the other way would be a gain.
    off = exact - converted if rounding == "down" else converted - exact
    minor_unit = Decimal(1).scaleb(-to.exponent)
    if not -exact * SHOWN_TO <= off < minor_unit + exact * SHOWN_TO:
        raise ValueError("the amount does not follow from the rate")
    return worth, rate


def _number(text: object) -> Decimal:
    if not isinstance(text, str) or not PLAIN_NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy or .netrc of the machine's comes between
    session.mount("http://", _Adapter())
    session.headers["Accept-Encoding"] = "identity"
    return session


def _forget() -> None:
    """In a child process: its parent goes on using the connections."""
    global _own
    _own = _PerThread()


os.register_at_fork(after_in_child=_forget)
