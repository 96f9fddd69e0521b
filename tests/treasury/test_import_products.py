"""The products of an import: each is made once for the merchant that somebody chose, or left out."""

from __future__ import annotations

from django.db import connection, transaction
from django.test import SimpleTestCase
from django.urls import reverse

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import currency
from ledger import audit
from payments.owners import wallet_of
from shop.models import Barcode, Category, Change, Listing, Product
from shop.products.service import add_barcode
from tests.base import MoneyTestCase
from tests.cast import gbp, merchant, person
from tests.plugged_in import importers
from tests.runner import as_owner
from tests.shop.goods import a_product, a_seller
from treasury.imports import booking, endings, files, products, service
from treasury.imports.archives import File
from treasury.imports.errors import ChoicesChanged, ExportUnreadable, ImportedBefore, ImportIsClosed, SellerMissing
from treasury.imports.kitties import Product as Read
from treasury.imports.laws import LAWS
from treasury.models import Import, ImportProduct

from .kitties import MEMBERS, PIN, confirmed, imported, prepared, row, table
from .schemas import STRICHLISTE, database, kaffeekasse, strichliste

GOODS = """\
name,price,category,barcode
Club Mate,1.20,Drinks,4029764001807
Cookies,0.80,Snacks,
Coffee,0.50,Drinks,
"""


def goods(text: str = GOODS) -> File:
    return table(text, "products.csv")


def for_sale(*exports: File, seller: User | None = None) -> Import:
    """A draft with a seller."""
    found = prepared(*exports or [goods()])
    products.choose_seller(by=person("tess"), found=found, seller=wallet_of(seller or a_seller()))
    found.refresh_from_db()
    return found


def results(found: Import) -> dict[str, tuple[str, str]]:
    rows = ImportProduct.objects.filter(of_import=found).order_by("number")
    return {each.name: (each.outcome, each.outcome_text) for each in rows}


class Products(MoneyTestCase):
    def test_are_made_as_the_file_has_them(self) -> None:
        found = imported(for_sale())
        self.assertEqual(found.status, "finished")
        mate = Product.objects.get(name="Club Mate")
        (variant,) = mate.variants.all()
        self.assertEqual((mate.seller, mate.category), (wallet_of(a_seller()), Category.objects.get(name="Drinks")))
        self.assertEqual((variant.name, variant.revision and variant.revision.unit), ("", gbp("1.20")))
        self.assertEqual(Barcode.objects.get(pk="4029764001807").variant, variant)
        self.assertEqual({each.made_by for each in Change.objects.all()}, {person("admin")})
        self.assertFalse(Listing.objects.exists())  # the treasury says where they are sold
        self.assertEqual(set(results(found).values()), {("made", "")})
        self.assertEqual(Product.objects.get(name="Cookies").category, Category.objects.get(name="Snacks"))

    def test_come_with_members_or_alone(self) -> None:
        found = imported(for_sale(table(MEMBERS), goods()))
        self.assertEqual((found.row_count, found.product_count, Product.objects.count()), (2, 3, 3))
        alone = imported(for_sale(goods(GOODS.replace("Coffee", "Tea"))))
        self.assertEqual((alone.row_count, alone.status), (0, "finished"))

    def test_without_a_seller_are_shown_and_left_out(self) -> None:
        found = imported(prepared(table(MEMBERS), goods()))
        self.assertEqual((found.status, Product.objects.count()), ("finished", 0))
        self.assertEqual(set(results(found).values()), {("skipped", "Nobody was chosen to sell it.")})

    def test_alone_and_without_a_seller_are_not_confirmed(self) -> None:
        found = prepared(goods())
        with self.assertRaises(SellerMissing):
            confirmed(found)
        found.refresh_from_db()
        self.assertEqual(found.status, "draft")

    def test_of_a_name_that_the_seller_has_are_left_out(self) -> None:
        a_product("club mate", "9")
        found = imported(for_sale())
        self.assertEqual(results(found)["Club Mate"], ("skipped", "The seller has a product of this name."))
        self.assertEqual((results(found)["Cookies"], Product.objects.count()), (("made", ""), 3))

    def test_of_another_sellers_name_are_made(self) -> None:
        a_product("Club Mate", "9", seller=merchant("other"))
        imported(for_sale())
        self.assertEqual(Product.objects.filter(name="Club Mate").count(), 2)

    def test_are_made_without_a_barcode_that_another_has(self) -> None:
        add_barcode(a_product("Tea"), "4029764001807", by=person("tess"))
        found = imported(for_sale(goods(GOODS.replace("Snacks,", "Snacks,x!"))))
        self.assertEqual(results(found)["Club Mate"], ("made", "Made without a barcode that another product has."))
        self.assertEqual(results(found)["Cookies"], ("made", "Made without a barcode that no scanner reads."))
        self.assertEqual(Barcode.objects.count(), 1)

    def test_with_no_price_that_can_be_sold_are_left_out(self) -> None:
        found = imported(for_sale(goods("name,price\nWater,0\nYacht,10000000.01\nRefund,-1\nTea,1\n")))
        refused = ("skipped", "A product cannot have this price.")
        self.assertEqual(results(found), dict.fromkeys(("Water", "Yacht", "Refund"), refused) | {"Tea": ("made", "")})

    def test_are_made_by_all_rooms_or_by_none(self) -> None:
        found = imported(for_sale(goods("name,price\nForbidden,1\nTea,1\n")))
        self.assertEqual(results(found), {"Forbidden": ("skipped", "It is forbidden."), "Tea": ("made", "")})
        self.assertEqual([each.name for each in Product.objects.all()], ["Tea"])
        self.assertEqual(importers.taken[-1][0].name, "Tea")

    def test_are_what_they_were_whatever_their_names_say(self) -> None:
        names = ["=HYPERLINK(1)", "<b>Bold</b>", "\u202etxt.exe", "\u202e", "", "'; DROP TABLE x --", "☕"]
        found = imported(for_sale(goods("name,price\n" + "".join(f'"{name}",1\n' for name in names))))
        self.assertEqual(results(found)[""], ("skipped", "It has no name."))
        self.assertEqual(results(found)["\u202e"], ("skipped", "It has no name."))
        self.assertEqual(
            {each.name for each in Product.objects.all()}, (set(names) - {"", "\u202e", "\u202etxt.exe"}) | {"txt.exe"}
        )
        self.client.force_login(person("admin"))
        pages = [
            reverse("staff:import_products", args=[found.reference]),
            reverse("staff:import", args=[prepared(goods('name,price\n"<b>Bold</b>",2\n')).reference]),
            reverse("staff:shop_products"),
        ]
        for address in pages:
            page = self.client.get(address)
            self.assertContains(page, "<bdi>&lt;b&gt;Bold&lt;/b&gt;</bdi>")
            self.assertNotContains(page, "<b>Bold")


