"""A database with an earlier schema stops the start with one line that says what to do; its data stay unchanged."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import mock

from django.core.management.base import CommandError
from django.test import SimpleTestCase

from lab.scratch.databases import url_of
from runtime.management.commands.run import Command
from runtime.old_schema import is_of_old_schema
from tests.runner import as_owner, drop

OLD = "wallet_of_old"


class OldData(SimpleTestCase):
    databases = {"default"}

    def setUp(self) -> None:
        self.name = f"{OLD}_{os.getpid()}"
        as_owner("postgres", [f"CREATE DATABASE {self.name}"])
        self.addCleanup(drop, self.name)
        self.url = url_of("DATABASE_OWNER_URL", self.name)

    def test_an_empty_database_and_one_of_today_are_taken(self) -> None:
        self.assertFalse(is_of_old_schema(self.url))
        as_owner(self.name, ["CREATE TABLE ledger_transfer ()", "CREATE TABLE ledger_signature ()"])
        self.assertFalse(is_of_old_schema(self.url))

    def test_one_with_the_former_name_of_a_table_is_old(self) -> None:
        as_owner(self.name, ["CREATE TABLE ledger_transfer ()", "CREATE TABLE ledger_stamp ()"])
        self.assertTrue(is_of_old_schema(self.url))

    def test_one_where_an_unconfirmed_address_blocks_its_owner_is_old(self) -> None:
        as_owner(self.name, ["CREATE TABLE people (email text)"])
        as_owner(self.name, ["CREATE UNIQUE INDEX user_email_once_whatever_the_case ON people (lower(email))"])
        self.assertTrue(is_of_old_schema(self.url))

    def test_an_old_one_stops_the_start_with_one_line_and_loses_nothing(self) -> None:
        as_owner(self.name, ["CREATE TABLE payments_transfer (id int)", "INSERT INTO payments_transfer VALUES (1)"])
        command = Command()
        with tempfile.TemporaryDirectory() as place, mock.patch.dict(os.environ, DATABASE_URL=self.url):
            command.place = Path(place)
            (command.place / "data").mkdir()
            with self.assertRaisesRegex(CommandError, f"^[^\n]*Move {place} away[^\n]*$"):
                command._require_current_schema()
            self.assertTrue((command.place / "data").exists())
        as_owner(self.name, ["DO $$ BEGIN ASSERT (SELECT count(*) = 1 FROM payments_transfer); END $$"])

    def test_one_on_a_server_of_its_own_is_named_by_its_setting(self) -> None:
        as_owner(self.name, ["CREATE TABLE payments_transfer ()"])
        command = Command()
        with tempfile.TemporaryDirectory() as place, mock.patch.dict(os.environ, DATABASE_URL=self.url):
            command.place = Path(place)
            with self.assertRaisesRegex(CommandError, "DATABASE_URL an empty database"):
                command._require_current_schema()
