"""The error pages: 503 while the database is unreachable, 500 for our own mistakes."""

from __future__ import annotations

from unittest import mock

from django.db import OperationalError
from django.test import Client, SimpleTestCase
from django.urls import reverse

from wallet_site import views


class Outages(SimpleTestCase):
    databases = {"default"}

    def test_a_database_that_is_away_is_nobodys_mistake(self) -> None:
        visitor = Client(raise_request_exception=False)
        with mock.patch.object(views, "books", side_effect=OperationalError("gone")):
            answer = visitor.get(reverse("home"))
        self.assertContains(answer, "booked once at most", status_code=503)
        self.assertEqual(answer["Retry-After"], "5")
        self.assertNotContains(answer, "gone", status_code=503)

    def test_any_other_error_is_ours(self) -> None:
        visitor = Client(raise_request_exception=False)
        with mock.patch.object(views, "books", side_effect=ZeroDivisionError):
            self.assertContains(visitor.get(reverse("home")), "This is our mistake", status_code=500)
