"""What a cashier may take alone, at once and in a day; above it a second person confirms, and another never pays in."""

from __future__ import annotations

from functools import partial
from unittest import mock
from uuid import uuid4

from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from conversion.errors import KeyReused
from conversion.money import Money
from events.models import Notification
from ledger import audit
from ledger.models import Transfer
from payments.drawers.errors import OverCashLimit
from payments.models import TopUp
from payments.reversals import service as reversals
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.concurrency.crowd import at_once
from tests.runner import as_owner
from treasury.cash_desk import queries, service
from treasury.cash_desk.errors import (
    CashierBarred,
    ProposalExpired,
    ProposalIsClosed,
    SecondPersonNeeded,
)
from treasury.cash_desk.laws import LAWS
from treasury.models import CashProposal


class CashLimits(MoneyTestCase):
    def setUp(self) -> None:
        self.cass, self.alice, self.admin = person("cass"), person("alice"), person("admin")

    def take(self, amount: str, *, cashier: User | None = None, member: User | None = None) -> Transfer:
        return service.take_cash(
            cashier=cashier or self.cass, member=member or self.alice, amount=gbp(amount), key=uuid4()
        )

    def proposed(self, amount: str = "600") -> CashProposal:
        return service.propose_cash(cashier=self.cass, member=self.alice, amount=gbp(amount), key=uuid4())

    def taken(self) -> Money:
        return balance(person("alice")) - gbp("1000")


def rewrite(change: str, *, where: str = "true") -> None:
    """Changes proposals as somebody could who owns the database."""
    table, name = "treasury_cashproposal", connection.settings_dict["NAME"]
    switch = f"ALTER TABLE {table} {{}} TRIGGER ends_exactly_once"
    begin, off, on = "BEGIN ISOLATION LEVEL SERIALIZABLE", switch.format("DISABLE"), switch.format("ENABLE ALWAYS")
    as_owner(name, [begin, off, f"UPDATE {table} SET {change} WHERE {where}", on, "COMMIT"])


@override_settings(CASH_PER_TAKING="500.00 GBP", CASH_PER_DAY="900.00 GBP")
class ACashier(CashLimits):
    def test_takes_the_limit_and_not_a_penny_more_at_once(self) -> None:
        self.take("500")
        with self.assertRaisesRegex(OverCashLimit, "£500"):
            self.take("500.01")
        self.assertEqual((self.taken(), TopUp.objects.count()), (gbp("500"), 1))

    def test_takes_the_limit_and_not_a_penny_more_in_a_day(self) -> None:
        self.take("500")
        self.take("400")
        with self.assertRaisesRegex(OverCashLimit, "£900"):
            self.take("0.01")
        self.take("500", cashier=self.admin)  # another cashier has another drawer
        self.assertEqual(self.taken(), gbp("1400"))
        self.assertEqual(Notification.objects.filter(user=self.alice).count(), 3)

    def test_has_room_again_after_an_undo(self) -> None:
        self.take("500")
        undone = self.take("400")
        reversals.undo(maker=self.cass, transfer=undone, key=uuid4())
        self.take("400")
        with self.assertRaises(OverCashLimit):
            self.take("1")

    def test_gets_the_first_answer_to_a_known_key_however_full_the_day_is(self) -> None:
        key = uuid4()
        take = partial(service.take_cash, cashier=self.cass, member=self.alice, amount=gbp("500"), key=key)
        first = take()
        self.take("400")
        self.assertEqual(take(), first)
        with self.settings(CASH_PER_TAKING="1.00 GBP"):
            self.assertEqual(take(), first)

    def test_has_the_limits_in_the_currency_of_the_drawer(self) -> None:
        carla = person("carla")  # the rate of the tests: 1 GBP is 1.17 EUR
        take = partial(service.take_cash, cashier=self.cass, member=carla)
        take(amount=Money.of("585.00", "EUR"), key=uuid4())
        with self.assertRaisesRegex(OverCashLimit, "€585"):
            take(amount=Money.of("585.01", "EUR"), key=uuid4())

    def test_takes_no_more_by_taking_much_at_once(self) -> None:
        members = [person(name) for name in ("alice", "bob", "tess", "admin")] * 2
        for _ in range(5):
            outcomes = at_once([partial(self.take, "250", member=member) for member in members])
            self.assertEqual(outcomes, {"done": 3, "OverCashLimit": 5})
            undone = Transfer.objects.filter(kind="reversal").values("reverses")
            for transfer in Transfer.objects.filter(kind="cash_top_up").exclude(pk__in=undone):
                reversals.undo(maker=self.cass, transfer=transfer, key=uuid4())


