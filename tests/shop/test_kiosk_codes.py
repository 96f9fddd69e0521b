"""What scanners and card readers type, and what is read from it."""

from __future__ import annotations

from django.test import SimpleTestCase

from shop.kiosk.codes import digest_of, half_of, read, spellings
from shop.kiosk.errors import CodeUnreadable

READ = {  # what is typed → the code
    "4006381333931": "4006381333931",
    "0012345": "0012345",  # leading zeros stay: a code is no number
    "4006381333931\r\n": "4006381333931",
    "\x024006381333931\x03": "4006381333931",
    "\x1d4006381333931": "4006381333931",
    "4006\t381333931": "4006381333931",
    " 4006381333931 ": "4006381333931",
    "*A123B*": "A123B",  # Code 39 with its start and stop signs
    "%12345?": "12345",  # the first track of a magnetic stripe
    ";12345?": "12345",  # the second
    "%": None,
    "*12": None,
    "04a1b2c3": "04A1B2C3",  # caps lock
    "leave": "LEAVE",
    "": None,
    "123": None,
    "1" * 64: "1" * 64,
    "1" * 65: None,
    "12 34": None,  # two halves of two codes
    "12-34": None,
    "１２３４": None,  # digits of another alphabet
    "ÄÖÜ12": None,
}


class Codes(SimpleTestCase):
    def test_are_read_without_what_the_reader_adds(self) -> None:
        for typed, code in READ.items():
            with self.subTest(typed):
                if code is None:
                    self.assertRaises(CodeUnreadable, read, typed)
                else:
                    self.assertEqual(read(typed), code)

    def test_of_twelve_digits_are_those_of_thirteen_with_a_zero_before_them(self) -> None:
        self.assertEqual(spellings("012345678905"), ("012345678905", "0012345678905"))
        self.assertEqual(spellings("0012345678905"), ("0012345678905", "012345678905"))
        self.assertEqual(spellings("4006381333931"), ("4006381333931",))
        self.assertEqual(spellings("0A2345678905"), ("0A2345678905",))
        self.assertEqual(digest_of("012345678905"), digest_of("0012345678905"))
        self.assertNotEqual(digest_of("12345"), digest_of("012345"))

    def test_that_were_read_twice_at_once_are_seen(self) -> None:
        self.assertEqual(half_of("12341234"), "1234")
        for code in ("12341235", "1234123", "123123", "11111"):  # a half of three is no code
            self.assertIsNone(half_of(code))

    def test_are_stored_as_digests_that_need_the_pepper(self) -> None:
        digest = digest_of("04A1B2C3")
        self.assertEqual(len(digest), 64)
        with self.settings(PIN_PEPPER="another"):
            self.assertNotEqual(digest, digest_of("04A1B2C3"))
