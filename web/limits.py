"""The limiter: how often somebody may try something, such as a password.

A limit allows some tries at once, and then one more in each interval. So it delays, and never locks anybody out for
good. (The method is the generic cell rate algorithm, ITU-T I.371: one moment for each subject is all that is stored.)

The count is committed before what it counts is done, so trying in parallel gains nothing. Where it cannot be counted,
as without a database, nothing is tried. The table is a usual one: a cache would forget whoever fills it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from allauth.account.adapter import get_adapter
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from .errors import TooManyTries


@dataclass(frozen=True, slots=True)
class Limit:
    """`at_once` tries may follow each other; after that, one more every `then_every_s` seconds."""

    name: str
    at_once: int
    then_every_s: float


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted."""

    limit: Limit
    subject: str
    key: str | None = None

    def give_back(self) -> None:
        """Uncounts the try: it succeeded. Earlier ones stay counted, so successes between guesses gain nothing."""
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE web_allowance SET full_again_at = full_again_at - make_interval(secs => %s), last_key = NULL
                    WHERE subject = %s AND last_key IS NOT DISTINCT FROM %s""",
                [self.limit.then_every_s, self.subject, self.key],
            )


def take(limit: Limit, *subject: object, key: str | None = None) -> Try:
    """Counts a try of this subject. Call it outside of any transaction. Raises TooManyTries, and counts nothing.

    With a `key`, the same form sent several times at once is one try.
    """
    name = ":".join((limit.name, *map(str, subject)))
    stored = name if len(name) <= 200 else hashlib.sha256(name.encode()).hexdigest()  # people type names of any length
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO web_allowance AS known (subject, full_again_at, last_key)
                    VALUES (%(name)s, clock_timestamp() + %(every)s::interval, %(key)s)
               ON CONFLICT (subject) DO UPDATE
                       SET full_again_at = CASE WHEN known.last_key = %(key)s THEN known.full_again_at
                           ELSE greatest(known.full_again_at, clock_timestamp()) + %(every)s::interval END,
                           last_key = %(key)s
                     WHERE known.last_key = %(key)s
                        OR greatest(known.full_again_at, clock_timestamp()) + %(every)s::interval
                           <= clock_timestamp() + %(most)s::interval""",
            {
                "name": stored,
                "key": key,
                "every": f"{limit.then_every_s} s",
                "most": f"{limit.at_once * limit.then_every_s} s",
            },
        )
        if cursor.rowcount:
            return Try(limit, stored, key)
        cursor.execute("SELECT full_again_at FROM web_allowance WHERE subject = %s", [stored])
        row = cursor.fetchone()
    full_again_at = row[0] if row else timezone.now()  # the worker may have removed it a moment ago
    raise TooManyTries(full_again_at - dt.timedelta(seconds=(limit.at_once - 1) * limit.then_every_s))


def take_all(*limits: tuple[Limit, object], key: str | None = None) -> list[Try]:
    """Counts a try in each of these limits of a subject, or in none. Raises TooManyTries."""
    tries: list[Try] = []
    try:
        for limit, subject in limits:
            tries.append(take(limit, subject, key=key))
    except TooManyTries:
        give_back(tries)
        raise
    return tries


def give_back(tries: list[Try]) -> None:
    """Uncounts these tries: they succeeded, or nothing was tried."""
    for counted in tries:
        counted.give_back()


def forget_the_full() -> int:
    """Removes the rows that mean nothing any more. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_allowance WHERE full_again_at < clock_timestamp()")
        return cursor.rowcount


def origin_of(request: HttpRequest) -> str:
    """Where a request comes from: an IPv4 address, or the /64 network of an IPv6 address, which one customer has."""
    address = address_of(request)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address:
    """The address of the client, or of the last proxy's client (BEHIND_PROXY). An IPv4 address in IPv6 is IPv4."""
    address = ip_address(get_adapter().get_client_ip(request))
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
