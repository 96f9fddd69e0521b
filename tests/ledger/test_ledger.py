"""What the database itself refuses the web role and the owner, what the audit then finds, and batches of transfers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.test import SimpleTestCase

from conversion.money import Money, currency
from ledger import audit
from ledger import posting as ledger_posting
from ledger.models import Transfer, Wallet
from ledger.posting import Instruction, Leg, Posting, post_all
from ledger.transactions import in_one_transaction
from ledger.wallets import lock_set
from payments.owners import wallet_of
from payments.reversals import service as reversals
from tests.base import MoneyTestCase
from tests.cast import person, sent
from tests.runner import as_owner, owner_of
from wallet_site.install_sql import install_sql


def pounds(minor: int) -> Money:
    return Money(minor, currency("GBP"))


def booked(instructions: list[Instruction], *, by: str) -> list[Posting]:
    maker = person(by)
    wallets = {number for each in instructions for leg in each.legs for number in (leg.source, leg.target)}
    post = partial(post_all, instructions, made_by=maker.pk, made_at=None)
    return in_one_transaction(post, wallets=wallets)


class WhatIsAsked(SimpleTestCase):
    """Properties of an instruction that need no database."""

    def test_one_plain_leg_alone_takes_the_fast_function(self) -> None:
        leg = Leg(1, 2, pounds(5))
        plain = Instruction(key=uuid4(), kind="payment", legs=(leg,))
        self.assertTrue(plain.is_plain)
        for other in (
            replace(plain, legs=(leg, leg)),
            replace(plain, legs=(), reverses=1),
            replace(plain, reverses=1),
            replace(plain, refunds=1),
            replace(plain, hold=1),
        ):
            with self.subTest(other):
                self.assertFalse(other.is_plain)

    def test_the_lock_set_is_the_wallets_whose_rows_change(self) -> None:
        alice, bob = Wallet(pk=1, running=True, floor=0), Wallet(pk=2, running=True, floor=0)
        kiosk, drawer = Wallet(pk=3, running=False, floor=0), Wallet(pk=4, running=False, floor=None)
        for source, target, line in (
            (alice, bob, [1, 2]),
            (alice, kiosk, [1]),
            (alice, drawer, [1]),
            (kiosk, alice, [3, 1]),
            (kiosk, drawer, [3]),
            (drawer, alice, [1]),
            (drawer, kiosk, []),
        ):
            with self.subTest(source=source.pk, target=target.pk):
                self.assertEqual(lock_set(source, target), line)


class TheWebRole(MoneyTestCase):
    def test_cannot_write_the_ledger_but_through_its_functions(self) -> None:
        sent(person("alice"), person("bob"), "1")
        for table, column in (
            ("ledger_wallet", "balance"),
            ("ledger_transfer", "note"),
            ("ledger_entry", "amount"),
            ("ledger_hold", "amount"),
            ("ledger_closing", "balance"),
            ("ledger_floor", "floor"),
        ):
            self.assert_refused(f"UPDATE {table} SET {column} = {column}")
            self.assert_refused(f"DELETE FROM {table}")
            self.assert_refused(f"TRUNCATE {table} CASCADE")
            self.assert_refused(f"INSERT INTO {table} DEFAULT VALUES")
            self.assert_refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            self.assert_refused(f"ALTER TABLE {table} DISABLE TRIGGER what_is_written_stays")
            self.assert_refused(f"ALTER TABLE {table} ENABLE TRIGGER what_is_written_stays")
            self.assert_refused(f"ALTER TABLE {table} OWNER TO wallet_web")
            self.assert_refused(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            self.assert_refused(f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION ledger_refuse()")
            self.assert_refused(f"DROP TABLE {table}")
        for table in ("ledger_seal", "ledger_signature"):
            self.assert_refused(
                f"UPDATE {table} SET seal_id = 1" if table == "ledger_signature" else f"UPDATE {table} SET number = 1"
            )
            self.assert_refused(f"DELETE FROM {table}")
            self.assert_refused(f"TRUNCATE {table} CASCADE")
        self.assert_refused("SET session_replication_role = replica")
        self.assert_refused("SET ROLE wallet_owner")
        self.assert_refused("SET SESSION AUTHORIZATION wallet_owner")
        self.assert_refused("ALTER FUNCTION ledger_balance(bigint) SECURITY INVOKER")
        self.assert_refused("SELECT setval('ledger_transfer_id_seq', 1)")
        self.assert_refused("SELECT ledger_refuse()")
        self.assert_refused("SELECT ledger_refund_outcome(1, '{}')")
        self.assert_refused("CREATE TABLE mine ()")
        self.assert_refused("DELETE FROM payments_topup")
        self.assert_refused("DELETE FROM payments_paymentrequest")
        self.assert_refused(
            "CREATE OR REPLACE FUNCTION ledger_balance(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1'"
        )

    def test_has_these_privileges_and_no_others(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)
                     FROM information_schema.role_table_grants
                    WHERE grantee = 'wallet_web' AND table_schema = 'public'
                      AND table_name ~
                          '^(conversion|web|api|events|accounts|ledger|payments|treasury|shop|outbox|wallet_site)_'
                    GROUP BY table_name"""
            )
            tables = dict(cursor.fetchall())
            cursor.execute(
                """SELECT proname FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace
                      AND has_function_privilege('wallet_web', oid, 'EXECUTE')"""
            )
            functions = {name for (name,) in cursor.fetchall()}
        everything = "DELETE INSERT SELECT UPDATE"
        self.assertEqual(
            tables,
            {
                **{
                    f"accounts_{name}": everything
                    for name in ("apitoken", "claim", "user", "user_groups", "user_user_permissions")
                },
                "accounts_standing": "SELECT",
                "conversion_rate": "INSERT SELECT",
                "conversion_ownunit": "SELECT",
                "accounts_pinreset": "INSERT SELECT UPDATE",
                "ledger_wallet": "SELECT",
                "ledger_transfer": "SELECT",
                "ledger_entry": "SELECT",
                "ledger_hold": "SELECT",
                "ledger_closing": "SELECT",
                "ledger_floor": "SELECT",
                "ledger_installation": "SELECT",
                "ledger_cut": "INSERT SELECT",
                "ledger_seal": "INSERT SELECT",
                "api_answer": "DELETE INSERT SELECT",
                "api_label": "INSERT SELECT",
                "api_call": everything,
                "api_use": everything,
                "ledger_signature": "INSERT SELECT",
                "payments_topup": "INSERT SELECT",
                "payments_paymentrequest": "INSERT SELECT UPDATE",
                "payments_quote": "INSERT SELECT UPDATE",
                "treasury_cashproposal": "INSERT SELECT UPDATE",
                **{
                    f"treasury_{name}": "INSERT SELECT UPDATE"
                    for name in (
                        "import",
                        "importrow",
                        "bank",
                        "clearing",
                        "deposit",
                        "statement",
                        "statementrow",
                        "unpinnedday",
                    )
                },
                **{f"treasury_{name}": "INSERT SELECT UPDATE" for name in ("payoutaccount", "withdrawal")},
                "treasury_importline": "INSERT SELECT",
                "treasury_importproduct": "INSERT SELECT UPDATE",
                "treasury_payoutfile": "INSERT SELECT",
                **{f"shop_{name}": everything for name in ("barcode", "cartline", "listing")},
                **{
                    f"shop_{name}": "INSERT SELECT UPDATE"
                    for name in ("category", "happyhour", "product", "salepoint", "variant")
                },
                **{
                    f"shop_{name}": "INSERT SELECT"
                    for name in ("change", "orderstep", "revision", "rules", "salepointchange", "stocktake")
                },
                "shop_order": "SELECT UPDATE",
                "shop_picture": "DELETE INSERT SELECT",
                **{
                    f"shop_{name}": "SELECT"
                    for name in ("line", "ordermoney", "refund", "refundline", "stock", "stockcount", "stockmove")
                },
                "shop_visitact": "SELECT",
                **{f"shop_{name}": "INSERT SELECT" for name in ("limit", "tillsale")},
                **{f"shop_{name}": "INSERT SELECT UPDATE" for name in ("appliedlimit", "depositreturn", "reminder")},
                **{f"shop_{name}": "INSERT SELECT UPDATE" for name in ("kioskchoice", "kioskdevice", "tag", "visit")},
                "shop_unknowntag": everything,
                "payments_invitation": everything,
                "payments_application": everything,
                "treasury_masspayment": "INSERT SELECT UPDATE",
                "treasury_masspaymentrow": "INSERT SELECT UPDATE",
                "events_notification": everything,
                "events_listener": everything,
                "events_event": "DELETE SELECT UPDATE",
                "outbox_message": everything,
                "outbox_endpoint": everything,
                "outbox_preference": everything,
                "outbox_bouncing": everything,
                "outbox_statementrun": everything,
                "outbox_delivery": everything,
                "events_mail": everything,
                "ledger_auditrun": everything,
                "ledger_verificationrun": everything,
                "web_allowance": everything,
                "wallet_site_jobrun": everything,
            },
        )
        names = (
            "create_wallet",
            "post",
            "post_one",
            "place_hold",
            "end_hold",
            "set_floor",
            "settle",
            "close",
            "balance",
            "balance_at",
        )
        self.assertEqual(
            functions,
            {
                "accounts_may_not_move",
                "accounts_may_decide_together",
                "accounts_roles",
                "plugged_in_total",
                "treasury_count_deposit",
                "treasury_count_unpinned",
                *(f"ledger_{name}" for name in names),
                *(
                    f"shop_{name}"
                    for name in (
                        "act_in_visit",
                        "count",
                        "count_stock",
                        "deposit_came_back",
                        "expected",
                        "has_noted",
                        "left",
                        "move_stock",
                        "note",
                        "owes_since",
                        "prices",
                        "prices_moved",
                        "sales_by_day",
                        "sales_by_product",
                        "sales_by_vat",
                        "settle_stock",
                        "sold_lines",
                        "store_order",
                        "store_refund",
                        "vat",
                    )
                ),
            },
        )

    def test_books_nothing_below_serializable(self) -> None:
        alice, bob = (wallet_of(person(name)).pk for name in ("alice", "bob"))
        row = "(%s, 'payment', '', %s::bigint[], NULL, NULL, NULL, false)::ledger_instruction"
        post = f"SELECT ledger_post(ARRAY[{row}], 1, now(), '1 day')"
        hold = "SELECT ledger_place_hold(%s, 'two_step', '', %s, %s, 100, '1 day', 1, now(), '1 day')"
        cases: tuple[tuple[str, str, list[str | int | list[int]] | None], ...] = (
            ("READ COMMITTED", post, [str(uuid4()), [alice, bob, 100]]),
            ("REPEATABLE READ", post, [str(uuid4()), [alice, bob, 100]]),
            ("READ COMMITTED", hold, [str(uuid4()), alice, bob]),
            ("REPEATABLE READ", hold, [str(uuid4()), alice, bob]),
            ("REPEATABLE READ", "SELECT ledger_end_hold(1, 'released')", None),
            ("REPEATABLE READ", "SELECT ledger_set_floor(1, -100, 1, '')", None),
        )
        for level, statement, values in cases:
            with (
                self.assertRaisesMessage(DatabaseError, "SERIALIZABLE only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                cursor.execute(statement, values)


class TheImpossible(MoneyTestCase):
    """Instructions that can never be booked: a missing or the same wallet, a wrong currency or amount, no legs."""

    def setUp(self) -> None:
        alice, bob, carla = (wallet_of(person(name)).pk for name in ("alice", "bob", "carla"))
        legs = [
            ("same_wallet", Leg(alice, alice, pounds(1))),
            ("wrong_currency", Leg(alice, carla, pounds(1))),
            *(("amount_out_of_range", Leg(alice, bob, pounds(minor))) for minor in (0, -5, 10**15 + 1)),
            *(("no_such_wallet", leg) for leg in (Leg(alice, 10**9, pounds(1)), Leg(10**9, bob, pounds(1)))),
        ]
        self.outcomes = [*(outcome for outcome, _ in legs), "nothing_to_move"]
        self.instructions = [
            *(Instruction(key=uuid4(), kind="payment", legs=(leg,)) for _, leg in legs),
            Instruction(key=uuid4(), kind="payment"),
        ]
        self.possible = Instruction(key=uuid4(), kind="payment", legs=(Leg(alice, bob, pounds(1)),))
        self.known = Transfer.objects.count()

    def test_among_many_is_answered_and_not_stored(self) -> None:
        postings = booked([*self.instructions, self.possible], by="alice")
        self.assertEqual([posting.outcome for posting in postings], [*self.outcomes, "booked"])
        self.assertEqual(Transfer.objects.count(), self.known + 1)

    def test_alone_is_our_own_mistake(self) -> None:
        for outcome, instruction in zip(self.outcomes, self.instructions, strict=True):
            post = partial(ledger_posting.post, instruction, made_by=person("alice").pk, made_at=None)
            with self.subTest(outcome), self.assertRaisesMessage(AssertionError, outcome):
                in_one_transaction(post)
        self.assertEqual(Transfer.objects.count(), self.known)


class Many(MoneyTestCase):
    """Each instruction of a batch is decided in order, as if it were posted alone."""

    def setUp(self) -> None:
        self.alice, self.bob = (wallet_of(person(name)).pk for name in ("alice", "bob"))

    def pay(self, minor: int, key: UUID | None = None, *, back: bool = False) -> Instruction:
        source, target = (self.bob, self.alice) if back else (self.alice, self.bob)
        return Instruction(key=key or uuid4(), kind="payment", legs=(Leg(source, target, pounds(minor)),))

    def test_a_poor_row_stops_no_other(self) -> None:
        rows = [self.pay(60_000), self.pay(60_000), self.pay(20_000, back=True), self.pay(60_000)]
        self.assertEqual(
            [posting.outcome for posting in booked(rows, by="alice")],
            ["booked", "insufficient_funds", "booked", "booked"],
        )

    def test_a_key_twice_in_one_batch_books_once(self) -> None:
        key = uuid4()
        first, again, other = booked([self.pay(5, key), self.pay(5, key), self.pay(6, key)], by="alice")
        self.assertEqual((first.repeated, again.repeated, again.transfer_id), (False, True, first.transfer_id))
        self.assertEqual(other.differs, "amount")

    def test_the_whole_batch_again_moves_nothing(self) -> None:
        rows = [self.pay(n) for n in range(1, 101)]
        first, again = booked(rows, by="alice"), booked(rows, by="alice")
        self.assertEqual([p.transfer_id for p in first], [p.transfer_id for p in again])
        self.assertTrue(all(p.repeated for p in again))
        self.assertEqual(Wallet.objects.get(pk=self.alice).settled_minor, 100_000 - 5050)


class TheOwner(MoneyTestCase):
    def test_meets_the_triggers_too(self) -> None:
        transfer = sent(person("alice"), person("bob"), "1")
        name = connection.settings_dict["NAME"]
        for statement in (
            "UPDATE ledger_entry SET amount = amount + 1",
            "DELETE FROM ledger_transfer",
            "TRUNCATE ledger_entry",
            "DELETE FROM ledger_wallet",
            "INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, xid, booked_at)"
            f" VALUES ({transfer.pk}, 9, 1, 1, '1', now())",
        ):
            with self.subTest(statement), self.assertRaises(Exception) as refused:
                as_owner(name, [statement])
            self.assertRegex(str(refused.exception), "what is written stays|SERIALIZABLE only")

    def test_does_not_stay_idle_in_a_transaction_either(self) -> None:
        """An idle transaction would hold back the watermark, below which entries are settled and seals are made."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles WHERE rolconfig::text LIKE '%idle_in_transaction_session%'")
            self.assertEqual({name for (name,) in cursor.fetchall()}, {"wallet_owner", "wallet_web"})

    def test_who_switches_them_off_is_found_by_the_audit(self) -> None:
        sent(person("alice"), person("bob"), "1")
        name = connection.settings_dict["NAME"]
        as_owner(
            name,
            [
                "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
                "UPDATE ledger_entry SET amount = amount + 1 WHERE line = 1 AND seq > 1",
            ],
        )
        found = {breach.law for breach in audit.breaches()}
        as_owner(
            name,
            [
                "UPDATE ledger_entry SET amount = amount - 1 WHERE line = 1 AND seq > 1",
                "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER what_is_written_stays",
                "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER only_serializable",
            ],
        )
        self.assertGreaterEqual(len(found), 3)
        self.assertIn("the entries of a transfer sum to zero in each currency", found)

    def test_who_rewrites_so_that_every_sum_is_right_is_found_too(self) -> None:
        """The owner redirects a payment with all sums kept right, or gives it a transaction id of the future."""
        transfer = sent(person("alice"), person("bob"), "1")
        name = connection.settings_dict["NAME"]
        bobs, casss = (Wallet.objects.get(owner=person(username)).pk for username in ("bob", "cass"))
        other_way = f"""
            UPDATE ledger_entry SET wallet_id = {{1}} WHERE transfer_id = {transfer.pk} AND line = 1;
            UPDATE ledger_wallet SET balance = balance - 100, seq = seq - 1 WHERE id = {{0}};
            UPDATE ledger_wallet SET balance = balance + 100, seq = seq + 1 WHERE id = {{1}}"""
        xid = "UPDATE ledger_{} SET xid = {} WHERE {} = " + str(transfer.pk)
        late = [xid.format(table, "'9000000000'", key) for table, key in (("entry", "transfer_id"), ("transfer", "id"))]
        off = [f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER" for table in ("entry", "transfer")]
        as_owner(name, [*off, other_way.format(bobs, casss)])
        elsewhere = audit.breaches()
        as_owner(name, [other_way.format(casss, bobs), *late])
        tomorrow = audit.breaches()
        back = [statement.replace("9000000000", transfer.xid) for statement in late]
        as_owner(name, back)
        self.assertEqual([breach.found for breach in elsewhere], [f"entry {transfer.pk}/1"])
        self.assertEqual([breach.found for breach in tomorrow], [f"transfer {transfer.pk}"])

    def test_who_undoes_more_than_was_done_is_found(self) -> None:
        """Also across currencies: changes each of the six numbers in a reversal's two legs in turn."""
        alice, name = person("alice"), connection.settings_dict["NAME"]
        there, law = sent(alice, person("carla"), "1"), "by its own legs in the opposite direction"
        back = reversals.undo(maker=alice, transfer=there, key=uuid4())
        self.assertEqual(audit.breaches(), [])
        for place in range(1, 7):
            update = f"UPDATE ledger_transfer SET legs[{place}] = {{}} WHERE id = {back.pk}"
            as_owner(name, ["ALTER TABLE ledger_transfer DISABLE TRIGGER USER", update.format(10**9)])
            found = {breach.found for breach in audit.breaches() if law in breach.law}
            as_owner(name, [update.format(back.legs[place - 1])])
            self.assertEqual(found, {f"transfer {there.pk}"}, place)

    def test_applies_all_sql_again_without_harm(self) -> None:
        sent(person("alice"), person("bob"), "1")
        with owner_of(connection.settings_dict["NAME"]):
            install_sql(using="default", plan=("something",))
        sent(person("alice"), person("bob"), "1")
