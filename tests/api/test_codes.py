"""Each error code has one meaning: the site checks the codes of every app's `errors.py` when it starts."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from api import codes
from conversion.errors import Conflict, NotPositive, Refused
from ledger.errors import InsufficientFunds
from payments.holds.errors import HoldForOneself
from payments.reversals.errors import MoreThanPaid


class Brought(SimpleTestCase):
    def assert_stops(self, kind: type[Refused], said: str) -> None:
        before = dict(codes.CODES)
        with self.assertRaisesRegex(ImproperlyConfigured, rf"^[^\n]*{said}[^\n]*$"):
            codes.register([kind])
        self.assertEqual(codes.CODES, before)

    def test_a_code_that_means_something_else_already_stops_the_start(self) -> None:
        class Another(Refused):
            code = InsufficientFunds.code
            meaning = "Something else."

        class OfTheFace(Refused):
            code = "not_json"
            meaning = "Something else."

        self.assert_stops(Another, "InsufficientFunds and .*Another have the same code insufficient_funds")
        self.assert_stops(OfTheFace, "not_json of .*OfTheFace is one of the JSON face itself")

    def test_without_code_or_meaning_it_does_not_start(self) -> None:
        class Nameless(Refused):
            pass

        class Meaningless(Refused):
            code = "meaningless"

        class Again(NotPositive):
            """Has a new code but inherits its meaning, which belongs to the code of its base class."""

            code = "again"

        self.assert_stops(Nameless, "Nameless has no `code`")
        self.assert_stops(Meaningless, "Meaningless has the code meaningless and no `meaning`")
        self.assert_stops(Again, "Again has the code again and no `meaning`")

    def test_a_subclass_may_share_its_bases_code(self) -> None:
        self.assertEqual(codes.codes_of(HoldForOneself), ["payee_is_payer"])
        codes.register([HoldForOneself])

    def test_another_apps_is_known_by_its_base(self) -> None:
        class OutOfPaper(Conflict):
            code = "out_of_paper"
            meaning = "Nothing of it is left."

        self.addCleanup(codes.CODES.pop, "out_of_paper")
        self.addCleanup(codes._owners.pop, "out_of_paper")
        codes.register([OutOfPaper])
        self.assertEqual(codes.CODES["out_of_paper"], (409, "Nothing of it is left."))

    def test_too_much_of_a_refund_can_be_mended_and_is_no_conflict(self) -> None:
        self.assertEqual(codes.CODES[MoreThanPaid.code].status, 422)