class ASecondPerson(CashLimits):
    def test_confirms_what_the_cashier_then_has_taken_once(self) -> None:
        proposal = self.proposed()
        for _ in range(2):
            transfer = service.confirm_cash(by=self.admin, proposal=proposal)
        self.assertEqual((transfer.made_by, transfer.key), (self.cass, proposal.key))
        self.assertEqual((self.taken(), TopUp.objects.count()), (gbp("600"), 1))
        proposal.refresh_from_db()
        self.assertEqual((proposal.status, proposal.decided_by), ("confirmed", self.admin))
        told = Notification.objects.order_by("id").values_list("user__username", "kind", "actor__username")
        self.assertEqual(list(told), [("alice", "topped_up", "cass"), ("cass", "cash_confirmed", "admin")])

    def test_is_neither_the_cashier_nor_the_member_nor_without_the_role(self) -> None:
        User.objects.filter(username="alice").update(role="cashier")
        for username, refusal in (
            ("cass", SecondPersonNeeded),
            ("alice", OwnAccount),
            ("tess", RoleMissing),
            ("bob", RoleMissing),
        ):
            with self.subTest(username), self.assertRaises(refusal):
                service.confirm_cash(by=person(username), proposal=self.proposed())
        with self.assertRaises(RoleMissing):
            service.decline_cash(by=person("tess"), proposal=self.proposed())
        self.assertEqual(self.taken(), gbp("0"))

    def test_is_never_the_cashier_and_decides_once_whatever_the_code_does(self) -> None:
        transfer, proposal = self.take("5"), self.proposed()
        closed = (
            "UPDATE treasury_cashproposal SET (status, decided_by_id, transfer_id, decided_at) = (%s, %s, %s, now())"
        )
        self.assert_refused(closed, "confirmed", self.cass.pk, transfer.pk)
        self.assert_refused(closed, "confirmed", self.admin.pk, None)
        self.assert_refused("UPDATE treasury_cashproposal SET amount_minor = 1")
        self.assert_refused("DELETE FROM treasury_cashproposal")
        service.decline_cash(by=self.admin, proposal=proposal)
        self.assert_refused(closed, "confirmed", self.admin.pk, transfer.pk)

    def test_is_looked_for_by_the_audit(self) -> None:
        proposal, other = self.proposed(), self.take("5")
        booked = service.confirm_cash(by=self.admin, proposal=proposal)
        self.assertEqual(audit.breaches(), [])
        for change, undo in (
            ("amount_minor = 1", "amount_minor = 60000"),
            (f"transfer_id = {other.pk}", f"transfer_id = {booked.pk}"),
        ):
            rewrite(change)
            self.assertEqual([breach.law for breach in audit.breaches()], [LAWS[0].name])
            rewrite(undo)

    def test_confirms_for_nobody_who_is_frozen_or_a_cashier_no_more(self) -> None:
        proposal = self.proposed()
        for name, changes, refusal in (
            ("cass", {"frozen": True}, CashierBarred),
            ("cass", {"role": "member"}, CashierBarred),
            ("alice", {"frozen": True}, AccountFrozen),
            ("admin", {"frozen": True}, AccountFrozen),
        ):
            with self.subTest(name, changes=changes):
                role = person(name).role
                User.objects.filter(username=name).update(**changes)
                with self.assertRaises(refusal):
                    service.confirm_cash(by=person("admin"), proposal=proposal)
                User.objects.filter(username=name).update(frozen=False, role=role)
        self.assertEqual(self.taken(), gbp("0"))

    def test_declines_for_good_and_the_cashier_may_withdraw(self) -> None:
        for by in (self.admin, self.cass):
            proposal = self.proposed()
            for _ in range(2):
                service.decline_cash(by=by, proposal=proposal)
            with self.assertRaises(ProposalIsClosed):
                service.confirm_cash(by=self.admin, proposal=proposal)
        self.assertEqual(list(Notification.objects.values_list("kind", "user__username")), [("cash_declined", "cass")])
        confirmed = self.proposed()
        service.confirm_cash(by=self.admin, proposal=confirmed)
        with self.assertRaises(ProposalIsClosed):
            service.decline_cash(by=self.admin, proposal=confirmed)

    def test_and_a_third_at_once_book_it_once(self) -> None:
        User.objects.filter(username="bob").update(role="cashier")
        for number in range(1, 6):
            proposal = self.proposed()
            confirm = partial(service.confirm_cash, proposal=proposal)
            outcomes = at_once([partial(confirm, by=self.admin), partial(confirm, by=person("bob"))])
            self.assertEqual(outcomes, {"done": 1, "ProposalIsClosed": 1})
            self.assertEqual(self.taken(), gbp("600") * number)

    def test_finds_the_same_proposal_under_the_same_key(self) -> None:
        key = uuid4()
        propose = partial(service.propose_cash, cashier=self.cass, member=self.alice, key=key)
        self.assertEqual(propose(amount=gbp("600")), propose(amount=gbp("600")))
        with self.assertRaises(KeyReused):
            propose(amount=gbp("601"))


