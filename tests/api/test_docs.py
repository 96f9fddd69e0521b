"""The OpenAPI document and the documentation page: complete, correct, and without scripts or files from other sites."""

from __future__ import annotations

import json
import re

from django.conf import settings
from django.test import Client

from api.access import known_scopes
from api.codes import CODES
from api.face import documented_codes

from .base import ApiTestCase
from .test_every_operation import EveryOperation, operations, scopes_of


class Document(ApiTestCase):
    def test_is_openapi_3_1_and_may_be_kept_for_a_while(self) -> None:
        answer = Client().get("/api/openapi.json")
        self.assertEqual(answer.json()["openapi"], "3.1.0")
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=300")
        self.assertEqual(answer.json()["components"]["securitySchemes"]["token"]["scheme"], "bearer")

    def test_every_reference_leads_somewhere(self) -> None:
        document = Client().get("/api/openapi.json")
        names = set(re.findall(r'"#/components/schemas/([^"]+)"', document.content.decode()))
        self.assertLessEqual(names, set(document.json()["components"]["schemas"]))

    def test_every_scope_that_is_asked_for_can_be_granted(self) -> None:
        asked = {scope for *_, found in operations() for scope in scopes_of(found)}
        self.assertLessEqual(asked, set(known_scopes))

    def test_lists_the_codes_of_its_operations_and_none_of_pages_alone(self) -> None:
        """The API asks for no PIN (a token replaces it), has no top-ups and takes no files: these codes never occur."""
        codes = documented_codes()
        self.assertIn("insufficient_funds", codes)
        only_pages = {"pin_missing", "pin_wrong", "pin_locked", "over_daily_cap", "amount_missing", "file_not_text"}
        self.assertLess(only_pages, set(CODES))
        self.assertFalse(only_pages & set(codes))

    def test_the_key_is_a_text_for_generators(self) -> None:
        """A client that was generated from `format: uuid` puts a UUID into the header, and cannot send it."""
        for name, method, _path, found in operations():
            if method == "POST":
                with self.subTest(name):
                    (key,) = (asked for asked in found["parameters"] if asked["in"] == "header")
                    self.assertEqual((key["schema"]["type"], key["schema"].get("format")), ("string", None))

    def test_every_answer_has_an_example_of_its_own_shape(self) -> None:
        """Made of the examples of its fields: a field without one stops the document."""
        check = EveryOperation()
        for name, *_, found in operations():
            for status, answer in found["responses"].items():
                for content in answer["content"].values():
                    with self.subTest(name, status=status):
                        if status < 300:
                            check.assert_is(content["example"], content)
                        else:
                            examples = content["examples"].items()
                            self.assertEqual(
                                {code: each["value"]["code"] for code, each in examples}, {c: c for c, _ in examples}
                            )

    def test_says_where_it_is_served_and_names_what_comes_again(self) -> None:
        found = Client().get("/api/openapi.json").json()
        self.assertEqual([server["url"] for server in found["servers"]], [settings.SITE_ADDRESS])
        for name in ("Currency", "TransferKind", "Outcome", "RequestStatus", "HoldStatus"):
            self.assertIn("enum", found["components"]["schemas"][name])
        self.assertNotIn('"default"', json.dumps(found["components"]))

    def test_links_lead_from_what_is_made_to_what_can_be_done_with_it(self) -> None:
        links = {
            name: {link for answer in found["responses"].values() for link in answer.get("links", ())}
            for name, *_, found in operations()
        }
        self.assertLessEqual({"get_transfer", "reverse_transfer", "refund_transfer"}, links["create_transfer"])
        self.assertEqual(links["pay_request"], links["create_transfer"])
        self.assertLessEqual({"get_hold", "capture_hold", "release_hold"}, links["create_hold"])
        names = {name for name, *_ in operations()}
        self.assertLessEqual(set().union(*links.values()), names)
        with_id = {name for name, _, path, _ in operations() if "{id}" in path}
        self.assertEqual(set().union(*links.values()), with_id)

    def test_the_wrong_method_is_told_so(self) -> None:
        for path in ("openapi.json", "docs"):
            answer = Client(enforce_csrf_checks=True).post(f"/api/{path}")
            self.assert_problem(answer, 405, "method_not_allowed")
            self.assertEqual(answer.headers["Allow"], "GET, HEAD")


class Page(ApiTestCase):
    def test_shows_every_operation_and_every_code_to_anybody(self) -> None:
        stranger, member = Client(), Client()
        member.force_login(self.alice.user)
        for client in (stranger, member):
            text = client.get("/api/docs").content.decode()
            for name, method, path, found in operations():
                with self.subTest(name):
                    self.assertIn(f'id="{name}"', text)
                    self.assertIn(f"/api/v1/{path}", text)
                    for scope in scopes_of(found):
                        self.assertIn(scope, text)
                    self.assertIn(method, text)
            for code in documented_codes():
                self.assertIn(f'<tr id="{code}">', text)

    def test_every_link_within_it_leads_somewhere(self) -> None:
        text = Client().get("/api/docs").content.decode()
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        self.assertLessEqual(set(re.findall(r'href="#([^"]+)"', text)), ids)
        self.assertEqual(len(re.findall(r'\bid="([^"]+)"', text)), len(ids))

    def test_needs_nothing_from_elsewhere_and_no_script(self) -> None:
        text = Client().get("/api/docs").content.decode()
        self.assertNotIn("<script", text)
        self.assertFalse(re.findall(r'(?:src|href)="(?:https?:)?//', text))
