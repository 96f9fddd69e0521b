"""A disk that is full or nearly so is told before and while it stops payments."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from django.db import DatabaseError, connection
from django.test import override_settings

from wallet_site import disk

from .test_health import Looking

FULL = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"


class AFullDisk(Looking):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.object(disk, "_full_at", None))

    def fill(self) -> None:
        with self.assertRaises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(FULL)

    def test_that_any_statement_met_stops_readiness(self) -> None:
        self.assertEqual(self.readyz().status_code, 200)
        self.fill()
        self.assertEqual((disk.space().is_well, disk.room_to_write().is_well), (False, False))
        self.look_again()
        answer = self.readyz()
        self.assertEqual((answer.status_code, answer.json()["room to write"]), (503, "unavailable"))

    def test_is_over_soon_for_payments_and_later_for_staff(self) -> None:
        self.fill()
        for age_s, states in ((11, (False, True)), (901, (True, True))):
            with self.subTest(age_s), patch.object(disk, "_full_at", time.monotonic() - age_s):
                self.assertEqual((disk.space().is_well, disk.room_to_write().is_well), states)

    def test_another_failed_statement_is_none(self) -> None:
        with self.assertRaises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        self.assertTrue(disk.room_to_write().is_well)

    def test_a_statement_is_watched_once_however_often_it_connects(self) -> None:
        for _ in range(3):
            connection.close()
            connection.ensure_connection()
        self.assertEqual(connection.execute_wrappers.count(disk._noticing), 1)


class FreeSpace(Looking):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.object(disk, "_full_at", None))
        place = self.enterContext(tempfile.TemporaryDirectory())
        (Path(place) / "data").mkdir()
        self.enterContext(override_settings(WALLET_PLACE=place))

    def test_is_low_below_a_gigabyte_or_a_tenth_of_a_small_disk(self) -> None:
        for free_mb, total_mb, is_well in (
            (1001, 1_000_000, True),
            (999, 1_000_000, False),
            (201, 2000, True),
            (199, 2000, False),
        ):
            with self.subTest(free_mb=free_mb), patch.object(disk, "_free", lambda m=(free_mb, total_mb): mb(*m)):
                self.assertEqual(disk.space().is_well, is_well)
                self.assertTrue(disk.room_to_write().is_well)

    def test_is_too_little_for_postgresqls_next_file(self) -> None:
        with patch.object(disk, "_free", lambda: mb(31, 10_000)):
            self.assertFalse(disk.room_to_write().is_well)

    def test_is_read_where_the_data_are(self) -> None:
        self.assertIn("MB are free", disk.space().says)
        self.assertGreater(disk.space().number or 0, 0)
        with override_settings(WALLET_PLACE=""):
            self.assertIn("another server", disk.space().says)


def mb(*numbers: int) -> tuple[int, ...]:
    return tuple(number * disk.MB for number in numbers)
