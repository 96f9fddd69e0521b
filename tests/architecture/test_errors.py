"""Every error is declared once, and only the faces (pages and JSON API) import Django's HTTP modules."""

from __future__ import annotations

import re

from django.test import SimpleTestCase
from django.urls import reverse

from api import problems
from conversion.errors import PaymentError
from wallet_site.plugs import errors, gather
from web import refusals

from .test_rooms import modules, placed

BEHIND_THE_FACES = {"models", "queries", "owners", "service", "refunds", "quotes", "payable", "opening", "preview"}


class Errors(SimpleTestCase):
    def test_pages_and_the_json_face_answer_with_the_same_status(self) -> None:
        self.assertEqual(refusals.STATUS, problems.STATUS)
        for kind in errors():
            if kind is not PaymentError:
                with self.subTest(kind.__name__):
                    self.assertEqual(refusals.status_of(kind), problems.status_of(kind))

    def test_every_exception_that_people_are_told_stands_in_an_errors_py(self) -> None:
        told = {
            kind
            for kind in _below(PaymentError)
            if not kind.__module__.startswith("tests.") or "plugged_in" in kind.__module__
        }
        self.assertEqual(told, set(errors()))

    def test_every_next_step_leads_to_a_page(self) -> None:
        for kind, (label, page) in gather("next_steps", "NEXT_STEPS"):
            with self.subTest(kind.__name__):
                self.assertTrue(label and reverse(page))

    def test_what_answers_no_request_knows_nothing_of_http(self) -> None:
        for module in placed():
            if module.rpartition(".")[2] in BEHIND_THE_FACES:
                with self.subTest(module):
                    found = re.findall(
                        r"^\s*(?:from|import) (django\.(?:http|shortcuts)\b)", modules()[module].read_text(), re.M
                    )
                    self.assertEqual(found, [])


def _below(kind: type[PaymentError]) -> set[type[PaymentError]]:
    return {kind}.union(*(_below(each) for each in kind.__subclasses__()))
