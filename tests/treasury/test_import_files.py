"""Reading exports: the real schemas of Strichliste and Kaffeekasse, CSV, zip; and files that mean harm."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from unittest import mock

from django.test import SimpleTestCase

from conversion.money import Currency, currency
from treasury.imports import archives, databases, files
from treasury.imports.archives import File
from treasury.imports.errors import ExportUnreadable
from treasury.imports.kitties import Kitty, Person, minor_of

from .kitties import LINES, MEMBERS, table
from .schemas import STRICHLISTE, database, kaffeekasse, strichliste, strichliste_1

GBP = currency("GBP")


def read(*exports: File, unit: Currency = GBP) -> Kitty:
    return files.read(list(exports), unit)


def zipped(*exports: File) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in exports:
            archive.writestr(name, data)
    return "export.zip", packed.getvalue()


def balances(kitty: Kitty) -> dict[str, tuple[int | None, int]]:
    return {person.name: (person.claimed, person.sum_of_lines) for person in kitty.people}


class Strichliste(SimpleTestCase):
    def test_claims_one_balance_and_its_transactions_give_another(self) -> None:
        kitty = read(("strichliste.sqlite", strichliste()))
        self.assertEqual(balances(kitty), {"Ada": (650, 650), "Ben Blum": (250, 200), "Cleo": (0, 0)})
        self.assertEqual((kitty.source, kitty.has_lines), ("strichliste", True))
        self.assertEqual([person.is_disabled for person in kitty.people], [False, False, True])

    def test_what_was_undone_counts_for_nothing_and_is_still_there(self) -> None:
        ada = read(("s.sqlite", strichliste())).people[0]
        self.assertEqual([line.is_void for line in ada.lines], [False, False, True, False])

    def test_a_line_says_what_it_was_for(self) -> None:
        ada, ben, _cleo = read(("s.sqlite", strichliste())).people
        self.assertEqual([line.text for line in ada.lines], ["cash", "Coffee", "Coffee", "to Ben Blum · lunch"])
        self.assertEqual([line.text for line in ben.lines], ["from Ada · lunch"])

    def test_its_products_are_read_with_their_barcodes(self) -> None:
        (coffee,) = read(("s.sqlite", strichliste())).products
        self.assertEqual((coffee.name, coffee.minor, coffee.barcodes), ("Coffee", 150, ("4012345678901",)))

    def test_counts_cents_also_in_a_currency_without_them(self) -> None:
        self.assertEqual(read(("s.sqlite", strichliste(people=[(4, "Dee", None, 700, 0, "x")]))).people[3].claimed, 700)
        yen = read(("s.sqlite", strichliste(people=[(4, "Dee", None, 700, 0, "x")])), unit=currency("JPY"))
        self.assertEqual(yen.people[3].claimed, 7)
        self.assertEqual(yen.people[0].problems[0][0], "balance_unreadable")  # 6.50 yen

    def test_transactions_of_nobody_are_a_remark(self) -> None:
        kitty = read(("s.sqlite", strichliste(moves=[(9, 99, None, None, None, None, -300, 0, "x")])))
        self.assertIn("1 transactions belong to nobody", kitty.remarks[0])
        self.assertIn("£3.00", kitty.remarks[0])

    def test_comes_as_csv_files_as_well(self) -> None:
        user = "id,name,email,balance,disabled,created,updated\n1,Ada,NULL,650,0,2020,\\N\n"
        moves = "id;user_id;amount;deleted;created\n1;1;1000;0;2020\n2;1;-350;0;2020\n3;1;-1;1;2020\n"
        kitty = read(table(user, "user.csv"), table(moves, "transactions.csv"))
        self.assertEqual((balances(kitty), kitty.people[0].email), ({"Ada": (650, 650)}, ""))

    def test_of_the_first_version_has_no_claimed_balance(self) -> None:
        kitty = read(("data.sqlite", strichliste_1()))
        self.assertEqual(balances(kitty), {"Ada": (None, 840), "Ben": (None, 300)})
        self.assertEqual([person.email for person in kitty.people], ["ada@example.org", ""])
        self.assertEqual([person.is_disabled for person in kitty.people], [False, True])


class Kaffeekasse(SimpleTestCase):
    def test_has_charges_purchases_and_transfers(self) -> None:
        kitty = read(("k.sqlite", kaffeekasse()))
        self.assertEqual(balances(kitty), {"Ada Ahrens": (650, 650), "ben": (200, 200)})
        ada = kitty.people[0]
        texts = [(line.text, line.minor, line.is_void) for line in ada.lines]
        self.assertEqual(
            texts, [("Charged", 1000, False), ("Charged", 500, True), ("Coffee", -150, False), ("to ben", -200, False)]
        )

    def test_its_products_have_a_stock(self) -> None:
        (coffee,) = read(("k.sqlite", kaffeekasse())).products
        self.assertEqual((coffee.stock, coffee.minor, coffee.barcodes), (40, 150, ("4012345678901",)))

    def test_of_the_older_version_has_the_money_beside_the_name(self) -> None:
        user = "id,password,username,first_name,last_name,email,is_active,money\n1,x,ada,Ada,Ahrens,,t,5.00\n"
        charge = "id,time_stamp,amount,annulled,user_id\n1,2020-02-01,5.00,f,1\n2,2020-02-01,1.00,t,1\n"
        kitty = read(zipped(table(user, "store_user.csv"), table(charge, "store_charge.csv")))
        self.assertEqual(balances(kitty), {"Ada Ahrens": (500, 500)})


class ATable(SimpleTestCase):
    def test_is_the_same_file_however_it_was_saved(self) -> None:
        digests = {
            read(table(MEMBERS)).digest(),
            read(table(MEMBERS.replace(",", ";"))).digest(),
            read(table("\ufeff" + MEMBERS.replace("\n", "\r\n"), "other.csv")).digest(),
            read(zipped(table(MEMBERS))).digest(),
        }
        self.assertEqual(len(digests), 1)
        self.assertNotEqual(read(table(MEMBERS.replace("3.00", "3.01"))).digest(), digests.pop())

    def test_with_a_misspelt_column_is_refused(self) -> None:
        self.refused("username,balance,emial\na,1,x\n", "export_unknown")

    def test_whose_amount_has_lost_its_comma_is_refused(self) -> None:
        self.refused("username,name,balance\nada,Ada,12,50\n", "export_damaged")

    def test_reads_amounts_and_nothing_like_them(self) -> None:
        for cell, minor in (("12.50", 1250), ("-3", -300), ("0", 0), ("1.1", 110)):
            self.assertEqual(minor_of(cell, GBP), minor, cell)
        for cell in ("NaN", "Infinity", "1e3", "1_000", "１２", "--1", "1.234", "", "-", "9" * 30, "0x10", "1 000"):
            self.assertIsNone(minor_of(cell, GBP), cell)

    def test_names_the_line_that_has_a_problem(self) -> None:
        people = read(table("username,name,balance\nada,Ada,NaN\nben,,1.00\n,\u3164,1.00\nada,Ada,2.00\n")).people
        self.assertEqual(
            [[code for code, _text in person.problems] for person in people],
            [["balance_unreadable"], [], ["name_missing"], ["person_twice"]],
        )

    def test_has_the_lines_of_each_person(self) -> None:
        zoe: Person = read(table(MEMBERS), table(LINES, "lines.csv")).people[0]
        self.assertEqual([(line.text, line.minor) for line in zoe.lines], [("Cash", 2000), ("Coffee", -750)])

    def refused(self, text: str, code: str) -> None:
        with self.assertRaises(ExportUnreadable) as refusal:
            read(table(text))
        self.assertEqual(refusal.exception.code, code)


class AHostileFile(SimpleTestCase):
    def refused(self, data: bytes, code: str, name: str = "x.sqlite") -> None:
        with self.assertRaises(ExportUnreadable) as refusal:
            read((name, data))
        self.assertEqual(refusal.exception.code, code)

    def test_that_only_begins_like_a_database_is_refused(self) -> None:
        self.refused(databases.BEGINS + b"\0" * 5000, "export_damaged")
        self.refused(databases.BEGINS, "export_damaged")
        self.refused(strichliste()[:3000], "export_damaged")

    def test_that_is_neither_text_nor_database_is_refused(self) -> None:
        self.refused(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "export_damaged")
        self.refused(b"username,balance\nz\0e,1\n", "export_damaged", "x.csv")
        self.refused(b"\xff\xfeu\0s\0", "export_damaged", "x.csv")

    def test_whose_views_and_triggers_would_do_something_does_nothing(self) -> None:
        view = database(
            STRICHLISTE[1],
            "CREATE VIEW \"user\" AS SELECT 1 AS id, load_extension('/tmp/x') AS name, 100 AS balance",
            "CREATE TRIGGER t AFTER INSERT ON transactions BEGIN DELETE FROM transactions; END",
        )
        self.refused(view, "export_unknown")  # a view is not read, so there is nobody

    def test_whose_columns_are_computed_is_not_computed(self) -> None:
        generated = database('CREATE TABLE "user" (id, balance, name AS (hex(zeroblob(900000))))')
        self.refused(generated, "export_unknown")  # such a column is no known one

    def test_cannot_hold_up_the_reader_for_ever(self) -> None:
        endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        with mock.patch.object(databases, "MOST_SECONDS", 0.2):
            connection = databases._opened(strichliste())
        connection.set_authorizer(None)  # which would refuse a recursion before
        with self.assertRaisesRegex(sqlite3.OperationalError, "interrupted"):
            connection.execute(endless).fetchall()

    def test_cannot_be_written_to_attached_to_or_extended(self) -> None:
        connection = databases._opened(strichliste())
        for statement in (
            'DELETE FROM "user"',
            "ATTACH '/tmp/attached.sqlite' AS other",
            "SELECT load_extension('/tmp/x')",
            "SELECT writefile('/tmp/x', 'y')",
            "CREATE TABLE x (y)",
        ):
            with self.subTest(statement), self.assertRaises(sqlite3.Error):
                connection.execute(statement)

    def test_that_unpacks_to_more_than_it_may_is_refused(self) -> None:
        bomb = zipped(("a.csv", b"a" * (archives.MOST_UNPACKED + 1)))
        self.assertLess(len(bomb[1]), 100_000)
        self.refused(bomb[1], "export_too_large")
        half = b"a" * (archives.MOST_UNPACKED // 2 + 1)
        self.refused(zipped(("a.csv", half), ("b.csv", half))[1], "export_too_large")
        self.refused(zipped(*((f"{number}.csv", b"a") for number in range(21)))[1], "export_too_large")

    def test_that_is_no_whole_zip_file_is_refused(self) -> None:
        self.refused(zipped(table(MEMBERS))[1][:60], "export_damaged")

    def test_with_too_many_people_or_lines_is_refused(self) -> None:
        people = "username,balance\n" + "".join(f"m{number},1\n" for number in range(10_001))
        self.refused(people.encode(), "export_too_many", "x.csv")
        lines = "username,amount\n" + "zoe,1\n" * 100_001
        with self.assertRaises(ExportUnreadable):
            read(table(MEMBERS), table(lines, "lines.csv"))

    def test_with_many_tables_is_refused_before_it_fills_the_memory(self) -> None:
        rows = b"a\n" + b"1\n" * 80_000
        self.refused(zipped(("a.csv", rows), ("b.csv", rows))[1], "export_too_many")
        self.refused((",".join(f"c{number}" for number in range(31)) + "\n").encode(), "export_unknown", "x.csv")

    def test_with_a_table_that_would_be_left_out_is_refused(self) -> None:
        self.refused(zipped(table(MEMBERS, "a.csv"), table(MEMBERS, "b.csv"))[1], "export_unknown")
        self.refused(zipped(table(MEMBERS, "a.csv"), table("username,note\nali,x\n", "b.csv"))[1], "export_unknown")

    def test_with_two_tables_of_one_name_is_refused(self) -> None:
        self.refused(zipped(table(MEMBERS, "a/members.csv"), table(MEMBERS, "b/members.csv"))[1], "export_unknown")

    def test_with_two_people_of_one_number_has_a_problem(self) -> None:
        user = "id,name,balance\n1,Ada,100\n1,Ben,200\n"
        (ada,) = read(table(user, "user.csv")).people
        self.assertEqual([code for code, _text in ada.problems], ["person_twice"])

    def test_with_text_that_cannot_be_stored_is_a_problem_of_that_person(self) -> None:
        people = [(4, "N\0ul", None, 100, 0, "x"), (5, "<script>alert(1)</script>", None, 100, 0, "x")]
        found = read(("s.sqlite", strichliste(people=people))).people
        self.assertEqual([code for code, _ in found[3].problems], ["name_unreadable"])
        self.assertEqual(found[4].problems, [])

    def test_of_bytes_that_are_no_utf8_is_read_with_a_sign_in_their_place(self) -> None:
        data = strichliste(people=[(4, "Quux", None, 100, 0, "x")]).replace(b"Quux", b"Qu\xff\xfe")
        self.assertEqual(read(("s.sqlite", data)).people[3].name, "Qu\ufffd\ufffd")
