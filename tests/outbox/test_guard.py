"""Where a webhook may lead. Addresses are checked, not spellings, and the connection goes to the checked address."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from unittest import mock

from django.test import SimpleTestCase, override_settings

from outbox.webhooks import post as posting
from outbox.webhooks.errors import AddressNotAllowed
from outbox.webhooks.guard import is_public, target_of

from .receiver import Receiver

PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "::ffff:8.8.8.8"]
NOT_PUBLIC = [
    *(
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
    ),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:a00:1::", "2002:7f00:1::1", "2001::1", "2001:db8::1", "3fff::1"),
    *("fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "100::1", "4000::1", "5f00::1"),
]
SPELLINGS = [
    *("https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/", "https://localhost/"),
    *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://127.0.0.1/", "https://0/", "https://[fe80::1%25lo]/"),
]
UNREADABLE = [
    *(
        "",
        "shop.example.org",
        "//shop.example.org/",
        "https://",
        "https:///x",
        "ftp://shop.example.org/",
        "file:///etc/passwd",
    ),
    *("https://user@shop.example.org/", "https://user:pass@shop.example.org/", "https://shop.example.org/#part"),
    *(
        "https://shop.example.org:99999/",
        "https://shop.example.org:x/",
        "https://shop.example.org/ x",
        "https://shop\\@evil/",
    ),
    *("https://shop.example.org/\r\nHost: evil", "https://shöp.example.org/", "https://shop.example.org/" + "x" * 500),
    *(
        "http://shop.example.org/",
        "HTTPS://shop.example.org:22/",
        "https://shop.example.org:80/",
        "gopher://shop.example.org/",
    ),
]


def resolving_to(*addresses: str) -> Any:
    """A name service that gives these addresses for any name."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    return mock.patch("socket.getaddrinfo", return_value=found)


class APublicAddress(SimpleTestCase):
    def test_is_one_that_the_internet_routes(self) -> None:
        for address in PUBLIC:
            with self.subTest(address):
                self.assertTrue(is_public(ipaddress.ip_address(address)))
        for address in NOT_PUBLIC:
            with self.subTest(address):
                self.assertFalse(is_public(ipaddress.ip_address(address)))


@override_settings(WEBHOOKS_TO_PRIVATE=False, ALLOWED_HOSTS=["wallet.example.org", ".club.example.org"])
class TheGuard(SimpleTestCase):
    def test_refuses_what_is_not_plain_https(self) -> None:
        with resolving_to("8.8.8.8"):
            for url in UNREADABLE:
                with self.subTest(url), self.assertRaises(AddressNotAllowed):
                    target_of(url)

    def test_refuses_every_spelling_of_our_own_network(self) -> None:
        for url in SPELLINGS:
            with self.subTest(url), self.assertRaises(AddressNotAllowed):
                target_of(url)

    def test_refuses_this_installation_itself(self) -> None:
        with resolving_to("8.8.8.8"):
            for host in ("wallet.example.org", "a.club.example.org", "club.example.org"):
                with self.subTest(host), self.assertRaises(AddressNotAllowed):
                    target_of(f"https://{host}/")
            self.assertEqual(target_of("https://shop.example.org:8443/a?b=c").path, "/a?b=c")

    def test_refuses_a_name_with_one_private_address_among_public_ones(self) -> None:
        with resolving_to("8.8.8.8", "10.0.0.1"), self.assertRaises(AddressNotAllowed):
            target_of("https://shop.example.org/")

    def test_says_that_a_name_does_not_exist(self) -> None:
        with (
            mock.patch("socket.getaddrinfo", side_effect=socket.gaierror),
            self.assertRaises(AddressNotAllowed) as raised,
        ):
            target_of("https://nowhere.example.org/")
        self.assertEqual(str(raised.exception), str(AddressNotAllowed.NO_SUCH_NAME))

    def test_is_asked_at_every_attempt_and_its_answer_is_where_the_connection_goes(self) -> None:
        """A name that first resolves to a public address and then to ours reaches nobody."""
        receiver = Receiver()
        self.addCleanup(receiver.close)
        url = receiver.url.replace("127.0.0.1", "rebinding.example.org").replace("http", "https")
        port = receiver.server_address[1]
        with mock.patch("outbox.webhooks.guard.PORTS", (443, port)):
            with resolving_to("8.8.8.8"):
                self.assertEqual(target_of(url).port, port)
            with resolving_to("127.0.0.1"):
                result = posting.post(url, b"{}", {})
        self.assertEqual((result.status, result.error), (None, str(AddressNotAllowed.NOT_PUBLIC)))
        self.assertEqual(receiver.connections, 0)

    def test_connects_to_the_checked_address_and_not_to_the_name(self) -> None:
        asked: list[Any] = []

        def create_connection(address: Any, **_: Any) -> Any:
            asked.append(address)
            raise ConnectionRefusedError

        with resolving_to("8.8.8.8"), mock.patch("socket.create_connection", create_connection):
            posting.post("https://shop.example.org/", b"{}", {})
        self.assertEqual(asked, [("8.8.8.8", 443)])