class Once(MoneyTestCase):
    def test_a_worker_that_is_killed_between_two_goes_on_where_it_was(self) -> None:
        found = confirmed(for_sale())
        importers.killed_at.add("Cookies")
        with self.assertRaises(SystemExit):
            booking.import_running()
        self.assertEqual([each.name for each in Product.objects.all()], ["Club Mate"])
        self.assertEqual(results(found)["Cookies"], ("waiting", ""))
        while booking.import_running():
            pass
        self.assertEqual(sorted(each.name for each in Product.objects.all()), ["Club Mate", "Coffee", "Cookies"])
        found.refresh_from_db()
        self.assertEqual((found.status, set(results(found).values())), ("finished", {("made", "")}))

    def test_a_worker_that_was_slower_makes_nothing(self) -> None:
        found = confirmed(for_sale())
        product = found.products.get(number=1)
        self.assertTrue(products.take_next(found))
        with transaction.atomic():
            self.assertIsNone(products._locked(product))
        while booking.import_running():
            pass
        self.assertEqual((products.take_next(found), booking.import_running(), Product.objects.count()), (False, 0, 3))

    def test_the_same_file_comes_once(self) -> None:
        imported(for_sale(table(MEMBERS), goods()))
        with self.assertRaises(ImportedBefore):
            prepared(table(MEMBERS.replace(",", ";"), "m.csv"), goods())

    def test_the_same_members_with_other_products_are_another_file(self) -> None:
        imported(for_sale(table(MEMBERS), goods()))
        again = for_sale(table(MEMBERS), goods(GOODS + "Tea,1,,\n"))
        service.choose_for_all(by=person("tess"), found=again, choice="skip_undecided")
        imported(again)
        self.assertEqual({row(again, number).outcome for number in (1, 2)}, {"skipped"})
        self.assertEqual([name for name, (outcome, _) in results(again).items() if outcome == "made"], ["Tea"])
        self.assertEqual(Product.objects.count(), 4)

    def test_undoing_the_balances_keeps_the_products(self) -> None:
        found = imported(for_sale(table(MEMBERS), goods()))
        endings.undo(by=person("tess"), found=found, pin=PIN)
        while endings.undo_running():
            pass
        self.assertEqual((Product.objects.count(), set(results(found).values())), (3, {("made", "")}))
        again = imported_with_matches(for_sale(table(MEMBERS), goods()))
        self.assertEqual({outcome for outcome, _text in results(again).values()}, {"skipped"})
        self.assertEqual(Product.objects.count(), 3)

    def test_who_lost_the_role_makes_nothing(self) -> None:
        found = confirmed(for_sale(), "tess")
        User.objects.filter(username="tess").update(role="member")
        self.assertEqual(booking.import_running(), 0)
        self.assertEqual((Product.objects.count(), results(found)["Coffee"]), (0, ("waiting", "")))
        User.objects.filter(username="tess").update(role="treasurer")
        booking.import_running()
        self.assertEqual(Product.objects.count(), 3)


