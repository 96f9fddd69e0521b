"""The witness signs each seal number once, also after a restart or at the same moment; the client checks its key."""

from __future__ import annotations

import shutil
import socket
import stat
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from django.test import SimpleTestCase, override_settings

from timestamp_rpc import client, witness
from timestamp_rpc.client import ClockUnavailable, SealRefused
from timestamp_rpc.server import TimestampServer
from timestamp_rpc.signature_file import SealSignature
from timestamp_rpc.witness import Witness


def digest_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


class WitnessTestCase(SimpleTestCase):
    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)

    def serve(self, directory: Path | None = None) -> TimestampServer:
        server = TimestampServer(witness=Witness(directory or self.directory, "ours")).start()
        self.addCleanup(server.stop)
        return server

    def ask(self, server: TimestampServer, number: int, text: str, **settings: str) -> SealSignature:
        with override_settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{server.port}"], **settings):
            return client.sign_seal(number, digest_of(text))


class Signing(WitnessTestCase):
    def test_signs_so_that_anybody_with_the_public_key_can_tell(self) -> None:
        signature = self.ask(self.serve(), 1, "one")
        key = witness.public_key_of(self.directory)
        assert key is not None
        self.assertEqual(key, signature.public_key)
        self.assertTrue(witness.is_genuine(signature, public_key=key))
        for number, digest in ((2, signature.digest), (1, digest_of("two"))):
            forged = SealSignature(number, digest, signature.signed_at, signature.signature, signature.public_key)
            self.assertFalse(witness.is_genuine(forged, public_key=key))

    def test_asked_again_it_answers_the_same_and_never_signs_another_digest(self) -> None:
        server = self.serve()
        first = self.ask(server, 1, "one")
        self.assertEqual(self.ask(server, 1, "one"), first)
        with self.assertRaisesMessage(SealRefused, "another digest"):
            self.ask(server, 1, "rewritten")
        with self.assertRaisesMessage(SealRefused, "the next seal is 2"):
            self.ask(server, 3, "three")
        self.assertEqual([signature.number for signature in witness.signatures_in(self.directory)], [1])

    def test_remembers_over_a_restart_and_drops_a_line_the_power_cut_off(self) -> None:
        first = self.ask(self.serve(), 5, "five")
        with (self.directory / "seals").open("a") as memory:
            memory.write("6 00ff")
        again = self.serve()
        self.assertEqual(self.ask(again, 5, "five"), first)
        self.ask(again, 6, "six")
        self.assertEqual([signature.number for signature in witness.signatures_in(self.directory)], [5, 6])

    def test_many_at_once_get_one_answer_also_from_two_servers_with_one_memory(self) -> None:
        servers = [self.serve(), self.serve()]
        ready = threading.Barrier(12)

        def ask(number: int) -> SealSignature | str:
            ready.wait(10)
            try:
                return Witness(self.directory, "ours").sign(1, digest_of("one"), now=servers[number % 2].clock.now)
            except witness.Refused as refusal:
                return str(refusal)

        with ThreadPoolExecutor(12) as pool:
            answers = set(pool.map(ask, range(12)))
        self.assertEqual(len(answers), 1)
        self.assertEqual(self.ask(servers[0], 1, "one"), self.ask(servers[1], 1, "one"))

    def test_the_key_is_for_its_owner_only(self) -> None:
        Witness(self.directory, "ours")
        self.assertEqual(stat.S_IMODE((self.directory / "key").stat().st_mode), 0o600)

    def test_refuses_what_is_no_seal(self) -> None:
        keeper = Witness(self.directory, "ours")
        for number, digest in ((0, digest_of("")), (-1, digest_of("")), (1, b""), (1, bytes(33))):
            with self.subTest(number), self.assertRaises(witness.Refused):
                keeper.sign(number, digest, now=TimestampServer().clock.now)

    def test_a_server_without_a_witness_says_so(self) -> None:
        server = TimestampServer().start()
        self.addCleanup(server.stop)
        with self.assertRaisesMessage(SealRefused, "no witness"):
            self.ask(server, 1, "one")


class Believing(WitnessTestCase):
    def test_only_the_pinned_key(self) -> None:
        server = self.serve()
        key = witness.public_key_of(self.directory)
        assert key is not None
        self.ask(server, 1, "one", TIMESTAMP_PUBLIC_KEY=key.hex())
        with self.assertRaises(ClockUnavailable):
            self.ask(server, 1, "one", TIMESTAMP_PUBLIC_KEY=bytes(32).hex())

    def test_no_liar(self) -> None:
        genuine = Witness(self.directory, "ours").sign(1, digest_of("one"), now=TimestampServer().clock.now)
        lies = {
            "another number": (2, genuine.digest, genuine.signature),
            "another digest": (1, digest_of("two"), genuine.signature),
            "a signature that is none": (1, genuine.digest, bytes(64)),
            "too short": (1, genuine.digest, b""),
        }

        class Liar:
            answer: tuple[int, bytes, bytes]

            def sign(self, *_: object, **__: object) -> SealSignature:
                number, digest, signature = self.answer
                return SealSignature(number, digest, genuine.signed_at, signature, genuine.public_key)

        liar = Liar()
        server = TimestampServer(witness=liar).start()  # type: ignore[arg-type]
        self.addCleanup(server.stop)
        for name, liar.answer in lies.items():
            with self.subTest(name), self.assertRaises(ClockUnavailable):
                self.ask(server, 1, "one")

    def test_nobody_answering_is_no_refusal(self) -> None:
        with socket.socket() as taken:  # bound but not listening
            taken.bind(("127.0.0.1", 0))
            nobody = f"127.0.0.1:{taken.getsockname()[1]}"
            with override_settings(TIMESTAMP_SERVERS=[nobody]), self.assertRaises(ClockUnavailable):
                client.sign_seal(1, digest_of("one"))
