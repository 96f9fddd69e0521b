"""Where a webhook may lead: to a public address, never into our own network.

Addresses are checked, never spellings: `127.1`, `0x7f000001` and a name of somebody's own all resolve to loopback. The
check is made when an endpoint is saved and at every attempt, since a name may resolve to something else by then. The
connection goes to the very address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from .errors import AddressNotAllowed

PORTS = (443, 8443)
LONGEST = 500
# Protocol assignments and relays of 6to4: some versions of Python call them global.
NOT_PUBLIC_V4 = [ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24")]
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
NOT_PUBLIC_V6 = [ipaddress.ip_network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, and the address to which the connection goes."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def target_of(url: str) -> Target:
    """The target of the URL. Raises AddressNotAllowed where it is not allowed, or its name does not resolve."""
    parts, port = _parts(url)
    assert parts.hostname is not None
    addresses = _resolved(parts.hostname, port)
    if not settings.WEBHOOKS_TO_PRIVATE and not all(map(is_public, addresses)):
        raise AddressNotAllowed(AddressNotAllowed.NOT_PUBLIC)
    path = parts.path or "/"
    return Target(
        parts.scheme, parts.hostname, port, f"{path}?{parts.query}" if parts.query else path, str(addresses[0])
    )


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet. Python's `is_global` also accepts some that are not."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        return address in PUBLIC_V6 and not any(address in net for net in NOT_PUBLIC_V6)
    return address.is_global and not address.is_multicast and not any(address in net for net in NOT_PUBLIC_V4)


def _parts(url: str) -> tuple[SplitResult, int]:
    """The parts of an allowed URL and its port. Raises AddressNotAllowed."""
    if len(url) > LONGEST or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' or c == "\x7f" for c in url):
        raise AddressNotAllowed(AddressNotAllowed.UNREADABLE)
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError as error:
        raise AddressNotAllowed(AddressNotAllowed.UNREADABLE) from error
    schemes = ("https", "http") if settings.WEBHOOKS_TO_PRIVATE else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise AddressNotAllowed(AddressNotAllowed.NOT_HTTPS)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressNotAllowed(AddressNotAllowed.UNREADABLE)
    if not settings.WEBHOOKS_TO_PRIVATE:
        if port not in PORTS:
            raise AddressNotAllowed(AddressNotAllowed.OTHER_PORT)
        if _is_literal(parts.hostname) or _is_ours(parts.hostname):
            raise AddressNotAllowed(AddressNotAllowed.NOT_PUBLIC)
    return parts, port


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_ours(host: str) -> bool:
    return any(host == name.lstrip(".") or (name[:1] == "." and host.endswith(name)) for name in settings.ALLOWED_HOSTS)


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressNotAllowed(AddressNotAllowed.NO_SUCH_NAME) from error
    return [ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_rest, sockaddr in found]