class TheSeller(MoneyTestCase):
    def test_is_a_merchant_with_the_currency_of_the_file(self) -> None:
        found, wrong = prepared(goods()), [person("alice"), merchant("dollars", currency="USD"), merchant("gone")]
        User.objects.filter(username="gone").update(is_active=False)
        for user in wrong:
            with self.subTest(user), self.assertRaises(NotFound):
                products.choose_seller(by=person("tess"), found=found, seller=wallet_of(user))

    def test_is_chosen_while_nothing_is_confirmed(self) -> None:
        found = confirmed(for_sale())
        with self.assertRaises(ImportIsClosed):
            products.choose_seller(by=person("tess"), found=found, seller=None)
        self.assert_refused(f"UPDATE treasury_import SET seller_id = NULL WHERE id = {found.pk}")

    def test_is_what_was_confirmed(self) -> None:
        found = prepared(goods())
        seen = found.revision
        products.choose_seller(by=person("tess"), found=found, seller=wallet_of(a_seller()))
        with self.assertRaises(ChoicesChanged):
            service.confirm(by=person("admin"), found=found, revision=seen, pin=PIN)


class Pages(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("tess"))
        a_seller()

    def address(self, found: Import, page: str = "import") -> str:
        return reverse(f"staff:{page}", args=[found.reference])

    def test_lead_from_the_preview_to_the_products_here(self) -> None:
        found = prepared(goods())
        preview = self.client.get(self.address(found))
        self.assertContains(preview, "They are not imported, because nobody is chosen to sell them.")
        self.assertContains(preview, "<bdi>Club Mate</bdi>")
        chosen = self.client.post(
            self.address(found, "import_products"), {"seller": str(wallet_of(a_seller()).reference)}, follow=True
        )
        self.assertContains(chosen, "3 products will be made, sold by The Kiosk.")
        found.refresh_from_db()
        self.client.post(self.address(found), {"revision": found.revision, "pin": PIN})
        self.assertContains(self.client.get(self.address(found)), "0 of 3 products are done.")
        a_product("Coffee")
        booking.import_running()
        result = self.client.get(self.address(found))
        self.assertContains(result, "<dt>Made</dt><dd>2</dd>")
        self.assertContains(result, "The seller has a product of this name. (1)")
        self.assertContains(result, f'href="{reverse("staff:shop_products")}"')
        skipped = self.client.get(self.address(found, "import_products"), {"show": "skipped"})
        self.assertContains(skipped, "<bdi>Coffee</bdi>")
        self.assertNotContains(skipped, "<bdi>Cookies</bdi>")

    def test_refuse_a_seller_that_is_none(self) -> None:
        found = prepared(goods())
        for wrong in (str(wallet_of(person("alice")).reference), "x", "0"):
            refused = self.client.post(self.address(found, "import_products"), {"seller": wrong})
            self.assertContains(refused, "id_seller_error")
        found.refresh_from_db()
        self.assertIsNone(found.seller)

    def test_are_read_by_an_auditor_who_chooses_nothing(self) -> None:
        found = prepared(goods())
        self.client.force_login(person("audrey"))
        page = self.client.get(self.address(found, "import_products"))
        self.assertNotContains(page, "<select")
        self.assertEqual(self.client.post(self.address(found, "import_products"), {"seller": ""}).status_code, 403)

    def test_show_two_thousand_products_a_page_at_a_time(self) -> None:
        many = prepared(goods("name,price\n" + "".join(f"Product {number:04},1\n" for number in range(2000))))
        few = prepared(goods())
        for page, queries in (("import", 13), ("import_products", 10)):
            sizes = []
            for found in (few, many):
                self.client.get(self.address(found, page))
                with self.subTest(page), self.assertNumQueries(queries):
                    answer = self.client.get(self.address(found, page))
                sizes.append(len(answer.content))
            self.assertLess(sizes[1] - sizes[0], 15_000)
        last = self.client.get(self.address(many, "import_products"), {"show": "all", "after": "1975"})
        self.assertContains(last, "Product 1999")


