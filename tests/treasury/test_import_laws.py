"""What the database and the audit hold of imports: each constraint refuses, each law finds what breaks it."""

from __future__ import annotations

from django.db import connection

from ledger import audit
from tests.base import MoneyTestCase
from tests.cast import person
from tests.runner import as_owner
from treasury.imports import endings, service
from treasury.imports.laws import LAWS
from treasury.models import Import, ImportRow

from .kitties import LINES, MEMBERS, PIN, confirmed, imported, prepared, row, table

BOOKED, BELONGS, LINES_GIVE, HAS_ITS_ROWS, REVERSED, WALLETS = range(6)


class Held(MoneyTestCase):
    def done(self) -> Import:
        """Finished: Zoe without a difference, Yann with one of 1.00."""
        found = prepared(table(MEMBERS), table(LINES, "lines.csv"))
        service.choose_for_all(by=person("tess"), found=found, choice="take_claimed")
        return imported(found)

    def test_by_the_database_is_what_was_read_and_confirmed(self) -> None:
        done = self.done()
        draft = prepared(table("username,name,balance\nzed,Zed,5\n"))
        proposed = confirmed(prepared(table("username,name,balance\nzox,Zox,501\n")), "admin")
        running = confirmed(prepared(table("username,name,balance\nzey,Zey,5\n")), "admin")
        import_, rows, lines = "UPDATE treasury_import SET", "UPDATE treasury_importrow SET", "treasury_importline"
        admin = person("admin").pk
        for statement in (
            f"{import_} status = 'draft' WHERE id = {running.pk}",
            f"{import_} status = 'running' WHERE id = {draft.pk}",
            f"{import_} status = 'finished' WHERE id = {proposed.pk}",
            f"{import_} status = 'running' WHERE id = {done.pk}",
            f"{import_} status = 'undone' WHERE id = {done.pk}",
            f"{import_} content_digest = '{done.content_digest}' WHERE id = {draft.pk}",
            f"{import_} row_count = 5 WHERE id = {draft.pk}",
            f"{import_} total_minor = 1 WHERE id = {running.pk}",
            f"{import_} confirmed_by_id = maker_id WHERE id = {running.pk}",
            f"{import_} approved_by_id = {admin}, approved_at = now(), status = 'running' WHERE id = {proposed.pk}",
            f"{import_} approved_by_id = maker_id, approved_at = now() WHERE id = {done.pk}",
            f"{import_} undone_by_id = {admin} WHERE id = {done.pk}",
            f"{rows} claimed_minor = 1 WHERE of_import_id = {draft.pk}",
            f"{rows} recomputed_minor = 1 WHERE of_import_id = {draft.pk}",
            f"{rows} takes = 'recomputed' WHERE of_import_id = {draft.pk}",  # it has none
            f"{rows} action = 'match' WHERE of_import_id = {draft.pk}",  # with nobody
            f"{rows} outcome = 'booked', target_id = {admin} WHERE of_import_id = {draft.pk}",
            f"{rows} outcome = 'skipped' WHERE of_import_id = {draft.pk}",
            f"{rows} action = 'skip' WHERE of_import_id = {running.pk}",
            f"{rows} takes = '' WHERE of_import_id = {running.pk}",
            f"{rows} outcome = 'booked' WHERE of_import_id = {running.pk}",  # for nobody
            f"{rows} outcome = 'waiting', opening_id = NULL, difference_id = NULL WHERE of_import_id = {done.pk}",
            f"{rows} opening_id = NULL WHERE of_import_id = {done.pk}",
            f"{rows} target_id = {admin} WHERE of_import_id = {done.pk} AND number = 1",
            f"{rows} outcome = 'undone' WHERE of_import_id = {done.pk}",
            f"UPDATE {lines} SET amount_minor = 1",
            f"INSERT INTO {lines} (row_id, number, old_id, happened, text, amount_minor, is_void)"
            f" VALUES ({row(done).pk}, 99, '', '', '', 1, false)",
            "DELETE FROM treasury_import",
            "DELETE FROM treasury_importrow",
            f"DELETE FROM {lines}",
        ):
            self.assert_refused(statement)
        imported(running)
        service.cancel(by=person("tess"), found=proposed)

    def test_is_written_at_serializable_only(self) -> None:
        found = prepared()
        with self.assertRaisesRegex(Exception, "SERIALIZABLE"):
            Import.objects.filter(pk=found.pk).update(status="cancelled")
        with self.assertRaisesRegex(Exception, "SERIALIZABLE"):
            ImportRow.objects.filter(of_import=found).update(outcome="skipped")

    def test_by_the_laws_is_what_the_database_cannot_say(self) -> None:
        done = self.done()
        yann, opening = row(done, 2), row(done, 2).opening_id
        rows, header = f"UPDATE treasury_importrow SET {{}} WHERE id = {yann.pk}", "UPDATE treasury_import SET {}"
        lines = f"UPDATE treasury_importline SET amount_minor = amount_minor {{}} WHERE row_id = {yann.pk}"
        for broken, change, undo in (
            ({BOOKED, HAS_ITS_ROWS, WALLETS}, rows.format("claimed_minor = 301"), rows.format("claimed_minor = 300")),
            ({BOOKED, BELONGS}, rows.format("opening_id = NULL"), rows.format(f"opening_id = {opening}")),
            ({LINES_GIVE}, lines.format("+ 1"), lines.format("- 1")),
            ({LINES_GIVE}, header.format("line_count = 4"), header.format("line_count = 3")),
            ({HAS_ITS_ROWS}, header.format("row_count = 3"), header.format("row_count = 2")),
            ({HAS_ITS_ROWS}, header.format("status = 'cancelled'"), header.format("status = 'finished'")),
            ({REVERSED, WALLETS}, rows.format("outcome = 'undone'"), rows.format("outcome = 'booked'")),
        ):
            self.rewrite(change)
            found = {breach.law for breach in audit.breaches()} & {law.name for law in LAWS}
            self.rewrite(undo)
            self.assertEqual(found, {LAWS[number].name for number in broken}, change)

    def test_by_a_law_is_that_an_undone_row_has_gone_back(self) -> None:
        done = self.done()
        endings.undo(by=person("tess"), found=done, pin=PIN)
        while endings.undo_running():
            pass
        zoe = row(done).pk
        self.rewrite(f"UPDATE treasury_importrow SET outcome = 'booked' WHERE id = {zoe}")
        found = {breach.law for breach in audit.breaches()}
        self.rewrite(f"UPDATE treasury_importrow SET outcome = 'undone' WHERE id = {zoe}")
        self.assertEqual(found, {LAWS[number].name for number in (HAS_ITS_ROWS, REVERSED, WALLETS)})

    def rewrite(self, change: str) -> None:
        """Changes what is stored, as somebody could who owns the database."""
        alone = ["BEGIN ISOLATION LEVEL SERIALIZABLE", f"ALTER TABLE {change.split()[1]} DISABLE TRIGGER USER"]
        as_owner(connection.settings_dict["NAME"], [*alone, change, "COMMIT"])
