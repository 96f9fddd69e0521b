"""The pages of imports: from the upload to what a member sees afterwards."""

from __future__ import annotations

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.base import Answer, MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from treasury.imports import booking
from treasury.models import Import, ImportRow

from .kitties import LINES, MEMBERS, imported, prepared, row, table


class Pages(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("admin"))

    def upload(self, *files: tuple[str, str], **typed: str) -> Answer:
        uploaded = [SimpleUploadedFile(name, text.encode()) for name, text in files]
        form = {"currency_code": "GBP", "export": uploaded, "key": str(uuid4())} | typed
        return self.client.post(reverse("staff:imports"), form)

    def page(self, found: Import | None = None) -> str:
        found = found or Import.objects.get()
        return reverse("staff:import", args=[found.reference])

    def confirm(self, **typed: object) -> Answer:
        form = {"revision": Import.objects.get().revision, "pin": PIN} | typed
        return self.client.post(self.page(), form)

    def test_lead_from_the_upload_to_the_members_own_page(self) -> None:
        uploaded = self.upload(("members.csv", MEMBERS), ("lines.csv", LINES))
        self.assertRedirects(uploaded, self.page())
        self.assertContains(self.client.get(self.page()), "1 person is not decided")
        choices = reverse("staff:import_choices", args=[Import.objects.get().reference])
        self.assertContains(self.client.post(choices, {"choice": "take_claimed"}, follow=True), "1 person was decided.")
        self.assertRedirects(self.confirm(), self.page())
        self.assertContains(self.client.get(self.page()), "0 of 2 people are done.")
        booking.import_running()
        self.assertContains(self.client.get(self.page()), "Finished")

        self.client.force_login(person("zoe"))
        home = self.client.get("/")
        self.assertContains(home, "You came with £12.50 (Table of members).")
        before = self.client.get(reverse("treasury:before"))
        self.assertContains(before, "Coffee")
        self.assertContains(self.client.get(reverse("treasury:lines_before")), "2024-05-02 11:30,-7.50,Coffee")

    def test_a_wrong_pin_imports_nothing(self) -> None:
        self.upload(("members.csv", MEMBERS))
        self.assertContains(self.confirm(pin="000000"), "4 tries left", status_code=403)
        self.assertEqual(Import.objects.get().status, "draft")

    def test_a_choice_that_somebody_changed_meanwhile_is_looked_at_again(self) -> None:
        self.upload(("members.csv", MEMBERS))
        one = reverse("staff:import_row", args=[row(Import.objects.get()).reference])
        self.assertRedirects(self.client.post(one, {"action": "skip", "takes": ""}), self.page())
        changed = self.confirm(revision=0)
        self.assertContains(changed, "Somebody has changed a choice", status_code=409)
        # The form comes back with the choices as they are now, which the person sees.
        self.assertContains(changed, 'name="revision" value="1"', status_code=409)
        self.assertEqual(Import.objects.get().status, "draft")

    def test_a_person_is_matched_by_typing_the_username(self) -> None:
        self.upload(("members.csv", "username,name,balance\nali,Alice Archer,7.00\n"))
        found = row(Import.objects.get())
        self.assertEqual((found.found, found.action), (person("alice"), ""))
        one = reverse("staff:import_row", args=[found.reference])
        self.assertContains(self.client.get(one), 'value="alice"')
        refused = self.client.post(one, {"action": "match", "takes": "claimed", "member": "nobody"})
        self.assertContains(refused, "Please type the username of an active member", status_code=422)
        self.client.post(one, {"action": "match", "takes": "claimed", "member": "alice"})
        self.confirm()
        booking.import_running()
        self.assertEqual(balance(person("alice")), gbp("1007"))

    def test_a_file_that_is_no_export_is_refused_on_the_form(self) -> None:
        self.assertContains(self.upload(("x.csv", "a,b\n1,2\n")), "This export is not known here", status_code=422)
        self.assertContains(self.upload(("x.csv", "")), "empty", status_code=200)
        self.assertFalse(Import.objects.exists())

    def test_many_people_come_page_by_page_in_as_many_queries(self) -> None:
        people = "".join(f"member{number:04},Member {number},1.00\n" for number in range(120))
        found = prepared(table("username,name,balance\n" + people))
        few = prepared()
        counts = []
        for each in (few, found):
            self.client.get(self.page(each))
            with self.subTest(each), self.assertNumQueries(10):
                self.client.get(self.page(each))
            counts.append(self.client.get(self.page(each)).content.count(b"<tr>"))
        self.assertEqual(counts, [1 + 2, 1 + 25])
        self.assertContains(self.client.get(self.page(found) + "?show=all&after=100"), "Member 119")

    def test_the_result_is_a_table_without_formulas(self) -> None:
        found = imported(prepared(table('username,name,balance\nzed,"=HYPERLINK(1)",1.00\n')))
        answer = self.client.get(reverse("staff:import_results", args=[found.reference]))
        self.assertContains(answer, "'=HYPERLINK(1)")

    def test_text_of_the_file_is_text_on_the_page(self) -> None:
        found = prepared(table('username,name,balance\nzed,"<b>Zed</b>",1.00\n', "<i>x.csv"))
        page = self.client.get(self.page(found))
        self.assertContains(page, "&lt;b&gt;Zed&lt;/b&gt;")
        self.assertNotContains(page, "<b>Zed")

    def test_a_member_sees_only_their_own(self) -> None:
        imported(prepared(table(MEMBERS), table(LINES.replace("yann,2024-05-03 12:00,2.00", "yann,x,3.00"), "l.csv")))
        theirs = ImportRow.objects.get(username="zoe")
        self.client.force_login(person("yann"))
        page = self.client.get(reverse("treasury:before"), {"of": str(theirs.reference)})
        self.assertNotContains(page, "Coffee")
        self.client.force_login(person("alice"))
        self.assertContains(self.client.get(reverse("treasury:before")), "Nothing was brought for you")
