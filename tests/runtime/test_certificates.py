"""HTTPS certificates for this machine, made by a local certificate authority, without an outside service."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cryptography import x509
from django.test import SimpleTestCase

from runtime.certificates import certificates


class CertificateTests(SimpleTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name) / "tls"

    def test_the_authority_signed_the_servers_and_keys_are_only_ours_to_read(self) -> None:
        made = certificates(self.directory)
        authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
        server = x509.load_pem_x509_certificate(made.certificate.read_bytes())
        server.verify_directly_issued_by(authority)
        for key in (made.key, self.directory / "ca.key"):
            self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_they_are_kept(self) -> None:
        before = certificates(self.directory).certificate.read_bytes()
        self.assertEqual(certificates(self.directory).certificate.read_bytes(), before)

    def test_another_name_makes_another_by_the_same_authority(self) -> None:
        before = certificates(self.directory)
        authority, server = before.authority.read_bytes(), before.certificate.read_bytes()
        after = certificates(self.directory, ("wallet.example.org",))
        self.assertEqual(after.authority.read_bytes(), authority)
        self.assertNotEqual(after.certificate.read_bytes(), server)
