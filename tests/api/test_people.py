"""Who the token's owner is, and who somebody else is."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from tests.cast import person

from .base import ApiTestCase, Caller


class Me(ApiTestCase):
    def test_is_the_tokens_owner_and_what_the_token_may_do(self) -> None:
        caller = Caller("carla", scopes=("wallet:read", "holds:write"))
        found = self.done(caller.get("me"), 200)
        self.assertEqual(
            found["user"], {"username": "carla", "name": "Carla Conti", "role": "member", "currency": "EUR"}
        )
        self.assertEqual(found["credential"]["scopes"], ["holds:write", "wallet:read"])
        self.assertEqual(
            (found["credential"]["id"], found["credential"]["name"]), (str(caller.token.reference), "test")
        )

    def test_any_token_may_ask(self) -> None:
        self.done(Caller("alice", scopes=("requests:write",)).get("me"), 200)


class People(ApiTestCase):
    def test_are_found_by_username_and_confirmed_address_in_any_case(self) -> None:
        bob = person("bob")
        EmailAddress.objects.update_or_create(user=bob, email=bob.email, defaults={"verified": True, "primary": True})
        for handle in ("bob", "BOB", "@bob", bob.email, bob.email.upper()):
            with self.subTest(handle):
                self.assertEqual(
                    self.done(self.alice.get(f"people/{handle}"), 200), {"username": "bob", "name": "Bob Baker"}
                )

    def test_who_is_no_member_is_not_there(self) -> None:
        bob = person("bob")
        EmailAddress.objects.filter(user=bob).update(verified=False)
        for handle in ("nobody", "nobody@example.org", bob.email, "x" * 254):
            with self.subTest(handle):
                self.assert_problem(self.alice.get(f"people/{handle}"), 404, "not_found")
        self.assert_problem(self.alice.get(f"people/{'x' * 255}"), 422, "invalid")

    def test_are_shown_to_whoever_may_send_or_ask(self) -> None:
        for scope in ("transfers:write", "requests:write"):
            self.done(Caller("alice", scopes=(scope,)).get("people/bob"), 200)
        self.assert_problem(Caller("alice", scopes=("wallet:read",)).get("people/bob"), 403, "scope_missing")

    def test_cannot_be_tried_name_by_name(self) -> None:
        known = {404}  # a try comes back every two seconds, so on a slow machine it may be more than 31 tries
        for number in range(300):
            known.add(self.alice.get(f"people/name{number}").status_code)
            if 429 in known:
                break
        self.assertEqual(known, {404, 429})
        self.done(self.bob.get("people/alice"), 200)
