"""CSV files of mass payments: as spreadsheets save them, and malformed or hostile ones, which are refused."""

from __future__ import annotations

import csv
import io

from django.test import SimpleTestCase

from treasury.errors import FileUnreadable
from treasury.mass_payments import files as mass_files
from treasury.mass_payments.files import RawRow
from treasury.tables import MOST_BYTES

PLAIN = b"payee,amount,note\nalice,24.70,May\nbob,5,\n"
ROWS = [RawRow(2, "alice", "24.70", "May"), RawRow(3, "bob", "5", "")]


class ReadsWhatSpreadsheetsSave(SimpleTestCase):
    def test_the_same_table_however_it_is_saved(self) -> None:
        for name, data in {
            "plain": PLAIN,
            "byte order mark": b"\xef\xbb\xbf" + PLAIN,
            "Windows line ends": PLAIN.replace(b"\n", b"\r\n"),
            "old Macintosh line ends": PLAIN.replace(b"\n", b"\r"),
            "no last line end": PLAIN.rstrip(b"\n"),
            "semicolons": PLAIN.replace(b",", b";"),
            "tabs": PLAIN.replace(b",", b"\t"),
            "capitals": PLAIN.replace(b"payee,amount,note", b"Payee, AMOUNT ,Note"),
            "the former name of a column": PLAIN.replace(b"payee", b"Recipient"),
            "another order": b"note;amount;payee\nMay;24.70;alice\n;5;bob\n",
            "everything quoted": b'"payee","amount","note"\n"alice","24.70","May"\n"bob","5",""\n',
            "empty columns at the end": b"payee;amount;note;;\nalice;24.70;May;;\nbob;5;;;\n",
            "short last row": b"payee,amount,note\nalice,24.70,May\nbob,5\n",
            "spaces around": b"payee,amount,note\n alice , 24.70 , May \nbob,5,\n",
        }.items():
            with self.subTest(name):
                rows = mass_files.read(data)
                self.assertEqual(rows, ROWS)
                self.assertEqual(mass_files.digest(rows), mass_files.digest(ROWS))

    def test_numbers_are_lines_also_over_blank_ones_and_quoted_line_ends(self) -> None:
        data = b'\nrecipient,amount,note\n\nalice,1,"two\nlines"\n,,\nbob,2,\n'
        self.assertEqual([row.number for row in mass_files.read(data)], [4, 7])

    def test_quotes_keep_separators_and_quotes(self) -> None:
        (row,) = mass_files.read(b'payee,amount,note\nalice,"1,50","a ""b"", c"\n')
        self.assertEqual((row.amount, row.note, row.has_too_many_cells), ("1,50", 'a "b", c', False))

    def test_a_decimal_comma_without_quotes_is_noticed(self) -> None:
        for data, too_many, split in (
            (b"payee,amount\nalice,24,70\n", True, False),
            (b"payee,amount,note\nalice,24,70,May\n", True, True),
            (b"payee,amount,note\nalice,24,70\n", False, True),
            (b"payee,amount,note\nalice,1,234.50\n", False, True),
            (b"payee;amount;note\nalice;24;70\n", False, False),
            (b"payee,amount,note\nalice,24,2026\n", False, False),
        ):
            with self.subTest(data):
                (row,) = mass_files.read(data)
                self.assertEqual((row.has_too_many_cells, row.is_split), (too_many, split))

    def test_ten_thousand_rows_and_no_more(self) -> None:
        line = b"alice,1,\n"
        self.assertEqual(len(mass_files.read(b"payee,amount,note\n" + line * 10_000)), 10_000)
        with self.assertRaises(FileUnreadable) as refused:
            mass_files.read(b"payee,amount,note\n" + line * 10_001)
        self.assertEqual(refused.exception.code, "file_too_many_rows")


class RefusesTheRest(SimpleTestCase):
    def test_each_for_its_reason(self) -> None:
        for data, code in (
            (b"", "file_without_columns"),
            (b"\n\n", "file_without_columns"),
            (b"alice,5,May\n", "file_without_columns"),
            (b"payee|amount\nalice|5\n", "file_without_columns"),
            (b"payee,amount,note\n", "file_without_rows"),
            (b"payee,amount,note\n,,\n\n", "file_without_rows"),
            (b"payee,amount,notes\nalice,5,May\n", "file_unknown_column"),
            (b"payee,,amount\nalice,,5\n", "file_unknown_column"),
            (b"payee,amount,amount\nalice,5,6\n", "file_column_twice"),
            (PLAIN.decode().replace("May", "Mäy").encode("latin-1"), "file_not_utf8"),
            (PLAIN.decode().encode("utf-16"), "file_not_utf8"),
            (PLAIN.decode().encode("utf-16-be"), "file_not_text"),
            (b"payee,amount\nalice\0,5\n", "file_not_text"),
            (b"PK\x03\x04" + bytes(range(256)), "file_not_text"),
            (b"payee,amount\nali\xed\xa0\x80ce,5\n", "file_not_utf8"),
            (b'payee,amount,note\nalice,5,"never closed\nbob,5,\n', "file_quotes"),
            (b'payee,amount,note\nalice,5,"a"b\n', "file_quotes"),
            (b"payee,amount,note\nalice,5," + b"x" * 200_000 + b"\n", "file_quotes"),
            (b"payee,amount,note\n" + b"x" * MOST_BYTES, "file_too_large"),
        ):
            with self.subTest(code, start=data[:40]), self.assertRaises(FileUnreadable) as refused:
                mass_files.read(data)
            self.assertEqual(refused.exception.code, code)

    def test_the_line_that_is_not_utf8_is_named(self) -> None:
        with self.assertRaisesMessage(FileUnreadable, "Line 3"):
            mass_files.read(b"payee,amount\nalice,5\nb\xf6b,5\n")


class Digests(SimpleTestCase):
    def test_any_change_is_another_file(self) -> None:
        digests = {
            mass_files.digest(rows)
            for rows in (
                ROWS,
                ROWS[::-1],
                ROWS[:1],
                [*ROWS, ROWS[0]],
                [RawRow(2, "alice", "24.7", "May"), ROWS[1]],
                [RawRow(2, "alice", "24.70", "may"), ROWS[1]],
            )
        }
        self.assertEqual(len(digests), 6)


class Formulas(SimpleTestCase):
    def test_run_in_no_spreadsheet(self) -> None:
        for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"):
            self.assertEqual(mass_files._harmless(cell), f"'{cell}")
        self.assertEqual(mass_files._harmless("May = month 5"), "May = month 5")

    def test_results_are_never_read_as_orders(self) -> None:
        with self.assertRaises(FileUnreadable) as refused:
            mass_files.read(mass_files.results([]).encode() + b"2,alice,5,,Paid,\r\n")
        self.assertEqual(refused.exception.code, "file_unknown_column")
        header = next(csv.reader(io.StringIO(mass_files.results([]).lstrip("\ufeff"))))
        self.assertEqual(header, ["line", "payee", "amount", "note", "result", "reference"])
