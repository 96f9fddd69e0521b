"""The error pages: 503 while the database is unreachable, 500 for our own mistakes."""

from __future__ import annotations

from unittest import mock

import psycopg2
from django.db import OperationalError, connection
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

    def test_a_lost_connection_is_that_whatever_the_class_of_its_error(self) -> None:
        """psycopg2 also reports a loss as a bare DatabaseError, which no other failure is."""

        def lose() -> None:
            connection.ensure_connection()
            connection.connection.close()
            with connection.wrap_database_errors:
                raise psycopg2.DatabaseError("no message from the libpq")

        visitor = Client(raise_request_exception=False)
        self.addCleanup(connection.close)
        with mock.patch.object(views, "books", side_effect=lose):
            self.assertContains(visitor.get(reverse("home")), "database is not answering", status_code=503)

    def test_a_full_disk_has_words_of_its_own(self) -> None:
        def fill() -> None:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$")

        visitor = Client(raise_request_exception=False)
        with mock.patch.object(views, "books", side_effect=fill):
            self.assertContains(visitor.get(reverse("home")), "server is full", status_code=503)

    def test_any_other_error_is_ours(self) -> None:
        visitor = Client(raise_request_exception=False)
        with mock.patch.object(views, "books", side_effect=ZeroDivisionError):
            self.assertContains(visitor.get(reverse("home")), "This is our mistake", status_code=500)
