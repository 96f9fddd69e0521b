"""A lost PIN: two people of staff give a code, the member chooses a PIN, and it pays little until they confirm it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest import mock
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts.models import PinReset, User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing, RoleTooNew
from accounts.pins import queries, service
from accounts.pins.errors import (
    CodeWrong,
    OverPinLimit,
    PinLimited,
    PinLocked,
    PinNotIssued,
    PinWrong,
    ResetIsClosed,
    ResetNeedsAnother,
    StarterBarred,
)
from accounts.tokens import service as api_tokens
from events.models import Notification
from ledger.errors import InsufficientFunds
from ledger.models import Transfer
from payments.reversals.refunds import refund
from payments.transfers.service import send_money
from tests.api.base import Caller
from tests.base import MoneyTestCase, found
from tests.cast import PASSWORD, PIN, balance, gbp, person, placed, quoted, sent
from tests.concurrency.crowd import at_once
from tests.runner import as_owner
from treasury.mass_payments import service as mass_payments
from treasury.mass_payments.files import RawRow

NEW = "508213"
TABLE = "accounts_pinreset"


def rewrite(change: str) -> None:
    """Changes all resets, as somebody could who owns the database."""
    switch = f"ALTER TABLE {TABLE} {{}} TRIGGER who_and_when_stays"
    statements = [switch.format("DISABLE"), f"UPDATE {TABLE} SET {change}", switch.format("ENABLE ALWAYS")]
    as_owner(connection.settings_dict["NAME"], statements)


def started(member: str = "alice", *, by: str = "cass") -> PinReset:
    return service.start(by=person(by), member=person(member), recognised="from the workshop")


def code_for(member: str = "alice", *, second: str = "admin") -> str:
    return service.agree(by=person(second), reset=started(member))


def reset_pin(member: str = "alice") -> PinReset:
    """The member has a PIN from staff, NEW."""
    return service.use(code=code_for(member), pin=NEW)


def pay(amount: str, *, payer: str = "alice", payee: str = "bob", pin: str = NEW) -> Transfer:
    return send_money(payer=person(payer), quote=quoted(person(payer), person(payee), amount), pin=pin)


class AReset(MoneyTestCase):
    def test_gives_the_member_a_pin_of_their_own_choice_and_the_old_one_stops(self) -> None:
        reset = reset_pin()
        alice = person("alice")
        self.assertTrue(alice.verify_pin(NEW))  # limited
        with self.assertRaises(PinWrong):
            alice.verify_pin(PIN)
        reset.refresh_from_db()
        self.assertEqual((reset.status, reset.started_by, reset.agreed_by), ("used", person("cass"), person("admin")))

    def test_changes_nothing_before_the_code_is_used(self) -> None:
        code_for()
        self.assertFalse(person("alice").verify_pin(PIN))

    def test_is_started_by_staff_and_for_another(self) -> None:
        for by, refusal in (("alice", RoleMissing), ("audrey", RoleMissing), ("cass", OwnAccount)):
            with self.subTest(by), self.assertRaises(refusal):
                started("cass" if by == "cass" else "bob", by=by)
        for by in ("cass", "tess", "admin"):
            started(by=by)

    def test_is_agreed_to_by_another_who_is_staff_too_and_not_the_member(self) -> None:
        reset, of_staff = started(), started("tess")
        for by, refusal in (("cass", ResetNeedsAnother), ("bob", RoleMissing), ("audrey", RoleMissing)):
            with self.subTest(by), self.assertRaises(refusal):
                service.agree(by=person(by), reset=reset)
        with self.assertRaises(OwnAccount):
            service.agree(by=person("tess"), reset=of_staff)
        self.assertEqual(set(PinReset.objects.values_list("status", flat=True)), {"started"})

    def test_takes_two_people_also_for_the_database(self) -> None:
        started()
        cass, alice = person("cass").pk, person("alice").pk
        agreed = f"UPDATE {TABLE} SET status = 'agreed', agreed_at = now(), code_digest = 'x', agreed_by_id = %s"
        self.assert_refused(agreed, cass)
        self.assert_refused(agreed, alice)
        self.assert_refused(f"UPDATE {TABLE} SET status = 'used'")
        self.assert_refused(f"UPDATE {TABLE} SET started_by_id = %s", alice)
        self.assert_refused(f"UPDATE {TABLE} SET created_at = now() + interval '1 hour'")
        self.assert_refused(f"DELETE FROM {TABLE}")
        insert = f"INSERT INTO {TABLE} (reference, member_id, started_by_id, recognised, status, spent_minor)"
        self.assert_refused(f"{insert} VALUES (gen_random_uuid(), %s, %s, 'me', 'started', 0)", cass, cass)
        service.agree(by=person("admin"), reset=PinReset.objects.get())
        self.assert_refused(f"UPDATE {TABLE} SET agreed_by_id = %s", person("tess").pk)

    @override_settings(SECOND_PERSON_AFTER_HOURS=24)
    def test_is_not_agreed_to_by_somebody_new(self) -> None:
        with self.assertRaises(RoleTooNew):
            code_for()

    def test_is_for_nobody_and_by_nobody_who_is_frozen(self) -> None:
        reset = started()
        User.objects.filter(username="cass").update(role="member")
        with self.assertRaises(StarterBarred):
            service.agree(by=person("admin"), reset=reset)
        User.objects.filter(username="cass").update(role="cashier")
        code = service.agree(by=person("admin"), reset=reset)
        User.objects.filter(username="alice").update(frozen=True)
        for act in (started, code_for, partial(service.use, code=code, pin=NEW)):
            with self.assertRaises(AccountFrozen):
                act()

    def test_ends_after_fifteen_minutes_and_so_does_its_code(self) -> None:
        reset = started()
        rewrite("created_at = created_at - interval '16 minutes'")
        with self.assertRaises(ResetIsClosed):
            service.agree(by=person("admin"), reset=reset)
        code = code_for()
        rewrite("created_at = created_at - interval '14 minutes', agreed_at = agreed_at - interval '14 minutes'")
        service.use(code=code, pin=NEW)
        code = code_for()
        rewrite("agreed_at = agreed_at - interval '16 minutes'")
        with self.assertRaises(CodeWrong):
            service.use(code=code, pin=PIN)
        self.assertTrue(person("alice").verify_pin(NEW))

    def test_has_a_code_that_works_once_and_is_not_stored(self) -> None:
        code = code_for()
        self.assertNotIn(code, str(PinReset.objects.values()))
        service.use(code=code, pin=NEW)
        for typed in (code, "", "2222222222"):
            with self.assertRaises(CodeWrong):
                service.use(code=typed, pin=PIN)

    def test_has_a_code_that_works_once_however_often_it_is_sent_at_once(self) -> None:
        for _ in range(5):
            code = code_for()
            outcomes = at_once([partial(service.use, code=code, pin=pin) for pin in ("508213", "608213", "708213")])
            self.assertEqual(outcomes, {"done": 1, "CodeWrong": 2})

    def test_is_agreed_to_once(self) -> None:
        for _ in range(5):
            agree = partial(service.agree, reset=started())
            outcomes = at_once([partial(agree, by=person("admin")), partial(agree, by=person("tess"))])
            self.assertEqual(outcomes, {"done": 1, "ResetIsClosed": 1})

    def test_ends_with_a_newer_one(self) -> None:
        code, first = code_for(), PinReset.objects.get()
        started()
        with self.assertRaises(CodeWrong):
            service.use(code=code, pin=NEW)
        with self.assertRaises(ResetIsClosed):
            service.cancel(first)

    def test_opens_a_lock(self) -> None:
        for _ in range(5):
            with self.assertRaises((PinWrong, PinLocked)):
                person("alice").verify_pin("135790")
        reset_pin()
        person("alice").verify_pin(NEW)


@override_settings(RESET_PIN_PER_PAYMENT="20.00 GBP", RESET_PIN_PER_DAY="40.00 GBP")
class ItsPin(MoneyTestCase):
    def test_pays_so_much_at_once_and_not_a_penny_more(self) -> None:
        reset_pin()
        pay("20")
        with self.assertRaisesRegex(OverPinLimit, "£20.00 at once"):
            pay("20.01")
        self.assertEqual(balance(person("alice")), gbp("980"))

    def test_pays_so_much_in_a_day_and_not_a_penny_more(self) -> None:
        reset_pin()
        for amount in ("20", "19.99"):
            pay(amount)
        with self.assertRaisesRegex(OverPinLimit, "£40.00 in a day"):
            pay("0.02")
        pay("0.01")
        self.assertEqual(balance(person("alice")), gbp("960"))
        rewrite("spent_on = spent_on - 1")
        pay("20")

    def test_pays_no_more_by_paying_much_at_once(self) -> None:
        reset_pin()
        quotes = [quoted(person("alice"), person("bob"), "15") for _ in range(8)]
        acts: list[Callable[[], object]] = [
            partial(send_money, payer=person("alice"), quote=quote, pin=NEW) for quote in quotes
        ]
        self.assertEqual(at_once(acts), {"done": 2, "OverPinLimit": 6})
        self.assertEqual(balance(person("alice")), gbp("970"))

    def test_pays_no_more_after_another_reset_on_the_same_day(self) -> None:
        reset_pin()
        for _ in range(2):
            pay("20")
        reset_pin()
        with self.assertRaises(OverPinLimit):
            pay("1")

    def test_pays_no_more_by_another_reset_at_the_same_moment(self) -> None:
        for number in range(1, 7):
            rewrite("spent_minor = 0")
            reset_pin()
            code, quote = code_for(), quoted(person("alice"), person("bob"), "20")
            acts: list[Callable[[], object]] = [
                partial(service.use, code=code, pin=NEW),
                partial(send_money, payer=person("alice"), quote=quote, pin=NEW),
            ]
            self.assertEqual(at_once(acts), {"done": 2})
            self.assertEqual(PinReset.objects.get(status="used").spent_minor, 2000)
            self.assertEqual(balance(person("alice")), gbp("1000") - gbp("20") * number)

    def test_counts_once_what_is_sent_twice(self) -> None:
        reset_pin()
        quote = quoted(person("alice"), person("bob"), "20")
        for _ in range(3):
            send_money(payer=person("alice"), quote=quote, pin=NEW)
        pay("20")

    def test_counts_nothing_that_was_declined(self) -> None:
        reset_pin()
        alice, bob = person("alice"), person("bob")
        quotes = [quoted(alice, bob, "15") for _ in range(3)]
        send_money(payer=alice, quote=quoted(alice, bob, "990"), pin=None)
        for quote in quotes:
            with self.assertRaises(InsufficientFunds):
                send_money(payer=alice, quote=quote, pin=NEW)
        self.assertEqual(PinReset.objects.get().spent_minor, 0)
        pay("10")
        self.assertEqual(PinReset.objects.get().spent_minor, 1000)

    def test_holds_and_refunds_no_more_either(self) -> None:
        received = sent(person("bob"), person("alice"), "50")
        reset_pin()
        alice = person("alice")
        hold = partial(placed, alice, person("bob"), pin=NEW)
        give_back = partial(refund, payee=alice, transfer=received, pin=NEW)
        with self.assertRaises(OverPinLimit):
            hold("21")
        with self.assertRaises(OverPinLimit):
            give_back(amount=gbp("21"), key=uuid4())
        hold("20")
        give_back(amount=gbp("20"), key=uuid4())
        with self.assertRaises(OverPinLimit):
            hold("1")
        with self.assertRaises(OverPinLimit):
            give_back(amount=gbp("1"), key=uuid4())

    def test_has_the_limits_in_its_owners_currency(self) -> None:
        reset_pin("carla")  # the rate of the tests: 1 GBP is 1.17 EUR
        pay("23.40", payer="carla")
        with self.assertRaisesRegex(OverPinLimit, "€23.40"):
            pay("23.41", payer="carla")

    def test_makes_no_token_and_confirms_no_mass_payment(self) -> None:
        tess = person("tess")
        draft = mass_payments.prepare(maker=tess, title="May", rows=[RawRow(2, "alice", "5", "")], key=uuid4())
        reset_pin("tess")
        with self.assertRaises(PinLimited):
            mass_payments.confirm(maker=tess, mass_payment=draft, pin=NEW)
        self.client.force_login(tess)
        typed = {"name": "x", "scopes": "wallet:read", "days": "30", "pin": NEW}
        answer = self.client.post(reverse("new_token"), typed)
        self.assertContains(answer, "Confirm your PIN", status_code=403)
        self.assertFalse(api_tokens.tokens_of(tess).exists())

    def test_does_not_touch_tokens(self) -> None:
        alice = Caller("alice")
        reset_pin()
        answer = alice.post("transfers", {"payee": "bob", "amount": "300.00", "currency": "GBP"})
        self.assertEqual(answer.status_code, 201, answer.content)

    def test_is_still_limited_when_its_owner_changes_it(self) -> None:
        reset_pin()
        self.client.force_login(person("alice"))
        self.client.post(reverse("change_pin"), {"pin": NEW, "new_pin": "608213", "new_pin_again": "608213"})
        with self.assertRaises(OverPinLimit):
            pay("21", pin="608213")

    def test_is_told_on_the_review_page_with_what_to_do(self) -> None:
        reset_pin()
        self.client.force_login(person("alice"))
        quote = quoted(person("alice"), person("bob"), "21")
        answer = self.client.post(reverse("payments:review", args=[quote.reference]), {"pin": NEW})
        self.assertContains(answer, "£20.00 at once", status_code=403)
        self.assertContains(answer, reverse("pin_reset"), status_code=403)

    def test_has_no_limit_for_whom_waits_a_week_without_an_address(self) -> None:
        EmailAddress.objects.filter(user=person("alice")).update(verified=False)
        reset_pin()
        rewrite("limited_until = limited_until - interval '167 hours'")
        with self.assertRaises(OverPinLimit):
            pay("21")
        rewrite("limited_until = limited_until - interval '2 hours'")
        pay("21")
        with self.assertRaises(ResetIsClosed):
            service.stop(PinReset.objects.get())

    def test_waits_for_whom_has_an_address(self) -> None:
        reset_pin()
        self.assertIsNone(PinReset.objects.get().limited_until)


class TheMember(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")

    def use_code(self, code: str) -> None:
        typed = {"code": code, "new_pin": NEW, "new_pin_again": NEW}
        self.assertContains(self.client.post(reverse("pin_with_code"), typed), "Your new PIN works")

    def link(self) -> str:
        return found(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))

    def test_needs_no_sign_in_and_may_type_the_code_as_they_like(self) -> None:
        code = code_for()
        self.use_code(f" {code[:5].lower()}-{code[5:]} ")
        self.assertTrue(self.alice.verify_pin(NEW))

    def test_is_told_by_notices_and_by_a_letter(self) -> None:
        self.use_code(code_for())
        told = Notification.objects.filter(user=self.alice).order_by("id").values_list("kind", "actor__username")
        self.assertEqual(list(told), [("pin_reset_agreed", "admin"), ("pin_reset_used", "admin")])
        [letter] = mail.outbox
        self.assertEqual(letter.to, [self.alice.email])
        for secret in (NEW, PinReset.objects.get().code_digest):
            self.assertNotIn(str(secret), str(letter.body))

    def test_gets_no_letter_at_an_address_that_is_not_confirmed(self) -> None:
        EmailAddress.objects.filter(user=self.alice).update(verified=False)
        self.use_code(code_for())
        self.assertEqual(mail.outbox, [])

    def test_confirms_with_the_letter_by_a_post(self) -> None:
        self.use_code(code_for())
        link = self.link()
        self.assertContains(self.client.get(link), "Was it you?")
        with self.assertRaises(OverPinLimit):
            pay("100")
        self.assertContains(self.client.post(link, {"decision": "keep"}, follow=True), "pays all amounts again")
        pay("100")
        self.assertContains(self.client.post(link, {"decision": "stop"}, follow=True), "decided already")
        pay("100")

    def test_stops_with_the_letter_and_staff_hear_of_it(self) -> None:
        self.use_code(code_for())
        self.assertContains(self.client.post(self.link(), {"decision": "stop"}, follow=True), "no longer works")
        with self.assertRaises(PinNotIssued):
            pay("1")
        told = Notification.objects.filter(kind="pin_reset_stopped").values_list("user__username", "actor__username")
        self.assertEqual(set(told), {("admin", "alice"), ("cass", "alice")})
        self.assertContains(self.client.post(self.link(), {"decision": "keep"}, follow=True), "decided already")

    def test_of_an_older_letter_decides_nothing(self) -> None:
        self.use_code(code_for())
        old = self.link()
        self.use_code(code_for())
        self.client.post(old, {"decision": "keep"})
        self.assertTrue(self.alice.verify_pin(NEW))

    def test_with_a_forged_letter_finds_nothing(self) -> None:
        reset = reset_pin()
        for token in (str(reset.reference), "x", self.client.session.session_key or "y"):
            self.assertEqual(self.client.post(reverse("pin_reset_letter", args=[token])).status_code, 404)

    def test_confirms_with_the_password(self) -> None:
        self.use_code(code_for())
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("security")), reverse("pin_reset"))
        page = reverse("pin_reset")
        self.assertContains(self.client.post(page, {"decision": "keep", "password": "x"}), "not your", status_code=403)
        self.assertContains(self.client.post(page, {"decision": "keep"}), "required")
        self.assertTrue(self.alice.verify_pin(NEW))
        self.client.post(page, {"decision": "keep", "password": PASSWORD})
        self.assertFalse(self.alice.verify_pin(NEW))
        self.assertNotContains(self.client.get(reverse("security")), reverse("pin_reset"))

    def test_has_no_limit_with_a_pin_that_the_password_made(self) -> None:
        self.use_code(code_for())
        self.client.force_login(self.alice)
        answer = self.client.post(reverse("new_pin"), {"password": PASSWORD})
        pay("100", pin=answer.context["pin"])

    def test_stops_a_code_that_was_not_used(self) -> None:
        code = code_for()
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("pin_reset")), "Your old PIN stays.")
        self.client.post(reverse("pin_reset"), {"decision": "stop"})
        with self.assertRaises(CodeWrong):
            service.use(code=code, pin=NEW)
        self.assertFalse(self.alice.verify_pin(PIN))

    def test_guesses_no_code(self) -> None:
        typed = {"code": "2222222222", "new_pin": NEW, "new_pin_again": NEW}
        answers = [self.client.post(reverse("pin_with_code"), typed).status_code for _ in range(12)]
        self.assertEqual(answers, [403] * 10 + [429] * 2)

    def test_chooses_no_easy_pin(self) -> None:
        typed = {"code": code_for(), "new_pin": "123456", "new_pin_again": "123456"}
        self.assertContains(self.client.post(reverse("pin_with_code"), typed), "too easy to guess")


class AStolenSession(MoneyTestCase):
    """A session alone still sets no PIN: it can make one useless, and never stronger."""

    def test_neither_starts_a_reset_nor_confirms_one(self) -> None:
        reset_pin()
        self.client.force_login(person("alice"))
        for typed in ({"decision": "keep"}, {"decision": "keep", "password": "guess"}, {}):
            self.client.post(reverse("pin_reset"), typed)
        for page in ("staff:pin_resets", "staff:pin_reset"):
            arguments = [] if page == "staff:pin_resets" else [PinReset.objects.get().reference]
            self.assertEqual(self.client.post(reverse(page, args=arguments)).status_code, 403)
        self.assertTrue(person("alice").verify_pin(NEW))

    def test_after_a_password_reset_by_a_letter_confirms_nothing_for_a_day(self) -> None:
        reset_pin()
        User.objects.filter(username="alice").update(password_reset_at=PinReset.objects.get().created_at)
        self.client.force_login(person("alice"))
        answer = self.client.post(reverse("pin_reset"), {"decision": "keep", "password": PASSWORD})
        self.assertEqual(answer.status_code, 403)
        self.assertTrue(person("alice").verify_pin(NEW))


class TheirPages(MoneyTestCase):
    def test_lead_two_of_staff_to_a_code_that_is_shown_once(self) -> None:
        self.client.force_login(person("cass"))
        typed = {"member": "alice", "recognised": "I know her from the workshop"}
        answer = self.client.post(reverse("staff:pin_resets"), typed, follow=True)
        self.assertContains(answer, "a colleague must see the person")
        page = reverse("staff:pin_reset", args=[PinReset.objects.get().reference])
        answer = self.client.post(page, {"decision": "agree"}, follow=True)
        self.assertContains(answer, "You started this yourself.")

        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(reverse("staff:pin_resets")), page)
        self.assertContains(self.client.get(page), "I know her from the workshop")
        answer = self.client.post(page, {"decision": "agree"})
        self.assertIn("no-store", answer.headers["Cache-Control"])
        code = answer.context["code"]
        for other in (page, reverse("staff:pin_resets")):
            self.assertNotContains(self.client.get(other), code)
        typed = {"code": code, "new_pin": NEW, "new_pin_again": NEW}
        self.client.post(reverse("pin_with_code"), typed)
        self.assertTrue(person("alice").verify_pin(NEW))

    def test_cancel_it(self) -> None:
        reset = started()
        self.client.force_login(person("cass"))
        page = reverse("staff:pin_reset", args=[reset.reference])
        self.assertContains(self.client.post(page, {"decision": "cancel"}, follow=True), "Cancelled")
        with self.assertRaises(ResetIsClosed):
            service.agree(by=person("admin"), reset=reset)

    def test_are_refused_for_oneself_and_ask_how_they_were_recognised(self) -> None:
        self.client.force_login(person("cass"))
        typed = {"member": "cass", "recognised": "in the mirror"}
        answer = self.client.post(reverse("staff:pin_resets"), typed)
        self.assertContains(answer, "for your own account", status_code=403)
        self.assertContains(self.client.post(reverse("staff:pin_resets"), {"member": "alice"}), "required")
        self.assertFalse(PinReset.objects.exists())

    def test_list_all_page_by_page(self) -> None:
        resets = [started() for _ in range(5)]
        self.client.force_login(person("cass"))
        seen: list[PinReset] = []
        address: str | None = reverse("staff:pin_resets")
        with mock.patch.object(queries, "PAGE", 2):
            while address is not None:
                page = self.client.get(address).context["page"]
                seen += page.rows
                address = f"{reverse('staff:pin_resets')}?before={page.older}" if page.older else None
        self.assertEqual(seen, resets[::-1])

    def test_log_no_secret(self) -> None:
        with self.assertLogs(level="DEBUG") as logged:
            code = code_for()
            self.client.post(reverse("pin_with_code"), {"code": code, "new_pin": NEW, "new_pin_again": NEW})
            self.client.get("/nowhere/")
        for secret in (code, NEW):
            self.assertNotIn(secret, str(logged.output))
