"""Every error is declared once, and only the faces (pages and JSON API) import Django's HTTP modules."""

from __future__ import annotations

import ast
import re

from django.test import SimpleTestCase
from django.urls import reverse

from api import problems
from conversion.errors import PaymentError
from ledger.exchange import NOT_CONVERTED
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

    def test_who_goes_on_without_a_conversion_does_so_whatever_the_reason(self) -> None:
        """Once a page caught the service that is down, and not the rates that are too old: it was a 500."""
        reasons = {each.__name__ for each in NOT_CONVERTED}
        for module, path in modules().items():
            if module.split(".")[0] == "tests":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ExceptHandler) and node.type is not None:
                    caught = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} & reasons
                    with self.subTest(module, line=node.lineno):
                        self.assertFalse(caught & {"ConversionDown", "RatesTooOld"}, "catch NOT_CONVERTED")

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
