"""The PIN: after five wrong tries it is locked for fifteen minutes, however many tries are sent at once."""

from __future__ import annotations

import threading

from django.db import connection, connections
from django.urls import reverse

from accounts.pins import pin as pins
from accounts.pins.errors import PinLocked, PinMissing, PinNotIssued, PinWrong
from conversion.errors import next_step_of
from tests.base import Answer, MoneyTestCase
from tests.cast import PASSWORD, PIN, person

WRONG = "135790"


class Pins(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.force_login(self.alice)

    def lock(self) -> None:
        for left in (4, 3, 2, 1):
            with self.assertRaises(PinWrong) as caught:
                self.alice.verify_pin(WRONG)
            self.assertEqual(caught.exception.tries_left, left)
        with self.assertRaises(PinLocked):
            self.alice.verify_pin(WRONG)

    def wait(self, minutes: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_user SET pin_locked_until = pin_locked_until - %s * interval '1 minute'", [minutes]
            )


class Verifying(Pins):
    def test_the_right_one_passes_and_forgets_the_wrong_ones(self) -> None:
        for _ in range(3):
            for _ in range(4):
                with self.assertRaises(PinWrong):
                    self.alice.verify_pin(WRONG)
            self.alice.verify_pin(PIN)

    def test_five_wrong_lock_it_for_fifteen_minutes_for_the_right_one_too(self) -> None:
        self.lock()
        with self.assertRaises(PinLocked):
            self.alice.verify_pin(PIN)
        self.wait(14)
        with self.assertRaises(PinLocked):
            self.alice.verify_pin(PIN)
        self.wait(2)
        self.alice.verify_pin(PIN)

    def test_what_is_saved_meanwhile_forgets_no_wrong_ones_and_unfreezes_nobody(self) -> None:
        """A form loads the user, wrong tries are counted, and then the form saves: it must not reset the count.

        Otherwise an attacker who saves the profile form beside each guess could guess without end.
        """
        profile, admins = person("alice"), person("alice")
        self.lock()
        type(self.alice).objects.filter(pk=self.alice.pk).update(frozen=True)
        profile.first_name = "Alicia"
        profile.save()
        admins.role = "cashier"
        admins.save()
        found = person("alice")
        self.assertEqual((found.first_name, found.role, found.frozen), ("Alicia", "cashier", True))
        with self.assertRaises(PinLocked):
            found.verify_pin(PIN)
        profile.set_pin(PIN)  # saves the PIN and resets the count; the save below must not write it again
        with self.assertRaises(PinWrong):
            found.verify_pin(WRONG)
        unread = type(self.alice)(
            pk=self.alice.pk, username="alice"
        )  # not loaded from the database, so a save writes all its columns
        unread._state.adding = False
        self.assertEqual(len(unread.changed()), len(unread._meta.concrete_fields) - 1)
        profile.last_name = "Archer-Baker"
        profile.save()
        self.assertEqual(person("alice").pin_failures, 1)

    def test_after_the_lock_there_are_five_tries_again(self) -> None:
        self.lock()
        self.wait(16)
        self.lock()

    def test_one_persons_lock_is_not_anothers(self) -> None:
        self.lock()
        person("bob").verify_pin(PIN)

    def test_what_is_no_pin_is_wrong(self) -> None:
        for typed in ("24681", "2468100", "246810\n", "２４６８１０", "x"):
            with self.subTest(typed), self.assertRaises(PinWrong):
                self.alice.verify_pin(typed)
            self.alice.verify_pin(PIN)
        with self.assertRaises(PinMissing):
            self.alice.verify_pin("")

    def test_somebody_without_one_is_told_so_and_no_try_is_lost(self) -> None:
        self.alice.pin_hash = ""
        self.alice.save()
        with self.assertRaisesRegex(PinNotIssued, "no PIN yet") as caught:
            self.alice.verify_pin(PIN)
        next_step = next_step_of(caught.exception)
        assert next_step is not None
        self.assertEqual(next_step[1], "new_pin")
        self.assertEqual(person("alice").pin_failures, 0)

    def test_two_people_with_the_same_one_have_different_hashes(self) -> None:
        bob = person("bob")
        self.assertNotEqual(self.alice.pin_hash, bob.pin_hash)
        self.assertNotIn(PIN, self.alice.pin_hash)

    def test_the_hash_is_worth_nothing_without_the_pepper(self) -> None:
        with self.settings(PIN_PEPPER="another pepper, as long as the rule asks for"), self.assertRaises(PinWrong):
            self.alice.verify_pin(PIN)


class Guessing(Pins):
    def guesses(self, tries: int, pin: str) -> list[str]:
        outcomes, start = [], threading.Barrier(tries)

        def guess() -> None:
            user = person("alice")
            start.wait()
            try:
                user.verify_pin(pin)
                outcomes.append("right")
            except PinWrong as wrong:
                outcomes.append(f"wrong {wrong.tries_left}")
            except PinLocked:
                outcomes.append("locked")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=guess) for _ in range(tries)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(outcomes)

    def test_at_once_gains_nothing(self) -> None:
        compared = []
        matches = pins._matches

        def counting(stored: str, pin: str) -> bool:
            compared.append(pin)
            return matches(stored, pin)

        self.addCleanup(setattr, pins, "_matches", matches)
        pins._matches = counting  # counts the comparisons, and compares as before
        outcomes = self.guesses(16, WRONG)
        self.assertEqual(outcomes, ["locked"] * 12 + ["wrong 1", "wrong 2", "wrong 3", "wrong 4"])
        self.assertEqual(len(compared), pins.MOST_TRIES)

    def test_the_right_one_sent_many_times_at_once_locks_nobody_out(self) -> None:
        self.assertEqual(self.guesses(12, PIN), ["right"] * 12)


