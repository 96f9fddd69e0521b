"""Signatures as in Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.

A secret is `whsec_` and the base64 of 32 bytes. It is stored encrypted, since signing needs the secret itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(message_id: str, timestamp: int, body: bytes, among: Iterable[str]) -> str:
    """The header `webhook-signature`: a signature by each of the secrets, with spaces between them."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_mac(secret, signed)}" for secret in among)


def is_signed(message_id: str, timestamp: str, body: bytes, header: str, secret: str) -> bool:
    """Whether one of the signatures in the header is right. Whoever receives must also check the time."""
    if not timestamp.isdigit():
        return False
    wanted = signature(message_id, int(timestamp), body, [secret])
    return any(hmac.compare_digest(wanted.encode(), each.encode()) for each in header.split(" "))


def encrypted(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def decrypted(stored: str) -> str:
    """The secret. Raises cryptography.fernet.InvalidToken where it was stored under a key that is no longer known."""
    return _cipher().decrypt(stored.encode()).decode()


def _mac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"secrets of webhooks").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