class Held(MoneyTestCase):
    def test_by_the_database_is_what_was_read_and_what_was_decided(self) -> None:
        done, draft = imported(for_sale()), prepared(goods("name,price\nTea,1\n"))
        change = "UPDATE treasury_importproduct SET"
        for statement in (
            f"{change} outcome = 'made' WHERE of_import_id = {draft.pk}",
            f"{change} price_minor = 1 WHERE of_import_id = {draft.pk}",
            f"{change} barcodes = '[]' WHERE of_import_id = {draft.pk}",
            f"{change} outcome = 'waiting' WHERE of_import_id = {done.pk}",
            f"{change} outcome_text = 'x' WHERE of_import_id = {done.pk}",
            "DELETE FROM treasury_importproduct",
            f"UPDATE treasury_import SET product_count = 0 WHERE id = {draft.pk}",
            "INSERT INTO treasury_importproduct (of_import_id, number, old_id, name, price_minor, category, barcodes,"
            f" is_active, outcome, outcome_text) VALUES ({done.pk}, 9, '9', 'x', 1, '', '[]', true, 'waiting', '')",
        ):
            self.assert_refused(statement)

    def test_by_a_law_is_that_each_is_decided_and_sold_by_somebody(self) -> None:
        done = imported(for_sale())
        for broken, whole in (
            ("product SET outcome = 'waiting' WHERE number = 1", "product SET outcome = 'made' WHERE number = 1"),
            (" SET product_count = 4", " SET product_count = 3"),
            (" SET seller_id = NULL", f" SET seller_id = {wallet_of(a_seller()).pk}"),
        ):
            self.rewrite(broken)
            found = {breach.law for breach in audit.breaches()}
            self.rewrite(whole)
            self.assertEqual(found, {LAWS[-1].name}, broken)
        self.assertEqual(done.product_count, 3)

    def rewrite(self, change: str) -> None:
        """Changes what is stored, as somebody could who owns the database."""
        name = f"treasury_import{change.split()[0] if not change.startswith(' ') else ''}"
        statements = [
            "BEGIN ISOLATION LEVEL SERIALIZABLE",
            f"ALTER TABLE {name} DISABLE TRIGGER USER",
            f"UPDATE treasury_import{change}",
        ]
        as_owner(connection.settings_dict["NAME"], [*statements, "COMMIT"])


class ProductsOfOtherSystems(SimpleTestCase):
    def read(self, *exports: File) -> dict[str, Read]:
        return {each.old_id: each for each in files.read(list(exports), currency("GBP")).products}

    def test_of_strichliste_have_a_category_where_they_have_a_tag(self) -> None:
        data = database(
            *STRICHLISTE,
            "CREATE TABLE tag (id INTEGER PRIMARY KEY, tag VARCHAR(255) NOT NULL, created DATETIME NOT NULL)",
            "CREATE TABLE article_tag (id INTEGER PRIMARY KEY, article_id INTEGER, tag_id INTEGER, created DATETIME)",
            rows=[
                ('"user" (id, name, balance, disabled, created)', [(1, "Ada", 0, 0, "x")]),
                ("article (id, name, amount, active, created, usage_count)", [(1, "Mate", 150, 1, "x", 0)]),
                ("tag (id, tag, created)", [(7, "Drinks", "x"), (8, "Cold", "x")]),
                ("article_tag (article_id, tag_id)", [(1, 7), (1, 8)]),
            ],
        )
        self.assertEqual(self.read(("s.sqlite", data))["1"].category, "Drinks")

    def test_that_are_still_sold_come_before_their_older_prices(self) -> None:
        user = "id,name,balance\n1,Ada,0\n"
        article = "id,name,amount,active\n1,Mate,100,0\n2,Mate,120,1\n3,Tea,,1\n2,Twice,100,1\n"
        found = files.read([table(user, "user.csv"), table(article, "article.csv")], currency("GBP"))
        self.assertEqual([(each.old_id, each.minor) for each in found.products], [("2", 120), ("1", 100)])
        self.assertEqual(len(found.remarks), 2)
        self.assertIn("1 products have no readable price", found.remarks[0])

    def test_of_strichliste_and_kaffeekasse_are_read_without_a_category_too(self) -> None:
        coffee = self.read(("s.sqlite", strichliste()))["1"]
        self.assertEqual((coffee.category, coffee.minor, coffee.is_active), ("", 150, True))
        self.assertEqual([each.stock for each in self.read(("k.sqlite", kaffeekasse())).values()], [40])

    def test_in_a_table_with_another_column_are_refused(self) -> None:
        with self.assertRaises(ExportUnreadable):
            self.read(goods("name,price,vat\nTea,1,7\n"))

    def test_without_numbers_are_no_error(self) -> None:
        tables = [table("id,name,balance\n1,Ada,0\n", "user.csv"), table("name,amount\nTea,100\n", "article.csv")]
        self.assertEqual([each.name for each in self.read(*tables).values()], ["Tea"])

    def test_that_are_too_many_are_refused(self) -> None:
        with self.assertRaises(ExportUnreadable):
            self.read(goods("name,price\n" + "Tea,1\n" * 10_001))


def imported_with_matches(found: Import) -> Import:
    """Everybody is left out, and the rest is imported."""
    service.choose_for_all(by=person("tess"), found=found, choice="skip_undecided")
    return imported(found)
