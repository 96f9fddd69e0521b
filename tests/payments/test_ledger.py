"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from uuid import uuid4

from django.db import DatabaseError, connection, transaction

from payments import audit, queries
from tests.base import MoneyTestCase
from tests.cast import person, sent
from tests.runner import as_owner, owner_of


class TheWebRole(MoneyTestCase):
    def refused(self, statement: str, *values: object) -> None:
        with (
            self.subTest(statement),
            self.assertRaises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            cursor.execute(statement, values or None)

    def test_cannot_write_the_ledger_but_through_its_functions(self) -> None:
        sent(person("alice"), person("bob"), "1")
        for table in ("payments_wallet", "payments_transfer", "payments_entry"):
            self.refused(
                f"UPDATE {table} SET id = id" if table != "payments_entry" else f"UPDATE {table} SET amount = 1"
            )
            self.refused(f"DELETE FROM {table}")
            self.refused(f"TRUNCATE {table} CASCADE")
            self.refused(f"INSERT INTO {table} DEFAULT VALUES")
            self.refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            self.refused(f"DROP TABLE {table}")
        self.refused("SET session_replication_role = replica")
        self.refused("SELECT ledger_refuse()")
        self.refused("CREATE TABLE mine ()")
        self.refused("DELETE FROM payments_topup")
        self.refused("DELETE FROM payments_paymentrequest")
        self.refused("CREATE OR REPLACE FUNCTION ledger_balance(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1'")

    def test_has_these_privileges_on_the_ledger_and_no_others(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)
                     FROM information_schema.role_table_grants
                    WHERE grantee = 'wallet_web' AND table_schema = 'public' AND table_name LIKE 'payments%'
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
                "payments_wallet": "SELECT",
                "payments_transfer": "SELECT",
                "payments_entry": "SELECT",
                "payments_topup": "INSERT SELECT",
                "payments_paymentrequest": "INSERT SELECT UPDATE",
                "payments_quote": "INSERT SELECT UPDATE",
                "payments_notification": everything,
                "payments_auditrun": everything,
            },
        )
        self.assertEqual(functions, {"ledger_post", "ledger_create_wallet", "ledger_fold", "ledger_balance"})

    def test_books_nothing_below_serializable(self) -> None:
        alice, bob = (queries.wallet_of(person(name)).pk for name in ("alice", "bob"))
        post = """SELECT ledger_post(ARRAY[(%s, 'payment', '', ARRAY[%s, %s, 100]::bigint[], NULL)::ledger_instruction],
                                     1, now(), '1 day')"""
        for level in ("READ COMMITTED", "REPEATABLE READ"):
            with (
                self.assertRaisesMessage(DatabaseError, "SERIALIZABLE only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                cursor.execute(post, [str(uuid4()), alice, bob])

    def test_books_no_impossible_leg(self) -> None:
        alice, bob, carla = (queries.wallet_of(person(name)).pk for name in ("alice", "bob", "carla"))
        for legs in (
            [alice, alice, 1],
            [alice, carla, 1],
            [alice, bob, 0],
            [alice, bob, -5],
            [alice, bob, 10**15 + 1],
            [alice, 10**9, 1],
            [alice, bob],
            [],
        ):
            self.refused(
                """SELECT ledger_post(ARRAY[(%s, 'payment', '', %s::bigint[], NULL)::ledger_instruction],
                                      1, now(), '1 day')""",
                str(uuid4()),
                legs,
            )


class TheOwner(MoneyTestCase):
    def test_meets_the_triggers_too(self) -> None:
        transfer = sent(person("alice"), person("bob"), "1")
        name = connection.settings_dict["NAME"]
        for statement in (
            "UPDATE payments_entry SET amount = amount + 1",
            "DELETE FROM payments_transfer",
            "TRUNCATE payments_entry",
            "DELETE FROM payments_wallet",
            "INSERT INTO payments_entry (transfer_id, line, wallet_id, amount, xid, booked_at)"
            f" VALUES ({transfer.pk}, 9, 1, 1, '1', now())",
        ):
            with self.subTest(statement), self.assertRaises(Exception) as refused:
                as_owner(name, [statement])
            self.assertRegex(str(refused.exception), "what is written stays|SERIALIZABLE only")

    def test_who_switches_them_off_is_found_by_the_audit(self) -> None:
        sent(person("alice"), person("bob"), "1")
        name = connection.settings_dict["NAME"]
        as_owner(
            name,
            [
                "ALTER TABLE payments_entry DISABLE TRIGGER USER",
                "UPDATE payments_entry SET amount = amount + 1 WHERE line = 1 AND seq > 1",
            ],
        )
        found = {breach.law for breach in audit.breaches()}
        as_owner(
            name,
            [
                "UPDATE payments_entry SET amount = amount - 1 WHERE line = 1 AND seq > 1",
                "ALTER TABLE payments_entry ENABLE ALWAYS TRIGGER what_is_written_stays",
                "ALTER TABLE payments_entry ENABLE ALWAYS TRIGGER only_serializable",
            ],
        )
        self.assertGreaterEqual(len(found), 3)
        self.assertIn("the entries of a transfer sum to zero in each currency", found)

    def test_applies_the_ledgers_sql_again_without_harm(self) -> None:
        from payments.install import install_ledger

        sent(person("alice"), person("bob"), "1")
        with owner_of(connection.settings_dict["NAME"]):
            install_ledger(using="default", plan=("something",))
        sent(person("alice"), person("bob"), "1")
