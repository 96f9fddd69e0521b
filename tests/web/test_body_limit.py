"""Request bodies above the limit are refused before they are read, so that nobody can fill the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client, SimpleTestCase
from django.urls import URLResolver, get_resolver, reverse

from api.json_bodies import LARGEST_BODY
from runtime import front
from web import body_limit as limits
from web.body_limit import LARGEST, LARGEST_UPLOAD


def takers_of_files(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """The routes of all addresses below `resolver` whose view takes files."""
    for pattern in resolver.url_patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from takers_of_files(pattern, route)
        elif getattr(pattern.callback, "takes_files", False):
            yield route


class Limits(SimpleTestCase):
    databases = {"default"}

    def post(self, size: int, page: str = "account_login") -> tuple[int, bool]:
        """A stranger posts `size` bytes; returns the status, and whether the body was written to a file."""
        stranger = Client(enforce_csrf_checks=True)
        stranger.get(reverse("account_login"))
        file = SimpleUploadedFile("x", b"x" * size)
        open_file = TemporaryFileUploadHandler.new_file
        with mock.patch.object(TemporaryFileUploadHandler, "new_file", autospec=True, side_effect=open_file) as written:
            answer = stranger.post(reverse(page), {"file": file})
        return answer.status_code, written.called

    def test_what_is_too_large_is_not_read(self) -> None:
        self.assertEqual(self.post(200_000), (413, False))
        for page in ("account_login", "staff:mass_payments"):
            self.assertEqual(self.post(3 * 1024 * 1024, page), (413, False))

    def test_what_is_not_is(self) -> None:
        """The control: a body within the limit is read, and then refused for its missing CSRF token."""
        self.assertEqual(self.post(LARGEST - 10_000), (403, False))  # a body of this size stays in memory
        self.assertEqual(self.post(LARGEST_UPLOAD - 10_000, "staff:mass_payments"), (403, False))
        with mock.patch.object(limits, "LARGEST", 10**9), mock.patch.object(limits, "LARGEST_UPLOAD", 10**9):
            self.assertEqual(self.post(3 * 1024 * 1024), (403, True))

    def test_the_front_has_the_same_limits_for_the_same_pages(self) -> None:
        """It looks at addresses, and Django at views."""
        takers = {re.sub("<[^>]+>", "*", f"/{address}") for address in takers_of_files(get_resolver())}
        self.assertEqual(sorted(takers), sorted(front.UPLOADS))
        self.assertEqual((LARGEST, LARGEST_UPLOAD), (front.LARGEST_BODY, front.LARGEST_UPLOAD))
        self.assertLess(LARGEST_BODY, LARGEST)

    def test_a_length_that_is_no_number_is_refused(self) -> None:
        self.assertEqual(Client().get("/livez", headers={"Content-Length": "1e9"}).status_code, 413)