class Changing(Pins):
    def change(self, **other: str) -> Answer:
        typed = {"pin": PIN, "new_pin": "508213", "new_pin_again": "508213"} | other
        return self.client.post(reverse("change_pin"), typed)

    def test_to_one_of_ones_own_choice(self) -> None:
        self.assertRedirects(self.change(), reverse("security"))
        self.alice.verify_pin("508213")

    def test_with_a_wrong_old_one_counts_as_a_try(self) -> None:
        self.assertContains(self.change(pin=WRONG), "4 tries left", status_code=403)
        for _ in range(4):
            answer = self.change(pin=WRONG)
        self.assertContains(answer, "locked until", status_code=429)
        self.assertContains(self.change(), "locked until", status_code=429)

    def test_refuses_what_anybody_guesses(self) -> None:
        for chosen in ("000000", "123456", "987654", "890123", "121212", "246246"):
            with self.subTest(chosen):
                answer = self.change(new_pin=chosen, new_pin_again=chosen)
                self.assertContains(answer, "too easy to guess")
        self.alice.verify_pin(PIN)

    def test_refuses_what_is_no_pin_or_typed_differently(self) -> None:
        self.assertContains(self.change(new_pin="12a456", new_pin_again="12a456"), "exactly six digits")
        self.assertContains(self.change(new_pin_again="508214"), "not the same")
        self.assertContains(self.change(new_pin=PIN, new_pin_again=PIN), "your current PIN")
        self.alice.verify_pin(PIN)

    def test_a_slip_of_the_finger_is_no_guess(self) -> None:
        """Each of these once burned a try, and five lock the payer."""
        for typed in ("24681", "2468101", "24681o", "２４６８１０", "٢٤٦٨١٠"):
            with self.subTest(typed):
                self.assertContains(self.change(pin=typed), "exactly six digits")
        self.assertEqual(person("alice").pin_failures, 0)

    def test_may_be_typed_in_groups(self) -> None:
        for typed in (f" {PIN[:3]} {PIN[3:]}", f"{PIN[:3]}-{PIN[3:]} "):
            self.assertRedirects(self.change(pin=typed), reverse("security"))
            self.alice.set_pin(PIN)

    def test_a_new_one_by_password_is_shown_once_and_opens_the_lock(self) -> None:
        self.lock()
        answer = self.client.post(reverse("new_pin"), {"password": PASSWORD})
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.alice.verify_pin(answer.context["pin"])
        with self.assertRaises(PinWrong):
            self.alice.verify_pin(PIN if answer.context["pin"] != PIN else WRONG)

    def test_no_new_one_without_the_password(self) -> None:
        answer = self.client.post(reverse("new_pin"), {"password": "guess"})
        self.assertContains(answer, "not your password", status_code=403)
        self.alice.verify_pin(PIN)
