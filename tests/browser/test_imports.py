"""An import as a treasurer sees it, on a small phone and at a desk: many people with long names, page by page."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.cast import balance, gbp, merchant, person
from treasury.imports import booking
from treasury.models import Import

from .base import DESK, BrowserTestCase

SMALL_PHONE = {"width": 360, "height": 740}


def members() -> str:
    lines = io.StringIO()
    lines.write("username,name,email,balance\nalice,Alice Archer,,7.00\nowing,Ottilie Owing,,-12.34\nbad,Bad,,x\n")
    for number in range(60):
        lines.write(f"guest{number},Bartholomea-Wilhelmina{number} Featherstonehaugh-Cholmondeley,,{number}.50\n")
    return lines.getvalue()


def moves() -> str:
    lines = "".join(
        f"guest{number},2024-05-01 10:00,{number}.00,A rather long note about coffee\n" for number in range(60)
    )
    return "username,date,amount,note\nalice,2024-05-01,7,Cash\nowing,2024-05-01,-12.34,Coffee\n" + lines


def products() -> str:
    rows = "".join(
        f"Obstler-Hausgebrannt-aus-Streuobstwiesen No {number},2.{number},Drinks,\n" for number in range(10, 38)
    )
    return "name,price,category,barcode\n" + rows + "Club Mate,1.20,Drinks,4029764001807\nclub mate,1.30,,\n"


class AnImport(BrowserTestCase):
    def test_goes_from_the_file_to_the_member_on_a_small_phone(self) -> None:
        page = self.visit(viewport=SMALL_PHONE)
        self.sign_in(page, "admin")
        self.go(page, "staff:imports")
        with TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("members-of-the-hackerspace-in-november.csv", "moves.csv")]
            for path, text in zip(paths, (members(), moves()), strict=True):
                path.write_text(text)
            page.get_by_label("Export").set_input_files(paths)
            page.get_by_role("button", name="Check the file").click()
        page.get_by_text("people are not decided").wait_for()
        self.look(page)
        page.get_by_role("link", name="Bartholomea-Wilhelmina0 ").click()
        self.look(page)
        page.go_back()
        for choice in ("take_claimed", "skip_undecided"):
            page.get_by_label("For many at once").select_option(choice)
            page.get_by_role("button", name="Decide").click()
            page.get_by_role("alert").or_(page.get_by_role("status")).first.wait_for()
        page.get_by_role("link", name="More").click()
        self.look(page)
        self.enter_pin(page, "Import")
        page.get_by_text("Waits for a second person").first.wait_for()
        self.look(page)
        self.sign_out(page)

        found = Import.objects.get()
        colleague = self.visit(viewport=DESK, color_scheme="dark")
        self.sign_in(colleague, "tess")
        self.go(colleague, "staff:import", found.reference)
        self.enter_pin(colleague, "Import")
        colleague.get_by_text("0 of 63 people are done.").or_(colleague.get_by_text("people are done.")).wait_for()
        self.look(colleague)
        while booking.import_running():
            pass
        self.assertEqual(balance(person("guest9")), gbp("9.50"))

        self.sign_in(page, "admin")
        self.go(page, "staff:import", found.reference)
        page.get_by_text("60 new members have no card yet").wait_for()
        self.look(page)
        page.get_by_role("button", name="Show the next cards").click()
        self.assertEqual(page.locator(".slip").count(), 20)
        self.look(page)
        self.go(page, "staff:undo_import", found.reference)
        self.look(page)

        guest = person("guest9")
        guest.set_password("correct horse battery")
        guest.save()
        self.sign_out(page)
        self.sign_in(page, "guest9")
        self.assert_accessible(page)
        page.get_by_role("link", name="See all").last.click()
        page.get_by_text("A rather long note about coffee").wait_for()
        self.look(page)

    def test_brings_products_that_the_treasurer_gives_to_a_seller(self) -> None:
        merchant("kiosk")
        page = self.visit(viewport=SMALL_PHONE)
        self.sign_in(page, "tess")
        self.go(page, "staff:imports")
        self.look(page)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "products.csv"
            path.write_text(products())
            page.get_by_label("Export").set_input_files(path)
            page.get_by_role("button", name="Check the file").click()
        page.get_by_text("They are not imported, because nobody is chosen to sell them.").wait_for()
        self.look(page)
        page.get_by_role("link", name="Choose who sells them").click()
        self.look(page)
        page.get_by_label("Seller").select_option(label="The Kiosk @kiosk")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("30 products will be made, sold by The Kiosk.").wait_for()
        self.enter_pin(page, "Import")
        page.get_by_text("of 30 products are done.").wait_for()
        self.look(page)
        while booking.import_running():
            pass
        self.go(page, "staff:import", Import.objects.get().reference)
        page.get_by_text("The seller has a product of this name. (1)").wait_for()
        self.look(page)
        page.get_by_role("link", name="Every product of the file").click()
        page.get_by_role("link", name="More").click()
        self.look(page)
        page.go_back()
        page.go_back()
        page.get_by_role("link", name="Products here").click()
        page.get_by_text("Obstler").first.wait_for()

    def look(self, page: Page) -> None:
        """Also with text twice as large. The bar at the top is every page's, and not looked at then."""
        self.assert_accessible(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        fits = page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth")
        self.assertTrue(fits, f"{page.url} is wider than the screen with large text")
        page.evaluate("document.documentElement.style.fontSize = ''")
