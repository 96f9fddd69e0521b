"""Request bodies above the limit are refused before they are read, so that nobody can fill the disk."""

from __future__ import annotations

from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client, SimpleTestCase
from django.urls import reverse

from web import body_limit as limits
from web.body_limit import LARGEST


class Limits(SimpleTestCase):
    databases = {"default"}

    def post(self, size: int) -> tuple[int, bool]:
        """Posts `size` bytes; returns the status, and whether the body was written to a file."""
        stranger = Client(enforce_csrf_checks=True)
        stranger.get(reverse("account_login"))
        file = SimpleUploadedFile("x", b"x" * size)
        open_file = TemporaryFileUploadHandler.new_file
        with mock.patch.object(TemporaryFileUploadHandler, "new_file", autospec=True, side_effect=open_file) as written:
            answer = stranger.post(reverse("account_login"), {"file": file})
        return answer.status_code, written.called

    def test_what_is_too_large_is_not_read(self) -> None:
        self.assertEqual(self.post(3 * 1024 * 1024), (413, False))

    def test_what_is_not_is(self) -> None:
        """The control: a body within the limit is read, and then refused for its missing CSRF token."""
        self.assertEqual(self.post(LARGEST - 10_000), (403, False))  # a body of this size stays in memory
        with mock.patch.object(limits, "LARGEST", 10**9):
            self.assertEqual(self.post(3 * 1024 * 1024), (403, True))

    def test_a_length_that_is_no_number_is_refused(self) -> None:
        self.assertEqual(Client().get("/livez", headers={"Content-Length": "1e9"}).status_code, 413)
