"""A NUL in an address or a form is the client's mistake on every page: never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.base import MoneyTestCase
from tests.cast import person

# What lists and filters read from the query, and some that nothing reads.
NAMES = (
    "q",
    "o",
    "p",
    "page",
    "after",
    "show",
    "cursor",
    "code",
    "next",
    "recipient",
    "title",
    "role__exact",
    "e",
    "x",
)
VALUES = {"int": "1", "uuid": str(UUID(int=1)), "path": "x", "str": "x"}


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Every address of the site, with something in place of each part that varies."""
    for pattern in (resolver or get_resolver()).url_patterns:
        text = before + str(pattern.pattern).lstrip("^").rstrip("$").rstrip("\\Z")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, text)
        elif isinstance(pattern, URLPattern) and "(" not in text:
            for name, converter in pattern.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower()
                text = text.replace(f"<{kind}:{name}>", VALUES.get(kind, "x")).replace(f"<{name}>", "x")
            yield text


class Nul(MoneyTestCase):
    def test_in_a_query_is_no_mistake_of_ours_on_any_address(self) -> None:
        client = Client()
        client.force_login(person("admin"))
        query = urlencode(dict.fromkeys(NAMES, "a\x00b"))
        known = sorted(set(addresses()))
        self.assertGreater(len(known), 100)
        for address in known:
            with self.subTest(address):
                self.assertLess(client.get(f"{address}?{query}").status_code, 500)

    def test_in_a_filter_of_the_admin_is_refused_with_a_page_of_our_own(self) -> None:
        client = Client()
        client.force_login(person("admin"))
        for address in ("/admin/accounts/user/?role__exact=%00", "/staff/accounts/?q=%00"):
            with self.subTest(address):
                self.assertContains(client.get(address), "This request cannot be understood", status_code=400)

    def test_in_a_form_is_refused_by_the_form(self) -> None:
        client = Client()
        client.force_login(person("alice"))
        for address, form in (
            ("/payments/send/", {"recipient": "b\0ob", "amount": "5", "note": ""}),
            ("/payments/send/", {"recipient": "bob", "amount": "5\0", "note": "a\0b"}),
            ("/payments/requests/new/", {"payer": "b\0ob", "amount": "5", "note": ""}),
            ("/payments/holds/new/", {"payee": "b\0ob", "amount": "5", "purpose": "two_step", "note": ""}),
            ("/accounts/profile/", {"first_name": "A\0", "last_name": "B"}),
        ):
            with self.subTest(address, form=form):
                self.assertLess(client.post(address, form | {"key": str(UUID(int=7))}).status_code, 500)
