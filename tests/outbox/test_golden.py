"""How letters look: each beside a file that was looked at, as text and as HTML. What is different each time is masked.

`GOLDEN=write ./wallet test tests.outbox.test_golden` writes the files anew. Look at them, and at the HTML in a browser.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

from django.core import mail
from django.test import SimpleTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.people.kinds import FROZEN
from events.letters import Contents, Typed, fenced, in_html, in_text
from events.mails import Letter
from events.models import Notification
from outbox.letters.contents import contents_of, summary_of
from outbox.statements import service as statements
from outbox.statements.kinds import STATEMENT
from payments.history.statements import Month, statement_of
from payments.owners import wallet_of
from payments.transfers.kinds import RECEIVED
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, person, sent

GOLDEN = Path(__file__).parent / "golden"
AT = dt.datetime(2026, 11, 26, 12, 30, tzinfo=dt.UTC)
MASKED = (
    (r"letters/stop/[^\s\"<>]+", "letters/stop/TOKEN/"),
    (r"(confirm-email|reset/key)/[^\s\"<>]+", r"\1/TOKEN/"),
    (r"\d{1,2} [A-Z][a-z]+( 20\d\d)?, \d\d:\d\d( UTC)?", "DAY, TIME"),
    (r"[A-Z][a-z]+ 20\d\d", "MONTH"),
    (r"/20\d\d-\d+\.csv", "/MONTH.csv"),
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "REFERENCE"),
)


class Parts(HTMLParser):
    """What mailboxes load, and what they do not allow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]


@override_settings(SITE_ADDRESS="https://wallet.example", CONTACT="")
class Letters(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def assert_looks(self, name: str, text: str, html: str) -> None:
        for kind, found in (("txt", text), ("html", html)):
            file = GOLDEN / f"{name}.{kind}"
            for pattern, word in MASKED:
                found = re.sub(pattern, word, found)
            if os.environ.get("GOLDEN") == "write":
                file.write_text(found)
            self.assertEqual(found, file.read_text(), file.name)
        parts = Parts(html)
        self.assertFalse({"img", "script", "link", "form", "iframe"} & set(parts.tags))
        for link in parts.links:
            self.assertTrue(link.startswith(("https://wallet.example/", "https://testserver/")), link)
            self.assertIn(link, text)  # the text leads to the same places

    def test_of_a_payment(self) -> None:
        sent(self.bob, self.alice, "12.50", note="Lunch\u202e: see http://evil.example/now or write to me@evil.example")
        notice = Notification.objects.select_related("actor").get(user=self.alice)
        notice.created_at = AT
        self.assert_looks("payment", *both(contents_of(self.alice, notice)))

    def test_about_security(self) -> None:
        by_staff = Notification(user=self.alice, kind=FROZEN, actor=person("admin"), created_at=AT)
        self.assert_looks("frozen", *both(contents_of(self.alice, by_staff)))
        by_nobody = Notification(user=self.alice, kind="pin_locked", created_at=AT)
        self.assert_looks("pin_locked", *both(contents_of(self.alice, by_nobody)))

    def test_of_many(self) -> None:
        money = {
            "user": self.alice,
            "actor": self.bob,
            "subject": UUID(int=1),
            "created_at": AT,
            "currency_code": "GBP",
        }
        notices = [Notification(kind=RECEIVED, amount_minor=100 + number, **money) for number in range(3)]
        notices.append(Notification(kind="requested", amount_minor=5, **money))
        self.assert_looks("summary", *both(summary_of(self.alice, notices)))

    def test_of_a_month(self) -> None:
        sent(self.alice, self.bob, "30")
        month = Month.of(timezone.localdate())
        contents = statements.contents_of(month, statement_of(wallet_of(self.alice), month))
        contents = statements.with_foot(contents, self.alice, STATEMENT)
        self.assert_looks("statement", *both(contents))

    def test_of_a_new_place(self) -> None:
        for browser in ("the first of all", "Firefox http://evil.example/"):
            self.client.cookies.clear()
            typed = {"login": "alice", "password": PASSWORD}
            self.client.post(reverse("account_login"), typed, headers={"User-Agent": browser})
        [letter] = mail.outbox
        self.assert_looks("new_sign_in", str(letter.body), html_of(letter))

    def test_that_resets_a_password(self) -> None:
        self.client.post(reverse("account_reset_password"), {"email": self.alice.email})
        letter = mail.outbox[0]
        assert isinstance(letter, Letter)
        self.assertEqual((letter.kind, letter.user), ("password_reset_key", self.alice.pk))
        self.assert_looks("password_reset", str(mail.outbox[0].body), html_of(mail.outbox[0]))

    def test_that_confirms_an_address(self) -> None:
        self.client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        self.client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
        self.assert_looks("email_confirmation", str(mail.outbox[-1].body), html_of(mail.outbox[-1]))


def both(contents: Contents) -> tuple[str, str]:
    return in_text(contents), in_html(contents)


def html_of(letter: object) -> str:
    [(html, kind)] = letter.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    return str(html)


class Words(SimpleTestCase):
    """What people typed."""

    def test_look_like_no_address_in_any_mailbox(self) -> None:
        for words in (
            "http://evil/x",
            "evil.example",
            "www.evil.example/x?y=z",
            "me@evil.example",
            "mailto:me",
            "evil。example",
        ):
            with self.subTest(words):
                written = fenced(words)
                self.assertEqual(written.replace("\u2060", ""), words)
                self.assertNotRegex(written, r"\w[.@。]\w|:\w|:/")

    def test_stay_as_they_are_otherwise(self) -> None:
        for words in ("Lunch, with Zoë (50/50). Thanks!", "@bob", "12:", "علی\u200cرضا"):
            self.assertEqual(fenced(words), words)

    def test_are_seen_and_end_where_they_end(self) -> None:
        self.assertEqual(fenced("a\u202eb\u2067c\nd\x00e\u200be"), "abcdee")
        typed = Contents("s", facts=(("Note", Typed('<b>"&')),))
        self.assertIn('Note: \u2068<b>"&\u2069', in_text(typed))
        self.assertIn("<bdi>&lt;b&gt;&quot;&amp;</bdi>", in_html(typed))

    def test_of_ours_link_to_this_site_alone(self) -> None:
        html = in_html(Contents("s", words="See http://evil.example/\nor https://localhost/x\n\n<b>"))
        self.assertEqual(Parts(html).links, ["https://localhost/x", "https://localhost/"])
        self.assertIn("&lt;b&gt;", html)
