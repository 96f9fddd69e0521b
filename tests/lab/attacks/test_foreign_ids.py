"""X3 finds nothing here; and it finds answers, and times, that tell what is others' from what does not exist."""

from __future__ import annotations

import random
from unittest import mock
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.test import SimpleTestCase, override_settings

from accounts.models import User
from lab.attacks import foreign_ids, known_people, likeness, references
from lab.attacks.addresses import places
from lab.attacks.browser import Answer
from lab.attacks.likeness import clocked, difference
from ledger.models import Hold
from payments.holds import queries
from payments.registration.forms import OwnSignUpForm, SignUpForm
from tests.base import MoneyTestCase

from .in_process import found, means


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class ForeignIds(MoneyTestCase):
    """In this process all answers take the same time, so one pair of each is enough."""

    def setUp(self) -> None:
        self.enterContext(mock.patch.object(likeness, "LEAST_PAIRS", 1))

    def only(self, *names: str) -> None:
        some = [place for place in places() if place.name in names]
        self.assertEqual({place.name for place in some}, set(names))
        self.enterContext(mock.patch.object(foreign_ids, "places", lambda: some))

    def test_look_like_missing_ones_everywhere(self) -> None:
        result = found(foreign_ids.attack, means(scale=0.01))
        self.assertEqual(result.findings, [])
        self.assertGreater(result.checks, 1000)

    def test_look_like_missing_ones(self) -> None:
        self.only("payments:hold", "payments:review", "revoke_token", "staff:cash_proposal", "api:capture_hold")
        result = found(foreign_ids.attack, means(scale=0.01))
        self.assertEqual(result.findings, [])
        self.assertGreater(result.checks, 50)

    def test_of_an_address_that_the_attack_does_not_know_are_found(self) -> None:
        self.only("payments:hold")
        with mock.patch.dict(references.KINDS, clear=True):
            result = found(foreign_ids.attack, means(scale=0.01))
        self.assertIn("payments:hold has a reference that this attack does not know", result.findings)

    def test_are_found_where_the_answer_is_another(self) -> None:
        whole = queries.hold_for

        def telling(user: User, reference: UUID) -> Hold:
            if (
                Hold.objects.filter(reference=reference)
                .exclude(source__owner=user)
                .exclude(target__owner=user)
                .exists()
            ):
                raise PermissionDenied
            return whole(user, reference)

        self.only("payments:hold", "api:capture_hold")
        with mock.patch.object(queries, "hold_for", telling):
            result = found(foreign_ids.attack, means(scale=0.01))
        self.assertIn("GET payments:hold tells outsider apart", str(result.findings))
        self.assertIn("POST api:capture_hold tells outsider apart", str(result.findings))


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class Members(MoneyTestCase):
    def test_are_found_at_a_sign_up_that_says_whose_address_is_taken(self) -> None:
        with mock.patch.object(OwnSignUpForm, "clean_email", SignUpForm.clean_email):
            result = found(known_people.compare, means(scale=0.2))
        self.assertIn("sign-up tells who is a member", str(result.findings))
        self.assertNotIn("sign-in", str(result.findings))


class Likeness(SimpleTestCase):
    def answer(self, body: str, *headers: tuple[str, str], status: int = 200) -> Answer:
        return Answer(status, headers, body.encode())

    def test_is_of_everything_but_what_is_new_each_time(self) -> None:
        one = self.answer("/holds/1/ 5 abcd", ("Date", "now"), ("X-Request-Id", "abcd"))
        other = self.answer("/holds/12/ 5 efgh", ("Date", "later"), ("X-Request-Id", "efgh"))
        self.assertEqual(difference(one, other, hidden=("1", "12")), "")
        self.assertEqual(difference(one, self.answer("x"), hidden=("1", "2")), "body")
        self.assertIn("status", difference(one, self.answer("x", status=404), hidden=()))
        self.assertIn("headers", difference(one, self.answer("x", ("Vary", "y")), hidden=()))

    def test_of_times_is_not_upset_by_noise_and_finds_a_tenth(self) -> None:
        chance = random.Random(7)

        def taking(typical_s: float) -> Answer:
            return Answer(404, [], b"", typical_s * chance.lognormvariate(0, 0.03))

        same = [clocked(lambda: taking(0.02), lambda: taking(0.02), pairs=40, chance=chance)[1] for _ in range(300)]
        self.assertFalse(any(same))
        for pairs in (40, 1):  # a short run measures often enough as well
            _, differs = clocked(lambda: taking(0.022), lambda: taking(0.02), pairs=pairs, chance=chance)
            self.assertTrue(differs)
