"""Answers that moved no money are forgotten after thirty days; those that moved money never are."""

from __future__ import annotations

from uuid import uuid4

from django.db import DatabaseError, connection

from api.expiry import forget_answers
from api.models import Answer
from tests.runner import as_owner

from .base import ApiTestCase
from .test_once import HOLD, REQUEST, TRANSFER


class Forgetting(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keys = {path: str(uuid4()) for path in ("transfers", "quotes", "requests", "holds")}
        self.bodies = {"transfers": TRANSFER, "quotes": TRANSFER, "requests": REQUEST, "holds": HOLD}
        self.first = {path: self.alice.post(path, self.bodies[path], key=key) for path, key in self.keys.items()}
        self.cancel = f"requests/{self.first['requests'].json()['id']}/cancel"
        self.keys["cancel"] = str(uuid4())
        self.done(self.alice.post(self.cancel, key=self.keys["cancel"]), 200)

    def later(self, days: int) -> None:
        """Makes every answer older. Only the owner can, with the guard off."""
        as_owner(
            connection.settings_dict["NAME"],
            [
                "ALTER TABLE api_answer DISABLE TRIGGER what_is_written_stays",
                f"UPDATE api_answer SET expires_at = expires_at - interval '{days} days'",
                "ALTER TABLE api_answer ENABLE ALWAYS TRIGGER what_is_written_stays",
            ],
        )

    def known(self) -> set[str]:
        return set(Answer.objects.values_list("operation", flat=True))

    def test_after_thirty_days_only_what_moved_money_is_left(self) -> None:
        everything = {"create_transfer", "create_quote", "create_request", "create_hold", "cancel_request"}
        self.later(29)
        self.assertEqual((forget_answers(), self.known()), (0, everything))
        self.later(2)
        self.assertEqual((forget_answers(), self.known()), (3, {"create_transfer", "create_hold"}))

    def test_a_forgotten_key_does_nothing_twice(self) -> None:
        self.later(31)
        forget_answers()
        for path in ("quotes", "requests"):
            again = self.done(self.alice.post(path, self.bodies[path], key=self.keys[path]))
            self.assertEqual(again["id"], self.first[path].json()["id"])
        self.assertEqual(self.done(self.alice.post(self.cancel, key=self.keys["cancel"]), 200)["status"], "cancelled")

    def test_the_database_refuses_to_forget_money_or_anything_before_its_time(self) -> None:
        for operation in ("create_transfer", "create_hold", "create_request"):
            with self.subTest(operation), self.assertRaisesMessage(DatabaseError, "what is written stays"):
                Answer.objects.filter(operation=operation).delete()
