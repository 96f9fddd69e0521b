"""Many accounts typed one address, and all of them confirm it at the same moment: one gets it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.base import MoneyTestCase
from tests.cast import PEOPLE, person
from tests.runner import as_owner

from .crowd import at_once

ONE = "everybody@example.org"


class Confirming(MoneyTestCase):
    def setUp(self) -> None:
        self.wishes = [EmailAddress.objects.create(user=person(name), email=ONE) for name, *_ in PEOPLE]

    def confirm(self) -> tuple[Counter[str], Counter[int]]:
        """Everybody opens their link, when all have looked and found the address free. Also returns the statuses."""
        all_have_looked = threading.Barrier(len(self.wishes), timeout=20)
        statuses: Counter[int] = Counter()

        def look(_address: EmailAddress) -> bool:
            all_have_looked.wait()
            return True

        def follow(link: str) -> None:
            statuses[Client().post(link).status_code] += 1

        links = [reverse("account_confirm_email", args=[EmailConfirmationHMAC(wish).key]) for wish in self.wishes]
        actions: list[Callable[[], Any]] = [partial(follow, link) for link in links]
        with mock.patch.object(EmailAddress, "can_set_verified", look):
            return at_once(actions), statuses

    def test_gives_it_to_one_and_leaves_the_others_what_they_had(self) -> None:
        outcomes, statuses = self.confirm()
        self.assertEqual(outcomes, {"done": len(PEOPLE)})
        self.assertLessEqual(set(statuses), {200, 302})
        self.assertEqual(User.objects.filter(email=ONE).count(), 1)
        self.assertEqual(EmailAddress.objects.filter(email=ONE, verified=True).count(), 1)
        kept = {f"{name}@example.org" for name, *_ in PEOPLE} & set(User.objects.values_list("email", flat=True))
        self.assertEqual(len(kept), len(PEOPLE) - 1)

    def test_control_without_the_two_constraints_all_have_it(self) -> None:
        dropped = ("unique_verified_email", "user_confirmed_email_once_whatever_the_case")
        as_owner(connection.settings_dict["NAME"], [f"DROP INDEX {name}" for name in dropped])
        self.confirm()
        self.assertEqual(User.objects.filter(email=ONE).count(), len(PEOPLE))
