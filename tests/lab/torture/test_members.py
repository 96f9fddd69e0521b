"""What a simulated member understands of an answer: the pages that people read, and what they claim about the money."""

from __future__ import annotations

from uuid import uuid4

from django.template.loader import render_to_string
from django.test import SimpleTestCase

from lab.torture.history import BOOKED, REFUSED, UNAVAILABLE, UNKNOWN
from lab.torture.members import FAILURES, SAYINGS, Answer, result_of
from runtime.front import HERE


def code_of(page: str) -> str:
    [code] = {code for words, code in SAYINGS.items() if words in page.encode()}
    return code


class AnAnswer(SimpleTestCase):
    def test_names_a_refusal_as_a_form_shows_it(self) -> None:
        for error in FAILURES:
            with self.subTest(error):
                page = render_to_string("components/failure.html", {"heading": "", "text": str(error.message)})
                self.assertEqual(code_of(page), error.code)

    def test_names_the_pages_for_a_database_that_is_away(self) -> None:
        pages = [render_to_string("503.html", {"is_full": is_full}) for is_full in (False, True)]
        self.assertEqual([code_of(page) for page in pages], ["database_down", "disk_full_elsewhere"])

    def test_names_the_fronts_own_page(self) -> None:
        self.assertEqual(code_of((HERE / "answers" / "unavailable.html").read_text()), "front")

    def test_claims_that_nothing_was_booked_only_where_it_says_so(self) -> None:
        answer = Answer(503, "", b"")
        for code, meant in (("busy", UNAVAILABLE), ("outcome_unknown", UNKNOWN), ("database_down", UNKNOWN)):
            with self.subTest(code):
                self.assertEqual(result_of(answer, code, ""), (meant, None))

    def test_is_a_receipt_or_a_refusal(self) -> None:
        receipt, other = uuid4(), uuid4()
        answer = Answer(302, f"/payments/{receipt}/", b"")
        self.assertEqual(result_of(answer, "", f"/payments/{other}/"), (BOOKED, receipt))
        self.assertEqual(result_of(answer, "", f"/payments/{receipt}/"), (REFUSED, None))  # back where it came from
