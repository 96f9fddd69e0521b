from __future__ import annotations

from django.test import SimpleTestCase

from shop.orders.numbers import ALPHABET, SIZE, code_of, number_of


class ACode(SimpleTestCase):
    def test_finds_its_order_and_no_other(self) -> None:
        numbers = [*range(1, 5000), 10_000_000, SIZE - 1]
        codes = [code_of(number) for number in numbers]
        self.assertEqual(len(set(codes)), len(numbers))
        self.assertEqual([number_of(code.lower()) for code in codes], numbers)

    def test_has_six_characters_that_are_not_mixed_up(self) -> None:
        self.assertEqual({len(code_of(number)) for number in range(100)}, {6})
        self.assertFalse(set("01IO") & set(ALPHABET))

    def test_is_not_anything_else(self) -> None:
        for text in ("", "ABC", "ABCDEF7", "ABCDE0", "ABCDE!"):
            self.assertIsNone(number_of(text))
