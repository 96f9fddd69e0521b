"""The client of the conversion service (HTTP). It accepts only an answer that is plausible: see `_understood`."""

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
from urllib3.exceptions import HTTPError, NewConnectionError

from .money import LARGEST_MINOR, Currency, Money
from .rates import SHOWN

LONGEST_ANSWER = 10_000  # bytes
UNIX = "unix:"  # before the path of a Unix socket, in CONVERSION_URL
HOST = "http://127.0.0.1"  # what a service on a Unix socket is asked as
PLAIN_NUMBER = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)
SHOWN_TO = Decimal("1e-9")  # the relative error of a rate of ten digits is smaller than this
NOT_AN_ANSWER = (
    requests.RequestException,
    HTTPError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    ArithmeticError,
    RecursionError,  # JSON of ten thousand opening brackets
)


class _PerThread(threading.local):
    """Each thread has its own session (pool of connections), because sessions of requests are not thread-safe."""

    session: requests.Session | None = None
    ends_at: float = 0.0  # when the running request must end, in seconds on the monotonic clock


_own = _PerThread()


class _Socket(socket.socket):
    """A socket that gives up when the time of the whole request is over, even if the service sends byte after byte.

    The time-out of a plain socket begins anew at each read.
    """

    def recv_into(self, *args: Any) -> int:
        left_s = _own.ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("no time left")
        self.settimeout(left_s)
        return super().recv_into(*args)


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        path = settings.CONVERSION_URL.removeprefix(UNIX)
        if path == settings.CONVERSION_URL:
            return _Socket(fileno=super()._new_conn().detach())
        connection = _Socket(socket.AF_UNIX)
        connection.settimeout(settings.CONVERSION_TIMEOUT_S)
        try:
            connection.connect(path)
        except OSError as error:
            connection.close()
            raise NewConnectionError(self, str(error)) from error
        return connection


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme | {"http": _Pool}


class ConversionUnavailable(Exception):
    """The service gave no answer within CONVERSION_TIMEOUT_S, or an answer that is not plausible."""


class TooLarge(ConversionUnavailable):
    """The amount in the other currency would be larger than what can be booked. Another try gives the same answer."""


class RatesTooOld(ConversionUnavailable):
    """A rate is older than RATES_STALE_AFTER_HOURS. Another try gives the same answer until there is a new one."""


REFUSALS: dict[int, dict[str, type[ConversionUnavailable]]] = {
    400: {"amount_too_large": TooLarge},
    503: {"rates_too_old": RatesTooOld},
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """`source` is worth `target`. `rate` is units of the target's currency for one unit of the source's currency."""

    source: Money
    target: Money
    rate: Decimal


def convert(money: Money, *, to: Currency) -> Conversion:
    """What `money` is worth in `to`, rounded down to its minor unit.

    Raises ConversionUnavailable, TooLarge, RatesTooOld.
    """
    if to == money.currency:
        return Conversion(money, money, Decimal(1))
    worth, rate = _ask(money, to, rounding="down")
    return Conversion(money, worth, rate)


def cost_of(target: Money, *, in_: Currency) -> Conversion:
    """What must be paid in `in_` so that the payee receives exactly `target`, rounded up to the minor unit.

    Raises ConversionUnavailable, TooLarge, RatesTooOld.
    """
    if in_ == target.currency:
        return Conversion(target, target, Decimal(1))
    cost, rate = _ask(target, in_, rounding="up")
    # The service was asked from `target` to `in_`, so the rate of this conversion is the inverse.
    return Conversion(cost, target, SHOWN.divide(Decimal(1), rate))


def _ask(money: Money, to: Currency, *, rounding: str) -> tuple[Money, Decimal]:
    _own.ends_at = time.monotonic() + settings.CONVERSION_TIMEOUT_S
    service = HOST if settings.CONVERSION_URL.startswith(UNIX) else settings.CONVERSION_URL
    url = f"{service}/conversion/{money.code}/{to.code}/{money.decimal:f}"
    try:
        with _get(url, rounding=rounding) as answer:
            status, body = answer.status_code, _body(answer)
        if status in REFUSALS and (refusal := REFUSALS[status].get(json.loads(body)["error"])):
            raise refusal
        if status != 200:
            raise ValueError(f"status {status}")
        return _understood(json.loads(body), money, to, rounding=rounding)
    except NOT_AN_ANSWER as error:
        raise ConversionUnavailable(str(error)) from error


def _get(url: str, *, rounding: str) -> requests.Response:
    """The response, over the thread's kept connection if there is one, else over a new connection.

    A kept connection may have been closed by the service meanwhile. If it fails, a new one is tried once.
    """
    if _own.session is not None:
        try:
            return _send(_own.session, url, rounding)
        except requests.ConnectionError as error:
            _own.session.close()
            _own.session = None
            if isinstance(error, requests.Timeout):  # no time is left for a second try
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
    """The body as it was sent, neither decompressed nor decoded. Raises ValueError if it is too long."""
    body = b""
    while piece := answer.raw.read1(LONGEST_ANSWER, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise ValueError("the answer is too long")
    return body


def _understood(answer: Any, money: Money, to: Currency, *, rounding: str) -> tuple[Money, Decimal]:
    """The converted amount and the rate in the service's answer.

    Raises one of NOT_AN_ANSWER if the answer is malformed, belongs to another question, has an amount that cannot be
    booked, or has an amount that does not follow from the rate.
    """
    if (answer["from"], answer["to"], _number(answer["amount"])) != (money.code, to.code, money.decimal):
        raise ValueError("an answer to another question")
    converted, rate = _number(answer["converted_amount"]), _number(answer["rate"])
    worth = Money.of(converted, to.code)
    if worth.minor > LARGEST_MINOR or rate == 0:
        raise ValueError("an impossible amount or rate")
    exact = money.decimal * rate
    # What the payee receives is rounded down, what the payer pays is rounded up. Otherwise a cycle could gain money.
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
    session.trust_env = False  # so that no proxy and no .netrc file of the machine is used
    session.mount("http://", _Adapter())
    session.headers["Accept-Encoding"] = "identity"
    return session


def _forget() -> None:
    """Drops the connections in a child process after a fork, because the parent process still uses them."""
    global _own
    _own = _PerThread()


os.register_at_fork(after_in_child=_forget)
