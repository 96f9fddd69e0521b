"""Internet addresses: from which of them a token may be used, and the part of one that its owner is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_NETWORKS = 20

Address = IPv4Address | IPv6Address


def networks_in(text: str) -> list[str]:
    """The addresses and networks in what was typed, with spaces, commas or lines between them, each once.

    Raises ValidationError, with a text for each that is wrong.
    """
    found, wrong = dict[str, None](), list[str]()
    for typed in filter(None, re.split(r"[\s,;]+", text)):
        try:
            network = ip_network(typed, strict=False)
        except ValueError:
            why = _("“%(typed)s” is no address, such as 192.0.2.7, and no network, such as 192.0.2.0/24.")
            wrong.append(why % {"typed": typed[:60]})
            continue
        if "/" in typed and network.network_address != _address_in(typed):
            why = _("“%(typed)s” names an address within a network. The whole network is %(network)s.")
            wrong.append(why % {"typed": typed, "network": network})
        elif network.prefixlen == 0:
            wrong.append(_("“%(typed)s” is every address. Leave the field empty for that.") % {"typed": typed})
        else:
            found[str(network)] = None
    if len(found) > MOST_NETWORKS:
        wrong.append(_("These are more than %(most)s. Please name networks instead.") % {"most": MOST_NETWORKS})
    if wrong:
        raise ValidationError(wrong)
    return list(found)


def is_within(address: Address, networks: Iterable[str]) -> bool:
    return any(address in ip_network(network) for network in networks)


def network_of(address: Address) -> str:
    """The network that the owner is shown: enough to recognise a place, and not the exact address."""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 56}", strict=False))


def _address_in(typed: str) -> Address:
    return ip_network(typed.partition("/")[0]).network_address