class ItsTime(CashLimits):
    """Cash that nobody confirms within 36 hours expires, on the database's clock."""

    def aged(self, *, hours: int) -> CashProposal:
        proposal = self.proposed()
        rewrite(f"created_at = created_at - interval '{hours} hours'", where=f"id = {proposal.pk}")
        proposal.refresh_from_db()
        return proposal

    def test_ends_before_the_job_has_run(self) -> None:
        late, still = self.aged(hours=37), self.aged(hours=35)
        with self.assertRaises(ProposalExpired):
            service.confirm_cash(by=self.admin, proposal=late)
        service.confirm_cash(by=self.admin, proposal=still)
        self.assertEqual(self.taken(), gbp("600"))

    def test_is_told_to_the_cashier_once(self) -> None:
        late, _still = self.aged(hours=37), self.aged(hours=35)
        self.assertEqual([service.expire_due_proposals() for _ in range(2)], [1, 0])
        told = Notification.objects.values_list("user__username", "kind", "actor")
        self.assertEqual(list(told), [("cass", "cash_expired", None)])
        for act in (service.confirm_cash, service.decline_cash):
            with self.assertRaises(ProposalExpired):
                act(by=self.admin, proposal=late)
        self.client.force_login(self.cass)
        page = self.client.get(reverse("staff:cash_proposal", args=[late.reference]))
        self.assertContains(page, "Expired")
        self.assertContains(self.client.get(reverse("payments:notifications")), "Nobody confirmed your cash in time")

    def test_is_not_prolonged(self) -> None:
        self.proposed()
        self.assert_refused("UPDATE treasury_cashproposal SET created_at = now() + interval '1 day'")


class ThePages(CashLimits):
    def test_list_all_that_waits_page_by_page(self) -> None:
        proposals = [self.proposed() for _ in range(5)]
        self.client.force_login(self.cass)
        seen: list[CashProposal] = []
        address: str | None = reverse("staff:cash")
        with mock.patch.object(queries, "PAGE", 2):
            while address is not None:
                answer = self.client.get(address)
                page = answer.context["waiting"]
                seen += page.rows
                address = f"{reverse('staff:cash')}?before={page.older}" if page.older else None
                if page.older:
                    self.assertContains(answer, f"?before={page.older}")
        self.assertEqual(seen, proposals[::-1])

    def test_show_an_unusual_amount_as_such_and_let_a_second_person_confirm(self) -> None:
        self.client.force_login(self.cass)
        typed = {"member": "alice", "amount": "99999"}
        confirm = self.client.post(reverse("staff:cash"), typed)
        for text in ("This is an unusual amount.", "£500", "Ask a second person"):
            self.assertContains(confirm, text)
        typed["key"] = str(confirm.context["key"])
        for _ in range(2):
            answer = self.client.post(reverse("staff:cash"), typed, follow=True)
            self.assertContains(answer, "Nothing is booked yet.")
        proposal = CashProposal.objects.get()
        page = reverse("staff:cash_proposal", args=[proposal.reference])
        self.assertContains(answer, page)
        self.assertNotContains(self.client.get(page), 'value="confirm"')
        answer = self.client.post(page, {"decision": "confirm"}, follow=True)
        self.assertContains(answer, "You took this cash yourself.")
        self.assertEqual(self.taken(), gbp("0"))

        self.client.force_login(self.admin)
        self.assertContains(self.client.get(reverse("staff:cash")), page)
        self.assertContains(self.client.get(page), 'value="confirm"')
        answer = self.client.post(page, {"decision": "confirm"}, follow=True)
        self.assertContains(answer, "Confirmed: £99,999.00 in cash taken from Alice Archer.")
        self.assertNotContains(answer, page)
        self.assertEqual(self.taken(), gbp("99999"))
        self.client.force_login(self.cass)
        answer = self.client.post(reverse("staff:cash"), typed, follow=True)  # the first form, once more
        self.assertEqual(self.taken(), gbp("99999"))

    def test_show_a_usual_amount_without_a_warning(self) -> None:
        self.client.force_login(self.cass)
        confirm = self.client.post(reverse("staff:cash"), {"member": "alice", "amount": "25"})
        self.assertNotContains(confirm, "unusual")

    def test_of_a_declined_one_say_so_when_its_form_is_sent_again(self) -> None:
        self.client.force_login(self.cass)
        typed = {"member": "alice", "amount": "600", "key": uuid4()}
        self.client.post(reverse("staff:cash"), typed)
        page = reverse("staff:cash_proposal", args=[CashProposal.objects.get().reference])
        self.assertContains(self.client.post(page, {"decision": "decline"}, follow=True), "Declined.")
        self.assertContains(
            self.client.post(reverse("staff:cash"), typed), "already confirmed or declined", status_code=409
        )
        self.assertContains(self.client.get(page), "Declined")

    def test_are_for_the_cash_desk_alone(self) -> None:
        page = reverse("staff:cash_proposal", args=[self.proposed().reference])
        for username, status in (("alice", 403), ("tess", 403), ("audrey", 403), ("cass", 200), ("admin", 200)):
            self.client.force_login(person(username))
            with self.subTest(username):
                self.assertEqual(self.client.get(page).status_code, status)
                self.assertEqual(self.client.post(page, {"decision": "x"}).status_code, 403 if status == 403 else 302)
        self.assertEqual(self.client.get(reverse("staff:cash_proposal", args=[uuid4()])).status_code, 404)
